"""Verdicts: derived, and the same however late or often one looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.commitment import Discharge, Rung
from incident.rules.escalation import steps
from incident.rules.planning import Done, Standing, Verdict, discharges, fate, verdict

DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)
H = timedelta(hours=1)
RUNS = Standing(DUE, Discharge.SUBMITTED)


def done(kind: str, occurred: timedelta, recorded: timedelta | None = None) -> Done:
    return Done(kind, DUE + occurred, DUE + (occurred if recorded is None else recorded))


@pytest.mark.parametrize(
    ("standing", "acts", "now", "stands"),
    [
        (RUNS, [], -H, Verdict.RUNNING),
        (RUNS, [], 0 * H, Verdict.RUNNING),
        (RUNS, [], timedelta(microseconds=1), Verdict.MISSED),
        (RUNS, [done("submitted", -H)], 9 * H, Verdict.MET),
        (RUNS, [done("submitted", 0 * H)], 9 * H, Verdict.MET),
        (RUNS, [done("submitted", H)], 9 * H, Verdict.MET_LATE),
        (RUNS, [done("acknowledged", -H)], 9 * H, Verdict.MISSED),
        (RUNS, [done("waived", -H)], 9 * H, Verdict.WAIVED),
        (RUNS, [done("waived", -H, recorded=H)], 9 * H, Verdict.MISSED),
        (RUNS, [done("lapsed", -H)], 9 * H, Verdict.LAPSED),
        (RUNS, [done("lapsed", -2 * H), done("revived", -H)], 9 * H, Verdict.MISSED),
        (RUNS, [done("met_elsewhere", -H)], 9 * H, Verdict.LAPSED),
        (RUNS, [done("lapsed", -2 * H), done("submitted", -H)], 9 * H, Verdict.MET),
        (Standing(None, Discharge.SUBMITTED), [], 9000 * H, Verdict.RUNNING),
        (Standing(DUE, Discharge.SUBMITTED, provisional=True), [], H, Verdict.UNRESOLVED),
        (Standing(DUE, Discharge.SUBMITTED, predicted=True), [], H, Verdict.RUNNING),
        (Standing(DUE, Discharge.SUBMITTED, superseded=True), [done("submitted", -H)], H, Verdict.SUPERSEDED),
        (Standing(DUE, Discharge.RECEIVED), [done("sent", -H)], H, Verdict.MISSED),
        (RUNS, [done("excused", -H)], H, Verdict.MISSED),
        (RUNS, [done("prohibited", -H)], 0 * H, Verdict.RUNNING),
        (RUNS, [done("prohibited", -H)], H, Verdict.UNRESOLVED),
        (RUNS, [done("prohibited", -2 * H, recorded=H)], 2 * H, Verdict.MISSED),
        (RUNS, [done("prohibited", -H), done("submitted", -H / 2)], H, Verdict.MET),
        (RUNS, [done("prohibited", -H), done("submitted", H)], 2 * H, Verdict.MET_LATE),
        (Standing(DUE, Discharge.SENT), [done("received", -H)], H, Verdict.MET),
    ],
)
def test_where_an_obligation_stands(standing: Standing, acts: list[Done], now: timedelta, stands: Verdict) -> None:
    assert verdict(standing, acts, DUE + now) is stands


acts = st.lists(
    st.builds(
        done,
        st.sampled_from(
            ["submitted", "acknowledged", "received", "sent", "waived", "lapsed", "revived", "extended", "redated", "excused", "prohibited"]
        ),
        st.timedeltas(-10 * H, 10 * H),
    ),
    max_size=6,
)
standings = st.builds(Standing, st.none() | st.just(DUE), st.sampled_from(Discharge), st.booleans(), st.booleans())


@given(standings, acts, st.timedeltas(-20 * H, 20 * H), st.timedeltas(0 * H, 20 * H), st.randoms())
def test_looking_late_or_twice_or_in_another_order_changes_nothing(standing, given_acts, now, later, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = sorted(given_acts, key=lambda _: random.random())
    first = verdict(standing, given_acts, DUE + now)
    same_instant = len({act.recorded_at for act in given_acts}) < len(given_acts)
    assert same_instant or verdict(standing, shuffled, DUE + now) is first
    if first is not Verdict.RUNNING:
        assert verdict(standing, given_acts, DUE + now + later) is first


@given(st.sampled_from(Discharge))
def test_proof_of_more_counts_for_less(asked: Discharge) -> None:
    assert discharges("acknowledged", Discharge.SENT)
    assert not discharges("sent", Discharge.RECEIVED)
    assert not discharges("waived", asked)


@given(st.timedeltas(timedelta(), 1000 * H), st.timedeltas(timedelta(), 50 * H), st.timedeltas(-1000 * H, 1000 * H), st.booleans())
def test_the_due_instant_is_always_looked_at_just_after_it_or_at_once(
    span: timedelta, slack: timedelta, now: timedelta, provisional: bool
) -> None:
    target = DUE + span
    made = steps(started_at=DUE, target_at=target, due_at=target + slack, now=DUE + now, provisional=provisional)
    due = [step for step in made if step.kind == "due"]
    assert [step.look_at for step in due] == [max(target + slack + timedelta(microseconds=1), DUE + now)]
    assert all(step.look_at >= DUE + now for step in made)
    assert all(step.look_at > DUE + now for step in made if step.kind != "due" and step.name != "remind_after")


def test_a_ladder_counts_back_from_the_due_instant_and_a_predicted_link_has_no_steps() -> None:
    ladder = (Rung("deputy", H), Rung("manager", H / 4))
    made = {s.name: s.look_at for s in steps(started_at=DUE - 4 * H, target_at=DUE, due_at=DUE, now=DUE - 4 * H, ladder=ladder)}
    assert made["escalate_deputy"] == DUE - H
    assert made["escalate_manager"] == DUE - H / 4
    assert steps(started_at=DUE - 4 * H, target_at=DUE, due_at=DUE, now=DUE - 4 * H, ladder=ladder, predicted=True) == []


@pytest.mark.parametrize(
    ("closed_as", "kind", "becomes"),
    [
        ("false_alarm", "regime", "lapsed"),
        ("below_threshold", "agreement", "lapsed"),
        ("duplicate", "regime", "met_elsewhere"),
        ("withdrawn", "agreement", "lapsed"),
        ("withdrawn", "regime", "stays"),
        ("resolved", "regime", "stays"),
        ("resolved", "agreement", "stays"),
    ],
)
def test_what_becomes_of_a_duty_when_its_case_is_closed(closed_as: str, kind: str, becomes: str) -> None:
    assert fate(closed_as, kind).act == becomes
