"""What an instant was computed from is kept, gives the same again, and shows when somebody changed it."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.commitment import Counting, Target
from incident.rules.legaltime import calendar, moment, zone
from incident.rules.legaltime.freezing import frozen_calendar, frozen_zone, thawed_calendar, thawed_zone
from incident.rules.legaltime.values import Period
from incident.rules.planning import plan
from incident.rules.planning.rederiving import InputsFault, differences, frozen_inputs, recomputed
from tests.rules.planning_case import case, law, said

ZONES = ["Europe/Tallinn", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"]
FIRST, LAST = datetime(2026, 1, 2, tzinfo=UTC), datetime(2027, 12, 30, tzinfo=UTC)


@given(name=st.sampled_from(ZONES), seconds=st.integers(0, int((LAST - FIRST).total_seconds())), fold=st.sampled_from((0, 1)))
def test_a_kept_zone_answers_as_the_zone_did(name: str, seconds: int, fold: int) -> None:
    tz = zone(name)
    kept = thawed_zone(json.loads(json.dumps(frozen_zone(tz, "2026f", FIRST.date(), LAST.date()))))
    at = FIRST + timedelta(seconds=seconds)
    local, again = at.astimezone(tz), at.astimezone(kept)
    assert (again.replace(tzinfo=None), again.fold, again.utcoffset()) == (local.replace(tzinfo=None), local.fold, local.utcoffset())
    wall = at.replace(tzinfo=None)
    if FIRST + timedelta(days=1) < at < LAST - timedelta(days=1):
        assert wall.replace(tzinfo=kept, fold=fold).utcoffset() == wall.replace(tzinfo=tz, fold=fold).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_every_change_of_the_clocks_is_kept(name: str) -> None:
    tz, kept = zone(name), thawed_zone(frozen_zone(zone(name), "2026f", FIRST.date(), LAST.date()))
    at = FIRST
    while at < LAST:
        assert at.astimezone(kept).utcoffset() == at.astimezone(tz).utcoffset(), at
        at += timedelta(minutes=30)


def test_a_kept_calendar_answers_as_the_calendar_did() -> None:
    known = calendar("DE:public")
    kept = thawed_calendar(json.loads(json.dumps(frozen_calendar(known, FIRST.date(), LAST.date()))))
    assert (kept.id, kept.version, kept.published_until) == (known.id, known.version, known.published_until)
    day = FIRST.date()
    while day <= LAST.date():
        assert kept.closed(day) == known.closed(day)
        day += timedelta(days=1)


def obligations() -> list[Any]:
    rules = [
        Period(24, "h", "eu1182_hours"), Period(1, "mo", "eu1182_months"), Period(15, "d", "eu1182_days"),
        Period(4, "bd", "business_days", at="17:30"), Period(72, "h", "dora_intermediate"), Period(60, "d", "days_after_year_end"),
        Period(72, "h", "wall_hours"), Period(2, "y", "eu1182_years"), Period(14, "d", "frcp_days"), Period(3, "d", "cpr_backward"),
    ]  # fmt: skip
    commitments = [law(f"s{place}", period=period, counting=Counting("owed_by", "owed_by")) for place, period in enumerate(rules)]
    no_number = law("soon", period=None, targets=(Target(Period(12, "h", "elapsed_hours"), "Annex B"),))
    return plan(case(said("aware_at", moment("2026-12-23", precision="day", zone="Europe/Tallinn"))), [*commitments, no_number])


def kept(each: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(frozen_inputs(each)))
    return made


def test_every_rule_comes_to_the_same_again_with_every_reason() -> None:
    for each in obligations():
        inputs = kept(each)
        made = recomputed(inputs)
        assert made.deadline == each.deadline, each.commitment.period
        assert made.planned_for == each.planned_for
        assert differences(inputs, [line.text for line in each.because]) == []


def test_a_clock_that_has_not_started_keeps_nothing() -> None:
    waiting = plan(case(), [law("later", anchors=(law("x").anchors[0].__class__("after", "nothing"),))])
    assert frozen_inputs(waiting[0]) is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda inputs: inputs["period"].update(n=25), "due_at"),
        (lambda inputs: inputs["moments"][0].update(latest="2026-12-20T00:00:00+00:00", earliest="2026-12-20T00:00:00+00:00"), "due_at"),
        (lambda inputs: inputs["zone"].update(offsets=[[None, 1800]]), "due_at"),
        (lambda inputs: inputs["result"].update(due_at="2026-12-30T00:00:00.000000Z"), "due_at"),
        (lambda inputs: inputs["period"].update(rule="elapsed_hours"), "rule_version"),
        (lambda inputs: inputs["zone"].update(version="2020a"), "the kept inputs (their digest)"),
        (lambda inputs: inputs.update(cite="another article"), "the kept inputs (their digest)"),
    ],
)
def test_a_changed_input_is_named(change: Any, what: str) -> None:
    each = next(each for each in obligations() if each.commitment.id.endswith(".s0"))
    inputs = copy.deepcopy(kept(each))
    change(inputs)
    assert what in {found.what for found in differences(inputs, [line.text for line in each.because])}


@pytest.mark.parametrize(
    "change",
    [
        lambda inputs: inputs.pop("zone"),
        lambda inputs: inputs["period"].pop("n"),
        lambda inputs: inputs["moments"].clear(),
        lambda inputs: inputs["period"].update(rule="no_such_rule"),
        lambda inputs: inputs["zone"].update(offsets=[]),
        lambda inputs: inputs["moments"][0].update(earliest="yesterday"),
    ],
)
def test_inputs_that_cannot_be_read_are_a_fault_and_no_crash(change: Any) -> None:
    inputs = kept(obligations()[0])
    change(inputs)
    with pytest.raises(InputsFault):
        recomputed(inputs)
