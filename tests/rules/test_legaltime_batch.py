"""Cases as documents state them: what is understood, what is assumed and said, and what is refused at which place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.errors import Fault, Invalid
from incident.rules.legaltime import (
    Basis,
    Calendar,
    Moment,
    NamedZone,
    Period,
    Refusal,
    Worked,
    calendar,
    calendars_of,
    dated,
    moment,
    rules,
    worked,
    zone,
)
from incident.rules.legaltime.freezing import frozen_calendar, thawed_calendar
from incident.rules.legaltime.stated_calendars import KEYS
from tests.examples import examples

BLOCK: dict[str, Any] = {
    "none": {},
    "nothing": {},
    "de": {"country": "DE"},
    "jp": {"country": "JP", "year_end_closed": [12, 29, 1, 3]},
    "summer": {"weekend": [], "year_end_closed": [7, 1, 7, 31]},
    "less": {"country": "DE", "remove": ["2026-12-26", "2026-12-25"], "open": ["2026-12-27"]},
    "broken": {"country": "DE", "weekend": [7]},
}
KNOWN = calendars_of(BLOCK)
BASE: dict[str, Any] = {"id": "x", "rule": "elapsed_hours", "n": 24, "zone": "Europe/Berlin", "start": "2026-11-20T17:40"}


def case(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (BASE | changes).items() if value is not ...}


def answer(**changes: Any) -> Worked:
    found = worked(case(**changes), KNOWN)
    assert isinstance(found, Worked), found
    return found


def fault(**changes: Any) -> Fault:
    found = worked(case(**changes), KNOWN)
    assert isinstance(found, Refusal), found
    assert found.id == "x"
    assert found.faults[0].message.endswith((".", "?"))
    return found.faults[0]


def codes(found: Worked) -> list[str]:
    return [line.code for line in found.deadline.because]


def closed(name: str, day: str) -> str | None:
    found = KNOWN[name]
    assert isinstance(found, Calendar)
    return found.closed(date.fromisoformat(day))


def test_an_answer_is_written_to_the_minute_or_as_exactly_as_it_has_to_be() -> None:
    assert (answer().due_utc, answer().due_local) == ("2026-11-21T16:40Z", "2026-11-21T17:40")
    assert answer(start="2026-11-20T17:40:07").due_utc == "2026-11-21T16:40:07Z"
    assert answer(start="2026-11-20T17:40:07.25Z").due_utc == "2026-11-21T17:40:07.250000Z"
    assert answer(rule="calendar_days", n=1).due_local == "2026-11-21T24:00"
    assert answer(rule="cpr_at_least_after", n=1, cal="de").due_local == "2026-11-24T00:00"
    assert answer(rule="calendar_days", n=1).target_utc == "2026-11-21T16:40Z"


def test_a_number_and_unit_that_the_law_sets_need_not_be_given() -> None:
    assert answer(rule="dora_intermediate", n=..., cal="de").due_local == "2026-11-23T17:40"
    assert answer(rule="dora_final", n=..., cal="de").due_local == "2026-12-21T12:00"
    assert answer(rule="dora_initial", n=..., cal="de", opts={"classified": "2026-11-20T18:00"}).due_local == "2026-11-20T22:00"
    assert fault(n=...).pointer == "/n"


def test_hours_may_be_fractions_where_minutes_are_counted() -> None:
    assert answer(n=0.1).due_local == "2026-11-20T17:46"
    assert answer(n=72.0).due_local == "2026-11-23T17:40"
    assert answer(n=90, unit="min").due_local == "2026-11-20T19:10"
    assert fault(n=0.001).pointer == "/n"
    assert "expected a whole number, above zero" in fault(rule="eu1182_hours", n=0.5).message


def test_an_ambiguous_start_is_the_first_pass_and_says_so() -> None:
    first = answer(start="2026-10-25T02:30")
    assert first.due_utc == "2026-10-26T00:30Z"
    assert codes(first)[0] == "first_pass"
    for second in (answer(start="2026-10-25T02:30", fold=1), answer(start="2026-10-25T02:30", opts={"fold": 1})):
        assert second.due_utc == "2026-10-26T01:30Z"
        assert "first_pass" not in codes(second)
    assert "first_pass" not in codes(answer(start="2026-10-25T02:30", fold=0))
    assert "first_pass" not in codes(answer(fold=1))


def test_a_start_in_a_gap_is_refused_with_its_neighbours() -> None:
    refused = fault(start="2026-03-29T02:30", fold=1)
    assert (refused.pointer, refused.code) == ("/start", "in_gap")
    assert "01:59" in refused.message
    assert "03:00" in refused.message


def test_the_end_of_a_day_is_a_start() -> None:
    assert answer(start="2026-11-20T24:00").due_local == "2026-11-21T24:00"
    assert answer(start="2026-11-20T24:00+02:00").due_utc == "2026-11-21T22:00Z"
    assert answer(start="2026-11-20T24:00Z").due_utc == "2026-11-22T00:00Z"
    assert fault(start="2026-11-31T24:00").code == "not_a_time"


def test_a_date_alone_is_known_to_the_day() -> None:
    found = answer(start="2026-11-20")
    assert (found.target_utc, found.due_utc) == ("2026-11-20T23:00Z", "2026-11-21T22:59:59.999999Z")
    assert "anchor_precision" in codes(found)
    assert answer(start="2026-11-20T17:40", precision="hour").target_utc == "2026-11-21T16:00Z"


def test_the_anchors_of_the_initial_notification_may_be_given_in_several_ways() -> None:
    expected = "2026-11-17T09:00"
    aware, classified = "2026-11-16T09:00", "2026-11-17T08:00"
    dora = {"rule": "dora_initial", "n": 4, "cal": "de"}
    assert answer(**dora, start=aware, opts={"classified": classified}).due_local == expected
    assert answer(**dora, start=classified, opts={"aware": aware}).due_local == expected
    assert answer(**dora, start=..., opts={"aware_at": aware, "classified_at": classified}).due_local == expected
    assert answer(**dora, start=..., anchors={"aware_at": aware, "classified_at": classified}).due_local == expected
    assert answer(**dora, start=aware, anchors={"aware_at": aware, "classified_at": classified}).due_local == expected
    assert answer(**dora, start=aware).due_local == expected, "not classified: 24 hours"
    assert "not_classified" in codes(answer(**dora, start=aware))
    assert fault(**dora, start="2026-11-15T09:00", anchors={"aware_at": aware, "classified_at": classified}).code == "contradicts"
    assert fault(**dora, start=...).code == "missing_anchor"
    assert fault(**dora, opts={"classified": 7}).pointer == "/opts/classified"
    assert fault(**dora, anchors={"noticed_at": aware}).code == "unknown_anchor"


def test_a_rule_that_asks_a_calendar_and_is_given_none_says_what_it_assumed() -> None:
    found = answer(rule="business_days", n=1)
    assert found.due_local == "2026-11-23T24:00"
    assert codes(found)[0] == "calendar_assumed"
    assert "calendar_assumed" not in codes(answer())
    assert "calendar_assumed" not in codes(answer(rule="business_days", n=1, cal="none"))


def test_a_calendar_is_named_defined_on_the_spot_or_one_of_several() -> None:
    christmas = {"rule": "business_days", "n": 1, "start": "2026-12-24T10:00"}
    assert answer(**christmas, cal="de").due_local == "2026-12-28T24:00"
    assert answer(**christmas, cal="DE:public").due_local == "2026-12-28T24:00"
    assert answer(**christmas, calendar={"country": "DE", "add": ["2026-12-28"]}).due_local == "2026-12-29T24:00"
    assert answer(**christmas, cals=["de", {"add": ["2026-12-28"]}]).due_local == "2026-12-29T24:00"
    assert answer(**christmas, cal="none").due_local == "2026-12-25T24:00"
    assert answer(**christmas, cal="nothing").due_local == "2026-12-25T24:00"
    assert answer(**christmas, cal="less").due_local == "2026-12-25T24:00"


def test_a_calendar_closes_and_opens_what_its_definition_says() -> None:
    assert closed("jp", "2026-12-29") == "closed every year"
    assert closed("jp", "2026-12-28") is None
    assert closed("jp", "2027-01-03") == "closed every year and Sunday"
    assert closed("summer", "2026-07-04") == "closed every year"
    assert closed("summer", "2026-08-01") is None
    assert closed("less", "2026-12-25") is None
    assert str(closed("less", "2026-12-26")).endswith("Saturday")
    assert closed("less", "2026-12-27") is None
    assert closed("de", "2026-12-25") == "Christmas Day"


def test_a_given_calendar_names_what_it_came_from_and_no_correction_applies_to_it() -> None:
    found = answer(rule="business_days", n=1, cal="de").deadline.calendar_version
    assert found.startswith("de: ad hoc ")
    assert "holidays 0.109" in found
    assert answer(rule="business_days", n=1, cal="DE:public").deadline.calendar_version == "DE:public: holidays 0.109"


def test_a_date_beyond_the_published_lists_is_marked_for_a_given_calendar_too() -> None:
    assert "calendar_not_yet_published" in codes(answer(rule="business_days", start="2031-11-20T10:00", n=2, cal="de"))


def test_the_basis_and_the_source_of_a_case_are_kept() -> None:
    found = answer(basis="court", source="C-171/03")
    assert found.deadline.basis is Basis.COURT
    assert next(line for line in found.deadline.because if line.code == "period").cite == "C-171/03"
    assert answer().deadline.basis is Basis.PLANNING
    disputed = answer(rule="eu1182_hours", n=72, cal="de", opts={"two_working_days": True})
    assert disputed.deadline.basis is Basis.DISPUTED


def test_a_key_that_nobody_reads_is_told() -> None:
    assert answer(fould=1, why="text", due_utc="2026-11-21T16:40Z").ignored == ("fould",)


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"rule": "guess"}, "/rule", "'guess' is no counting rule; there are: business_days"),
        ({"rule": ...}, "/rule", "rule is missing; expected a counting rule"),
        ({"rule": 3}, "/rule", "rule is 3"),
        ({"zone": "Mars/Olympus"}, "/zone", "'Mars/Olympus' is no time zone"),
        ({"zone": ...}, "/zone", "zone is missing"),
        ({"start": ...}, "/start", "start is missing; expected a time"),
        ({"start": "soon"}, "/start", "'soon' is not an ISO 8601 time"),
        ({"start": 20261120}, "/start", "start is 20261120"),
        ({"start": "1899-12-31T10:00"}, "/start", "outside the years 1900 to 2200"),
        ({"start": "2201-01-01T10:00"}, "/start", "outside the years 1900 to 2200"),
        ({"n": -3}, "/n", "above zero, not -3"),
        ({"n": 0}, "/n", "not 0"),
        ({"n": "24"}, "/n", "'24' cannot be counted"),
        ({"n": True}, "/n", "True cannot be counted"),
        ({"n": 10**9}, "/n", "more than a century"),
        ({"unit": "d"}, "/unit", "counts in h or min, not in 'd'"),
        ({"fold": 2}, "/fold", "fold is 2; expected 0"),
        ({"precision": "week"}, "/start", "'week' is no precision"),
        ({"opts": {"rol": True}}, "/opts", "has no flag rol=True"),
        ({"opts": {"roll": "yes"}}, "/opts/roll", "expected true or false"),
        ({"opts": [1]}, "/opts", "expected an object"),
        ({"opts": {"at": "25:00"}, "rule": "business_days"}, "/opts/at", "'25:00' is no time of day"),
        ({"opts": {"at": 1730}, "rule": "business_days"}, "/opts/at", "1730 is no time of day"),
        ({"opts": {"classified": "2026-11-20T10:00"}}, "/opts/classified", "starts from one anchor"),
        ({"cal": "atlantis"}, "/cal", "This document defines: broken, de,"),
        ({"cal": 7}, "/cal", "7 is no calendar"),
        ({"cal": []}, "/cal", "the list of calendars is empty"),
        ({"cal": "broken"}, "/cal", "the calendar 'broken' cannot be used: The calendar 'broken': 7 in weekend is no weekday"),
        ({"cal": {"weekend": [0, 1, 2, 3, 4, 5, 6]}, "rule": "business_days"}, "/cal", "leaves no working day"),
        ({"basis": "gut"}, "/basis", "'gut' is no basis; expected one of statute"),
    ],
)
def test_a_case_that_cannot_be_worked_says_where_and_what_was_expected(changes: dict[str, Any], pointer: str, says: str) -> None:
    refused = fault(**changes)
    assert refused.pointer == pointer
    assert says in refused.message


@pytest.mark.parametrize(
    ("definition", "pointer", "says"),
    [
        (7, "", "expected an object"),
        ({"cuontry": "DE"}, "/cuontry", "'cuontry' is not known; expected some of country"),
        ({"country": "QQ"}, "/country", "no holidays are known for the country 'QQ'"),
        ({"country": 49}, "/country", "49 is no text"),
        ({"country": "DE", "subdiv": "XX"}, "/country", "DE has no subdivision 'XX'"),
        ({"country": "DE", "categories": ["bank"]}, "/country", "DE has no calendar of category 'bank'"),
        ({"country": "DE", "categories": "public"}, "/categories", "no list of categories"),
        ({"categories": ["public"]}, "/categories", "expected country beside it"),
        ({"add": ["2026-02-30"]}, "/add/0", "'2026-02-30' in add is no date"),
        ({"add": "2026-02-03"}, "/add", "is no list"),
        ({"remove": [20260203]}, "/remove/0", "is no date"),
        ({"year_end_closed": [12, 29]}, "/year_end_closed", "is no span of days; expected month, day, month, day"),
        ({"weekend": [-1]}, "/weekend", "is no weekday; expected 0 (Monday) to 6 (Sunday)"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_with_its_place(definition: Any, pointer: str, says: str) -> None:
    found = calendars_of({"x": definition})["x"]
    assert isinstance(found, Refusal)
    assert found.faults[0].pointer == pointer
    assert says in found.faults[0].message


def test_a_block_of_calendars_is_an_object() -> None:
    assert calendars_of(None) == {}
    with pytest.raises(Invalid):
        calendars_of(["de"])


def test_what_is_no_case_is_refused() -> None:
    refused = worked(7, KNOWN, id="3")
    assert isinstance(refused, Refusal)
    assert (refused.id, refused.faults[0].code) == ("3", "type")


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["2026-11-20", "DE:public"])
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=5
)
keys = st.sampled_from(
    ["id", "rule", "n", "unit", "start", "fold", "precision", "zone", "cal", "cals", "opts", "options", "at", "anchors", "basis", "source"]
)


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(sorted(rules())), st.dictionaries(keys, anything, max_size=4))
def test_whatever_a_case_holds_it_is_answered_or_refused(rule: str, changes: dict[str, Any]) -> None:
    found = worked(case(rule=rule, n=2) | changes, KNOWN)
    if isinstance(found, Refusal):
        assert all(each.message and each.code and (not each.pointer or each.pointer[0] == "/") for each in found.faults)
    else:
        assert found.deadline.target_at <= found.deadline.due_at


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(st.sampled_from([*KEYS, "note", "x"]), anything, max_size=4))
def test_whatever_defines_a_calendar_is_one_or_is_refused(definition: dict[str, Any]) -> None:
    found = calendars_of({"x": definition})["x"]
    assert isinstance(found, Refusal) or found.closed(date(2026, 11, 20)) is None or found.closed(date(2026, 11, 20))


class Frozen(NamedZone):
    """Zone data kept with a deadline: one change of the clocks, written down."""

    key = "Europe/Berlin"
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)

    def utcoffset(self, at: datetime | None) -> timedelta:
        assert at is not None
        wall = at.replace(tzinfo=None, fold=0)
        summer = wall < datetime(2026, 10, 25, 2) or (wall < datetime(2026, 10, 25, 3) and at.fold == 0)  # noqa: DTZ001 - wall clock
        return timedelta(hours=2 if summer else 1)

    def dst(self, at: datetime | None) -> timedelta:
        return self.utcoffset(at) - timedelta(hours=1)

    def tzname(self, at: datetime | None) -> str:
        return "CEST" if self.dst(at) else "CET"

    def fromutc(self, at: datetime) -> datetime:
        summer = at.replace(tzinfo=UTC) < self.change
        again = self.change <= at.replace(tzinfo=UTC) < self.change + timedelta(hours=1)
        return (at + timedelta(hours=2 if summer else 1)).replace(fold=int(again))


@pytest.mark.parametrize("rule", ["wall_hours", "eu1182_hours", "elapsed_hours", "frcp_hours", "dora_intermediate"])
@pytest.mark.parametrize("start", ["2026-10-24T02:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
def test_a_frozen_zone_and_calendar_give_what_the_zone_data_gives(rule: str, start: str) -> None:
    known = calendar("DE:public")
    assert isinstance(Frozen(), tzinfo)

    def found(tz: Any, closed: Calendar, version: str | None) -> Any:
        return dated(Period(24, "h", rule), moment(start), tz, closed, basis=Basis.STATUTE, cite=None, tzdata=version)

    fresh = found(zone("Europe/Berlin"), known, None)
    first, last = date(2026, 10, 1), date(2026, 11, 30)
    kept = thawed_calendar(frozen_calendar(known, first, last))
    frozen = found(Frozen(), kept, "frozen")
    assert (frozen.target_at, frozen.due_at, frozen.because) == (fresh.target_at, fresh.due_at, fresh.because)
    assert frozen.tzdata_version == "frozen"
    assert Moment.exactly(frozen.due_at).earliest == fresh.due_at
