"""What holds for every rule, everywhere, at any time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incident.rules.legaltime import Basis, Deadline, Moment, Period, Place, calendar, deadline, moment, rules, zone
from incident.rules.legaltime.counting.eu1182 import next_full_hour
from incident.rules.legaltime.counting.values import add_months
from incident.rules.legaltime.zones import day_end, day_start, readings
from tests.examples import examples

ZONES = (
    *("Europe/Tallinn", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("America/Havana", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu", "Africa/Casablanca", "UTC"),
)
CALENDARS = ("none", "weekend", "EE:public", "LU:bank", "DE-BY:public", "US:government", "EU:institution", "EG:public")
CEILING = {"min": 5000, "h": 400, "d": 90, "bd": 25, "w": 12, "mo": 14, "y": 3}
MINUTE, INSTANT = timedelta(minutes=1), timedelta(microseconds=1)
FIRST, LAST = datetime(1975, 1, 1), datetime(2060, 1, 1)  # noqa: DTZ001 - hypothesis wants naive bounds

instants = st.datetimes(FIRST, LAST).map(lambda at: at.replace(tzinfo=UTC))
near_changes = st.builds(
    lambda base, minutes: base + timedelta(minutes=minutes),
    st.sampled_from(
        [
            *(datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
            *(datetime(2026, 4, 23, 22, tzinfo=UTC), datetime(2026, 10, 29, 21, tzinfo=UTC)),
            *(datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
            *(datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
            datetime(2011, 12, 30, 10, tzinfo=UTC),
        ]
    ),
    st.integers(-3000, 3000),
)
some_time = instants | near_changes


@st.composite
def periods(draw: st.DrawFn) -> Period:
    rule = draw(st.sampled_from(sorted(rules().values(), key=lambda each: each.name)))
    unit = draw(st.sampled_from(rule.units))
    options = {name: draw(st.booleans()) for name in sorted(rule.options)}
    at = draw(st.sampled_from([None, "00:00", "02:30", "17:30"])) if rule.cuts_off else None
    return Period(draw(st.integers(1, CEILING[unit])), unit, rule.name, at, options)


places = st.builds(Place, st.sampled_from(ZONES), st.sampled_from(CALENDARS))
vague = st.builds(lambda at, span: Moment(at, at + span), some_time, st.timedeltas(timedelta(0), timedelta(days=40)))
Anchor = Moment | dict[str, Moment]


def due(period: Period, anchor: Anchor, place: Place) -> Deadline:
    return deadline(period, anchor, place, basis=Basis.STATUTE, cite="Art. 1")


def anchored(period: Period, first: Moment, hours: int) -> Anchor:
    """The anchor of a rule; of one with several, the others lie so many hours before it."""
    names = rules()[period.rule].anchors
    if not names:
        return first
    return {name: Moment(*(before(each, at * hours) for each in (first.earliest, first.latest))) for at, name in enumerate(names)}


def before(at: datetime, hours: int) -> datetime:
    """So many hours before, on the same clocks: subtracting there would lose which pass of an hour it is."""
    return (at.astimezone(UTC) - timedelta(hours=hours)).astimezone(at.tzinfo)


def flagged(period: Period) -> bool:
    return any(period.options.values())


@settings(max_examples=examples(400), deadline=None)
@given(periods(), some_time.map(Moment.exactly) | vague, st.integers(0, 40), places)
def test_the_target_is_never_after_the_limit(period: Period, first: Moment, hours: int, place: Place) -> None:
    found = due(period, anchored(period, first, hours), place)
    assert found.target_at <= found.due_at
    assert found.target_at.tzinfo is UTC
    assert found.due_at.tzinfo is UTC
    assert all(line.text.strip() for line in found.because)
    ending = {"opens"} if rules()[period.rule].ending == "opening" else {"strict", "due"}
    assert {"anchor", "period", "rule"} | ending <= {line.code for line in found.because}


@settings(max_examples=examples(300), deadline=None)
@given(periods(), some_time.map(Moment.exactly) | vague, places)
def test_a_limit_lies_after_its_start_and_a_last_day_before_its_event(period: Period, first: Moment, place: Place) -> None:
    found = due(period, first, place)
    if rules()[period.rule].ending == "last_day":
        assert found.due_at < first.latest
    else:
        assert first.earliest <= found.target_at
        assert first.latest <= found.due_at


@settings(max_examples=examples(300), deadline=None)
@given(periods(), some_time, st.timedeltas(timedelta(0), timedelta(days=9)), st.floats(0, 1), st.integers(0, 40), places)
def test_knowing_less_never_shortens_the_limit_nor_delays_the_target(
    period: Period, at: datetime, span: timedelta, share: float, hours: int, place: Place
) -> None:
    within = at + timedelta(seconds=int(span.total_seconds() * share))
    exact = due(period, anchored(period, Moment.exactly(within), hours), place)
    vaguer = due(period, anchored(period, Moment(at, at + span), hours), place)
    assert vaguer.target_at <= exact.target_at
    assert vaguer.due_at >= exact.due_at


@settings(max_examples=examples(300), deadline=None)
@given(periods(), some_time, st.timedeltas(timedelta(0), timedelta(days=20)), places)
def test_a_later_start_never_ends_earlier_where_the_rule_declares_it(period: Period, at: datetime, span: timedelta, place: Place) -> None:
    rule = rules()[period.rule]
    assume(rule.monotone or (period.rule == "eu1182_hours" and not flagged(period)))
    assert due(period, Moment.exactly(at), place).due_at <= due(period, Moment.exactly(at + span), place).due_at


def test_every_rule_that_is_not_monotone_is_known_and_has_its_reason_below() -> None:
    not_monotone = {name for name, rule in rules().items() if not rule.monotone}
    assert not_monotone == {"wall_hours", "eu1182_hours", "frcp_hours", "dora_initial", "dora_intermediate"}


def ends(period: Period, text: str, place: Place, *, fold: int | None = None) -> datetime:
    return due(period, moment(text, zone=place.zone, fold=fold), place).due_at


def test_wall_hours_from_the_second_pass_end_before_those_from_the_first() -> None:
    day, berlin = Period(24, "h", "wall_hours"), Place("Europe/Berlin")
    assert ends(day, "2026-10-25T02:05", berlin, fold=1) < ends(day, "2026-10-25T02:55", berlin, fold=0)


def test_wall_hours_never_end_before_they_begin() -> None:
    from_second = ends(Period(1, "h", "wall_hours"), "2026-10-25T01:30", Place("Antarctica/Troll"), fold=1)
    assert from_second == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


def test_frcp_hours_that_end_on_sunday_end_after_those_that_end_on_monday() -> None:
    day, york = Period(24, "h", "frcp_hours"), Place("America/New_York", "US:government")
    assert ends(day, "2026-11-21T22:00", york) > ends(day, "2026-11-22T08:00", york)


def test_the_noon_rule_ends_after_a_limit_of_monday_morning() -> None:
    three, place = Period(72, "h", "dora_intermediate"), Place("Europe/Luxembourg", "LU:bank")
    assert ends(three, "2026-11-19T22:00", place) > ends(three, "2026-11-20T08:00", place)


def test_the_disputed_reading_ends_after_a_period_that_touches_its_second_working_day() -> None:
    two, place = Period(48, "h", "eu1182_hours", options={"two_working_days": True}), Place("Europe/Prague", "CZ:public")
    assert ends(two, "2026-11-20T23:30", place) > ends(two, "2026-11-22T10:30", place)


def test_awareness_a_minute_earlier_can_lift_the_cap_of_the_initial_notification() -> None:
    def initial(aware: str) -> datetime:
        known = {"classified_at": moment("2026-11-17T09:00Z"), "aware_at": moment(aware)}
        return due(Period(4, "h", "dora_initial"), known, Place("Europe/Luxembourg", "LU:bank")).due_at

    assert initial("2026-11-16T08:59Z") == datetime(2026, 11, 17, 13, tzinfo=UTC)
    assert initial("2026-11-16T09:00Z") == datetime(2026, 11, 17, 9, tzinfo=UTC)


def test_awareness_known_to_the_day_takes_the_latest_limit_and_the_strictest_target() -> None:
    known = {
        "classified_at": moment("2026-11-17T09:00Z"),
        "aware_at": moment("2026-11-16", zone="Europe/Luxembourg", precision="day"),
    }
    found = due(Period(4, "h", "dora_initial"), known, Place("Europe/Luxembourg", "LU:bank"))
    assert found.due_at == datetime(2026, 11, 17, 13, tzinfo=UTC)
    assert found.target_at == datetime(2026, 11, 17, 9, tzinfo=UTC)


def test_an_anchor_known_to_the_day_is_judged_by_the_latest_end_within_it() -> None:
    day = moment("2026-11-20", zone="America/New_York", precision="day")
    found = due(Period(60, "h", "frcp_hours"), day, Place("America/New_York", "US:government"))
    assert found.due_at == datetime(2026, 11, 24, 5, tzinfo=UTC) - INSTANT, "Sunday 23:59 and so on moves to Monday 23:59"


def test_two_days_at_a_months_end_take_the_stricter_of_their_targets() -> None:
    known = Moment(datetime(2026, 1, 30, 15, tzinfo=UTC), datetime(2026, 1, 31, 15, tzinfo=UTC))
    found = due(Period(1, "mo", "calendar_months"), known, Place("UTC"))
    assert found.target_at == datetime(2026, 2, 28, tzinfo=UTC), "31 January 00:00 runs to 28 February 00:00"


@pytest.mark.parametrize("rule", ["cpr_forward", "cpr_at_least_after", "cpr_backward"])
def test_five_days_of_the_cpr_reach_further_than_six(rule: str) -> None:
    at = Moment.exactly(datetime(2026, 12, 30 if rule == "cpr_backward" else 18, 10, tzinfo=UTC))
    london = Place("Europe/London", "GB-ENG:public")
    five, six = (due(Period(n, "d", rule), at, london).due_at for n in (5, 6))
    assert five < six if rule == "cpr_backward" else five > six


ROLLS = {
    *("eu1182_days", "eu1182_weeks", "eu1182_months", "eu1182_years", "eu1182_working_days", "business_days", "frcp_days", "frcp_hours"),
    *("dora_initial", "dora_intermediate", "dora_final"),
}


@settings(max_examples=examples(400), deadline=None)
@given(periods(), some_time, st.integers(0, 40), places)
def test_where_a_rule_rolls_the_limit_lies_on_a_working_day(period: Period, at: datetime, hours: int, place: Place) -> None:
    rolls = period.options.get("roll", False) or (period.rule in ROLLS and not (flagged(period) and period.rule != "dora_final"))
    assume(rolls or (period.rule == "cpr_forward" and period.n <= 5))
    assume(place.zone != "Pacific/Apia")  # one of its Fridays does not exist
    found = due(period, anchored(period, Moment.exactly(at), hours), place).due_at
    to_the_end = (
        rules()[period.rule].units[0] != "h" and period.at is None and not (period.rule == "dora_final" and ends_at_noon(found, place))
    )
    last = (found - INSTANT if to_the_end else found).astimezone(zone(place.zone)).date()
    assert calendar(place.calendar).closed(last) is None


def ends_at_noon(at: datetime, place: Place) -> bool:
    return at.astimezone(zone(place.zone)).strftime("%H:%M") == "12:00"


@settings(max_examples=examples(200), deadline=None)
@given(periods(), some_time, st.integers(0, 40), places, st.sampled_from(ZONES))
def test_an_instant_counts_the_same_however_it_is_represented(period: Period, at: datetime, hours: int, place: Place, other: str) -> None:
    here = due(period, anchored(period, Moment.exactly(at), hours), place)
    there = due(period, anchored(period, Moment.exactly(at.astimezone(zone(other))), hours), place)
    assert (here.target_at, here.due_at) == (there.target_at, there.due_at)
    assert there.due_at.tzinfo is UTC


@given(st.dates(date(1975, 1, 1), date(2060, 1, 1)), st.integers(1, 40), st.integers(1, 40))
@example(date(2026, 12, 31), 2, 1)
@example(date(2028, 2, 29), 12, 12)
def test_months_are_counted_from_the_first_day_never_from_a_shortened_one(day: date, some: int, more: int) -> None:
    end = add_months(day, some + more)
    assert end.day == min(day.day, monthrange(end.year, end.month)[1])
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == some + more
    assert add_months(add_months(day, some), more) <= end


def by_stepping(at: datetime, zone_name: str, hours: int) -> datetime:
    """Regulation 1182/71 Art. 3(1) with a clock and patience: to the next full hour minute by minute, then the hours."""
    tz = zone(zone_name)
    at = at.replace(second=0, microsecond=0) + MINUTE
    while at.astimezone(tz).minute != 0:
        at += MINUTE
    for _ in range(hours * 60):
        at += MINUTE
    return at


@settings(max_examples=examples(150), deadline=None)
@given(some_time, st.sampled_from(ZONES), st.integers(1, 80))
@example(datetime(2026, 4, 4, 14, 45, tzinfo=UTC), "Australia/Lord_Howe", 1)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", 24)
@example(datetime(2026, 10, 25, 0, 0, tzinfo=UTC), "Europe/Berlin", 1)
def test_hours_of_1182_are_what_somebody_counting_minutes_would_find(at: datetime, name: str, hours: int) -> None:
    offset = at.astimezone(zone(name)).utcoffset()
    assume(offset is not None and offset % MINUTE == timedelta(0))
    found = deadline(Period(hours, "h", "eu1182_hours"), Moment.exactly(at), Place(name), basis=Basis.STATUTE, cite=None)
    assert found.due_at == by_stepping(at, name, hours)


@given(some_time, st.sampled_from(ZONES))
def test_the_next_full_hour_is_at_most_an_hour_and_a_change_away(at: datetime, name: str) -> None:
    end = next_full_hour(at, zone(name))
    assert timedelta(0) < end - at <= timedelta(hours=2)
    assert end.astimezone(zone(name)).strftime("%M:%S.%f") == "00:00.000000"


@given(st.dates(date(1975, 1, 1), date(2060, 1, 1)), st.sampled_from(ZONES))
@example(date(2026, 4, 24), "Africa/Cairo")
@example(date(2026, 10, 30), "Africa/Cairo")
@example(date(2026, 11, 1), "America/Havana")
@example(date(2011, 12, 30), "Pacific/Apia")
@example(date(2006, 10, 29), "America/St_Johns")
def test_days_follow_each_other_without_gap_or_overlap(day: date, name: str) -> None:
    tz = zone(name)
    begin, end = day_start(day, tz), day_end(day, tz)
    assert begin <= end
    assert (begin - INSTANT).astimezone(tz).date() < day
    assert begin.astimezone(tz).date() >= day
    assert day_start(day + timedelta(days=1), tz) == end


@given(some_time, st.sampled_from(ZONES))
def test_an_instant_is_found_again_from_what_its_clock_shows(at: datetime, name: str) -> None:
    at = at.replace(microsecond=0)
    wall = at.astimezone(zone(name)).replace(tzinfo=None)
    found = readings(wall, zone(name))
    assert at in found
    entered = moment(wall.isoformat(), zone=name, fold=found.index(at) if len(found) == 2 else None)
    assert entered.earliest == entered.latest == at


@contextmanager
def machine_in(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@settings(max_examples=examples(60), deadline=None)
@given(periods(), some_time, places, st.sampled_from(["Asia/Tokyo", "America/Los_Angeles", "Pacific/Apia"]))
def test_the_zone_of_the_machine_changes_nothing(period: Period, at: datetime, place: Place, machine: str) -> None:
    here = deadline(period, Moment.exactly(at), place, basis=Basis.STATUTE, cite=None)
    with machine_in(machine):
        there = deadline(period, Moment.exactly(at), place, basis=Basis.STATUTE, cite=None)
    assert here == there


PROGRAM = """
from incident.rules.legaltime import Basis, Period, Place, deadline, moment
found = deadline(Period(1, "mo", "eu1182_months"), moment("2026-09-03T10:00", zone="Europe/Berlin"),
                 Place("Europe/Berlin", "DE:public"), basis=Basis.STATUTE, cite=None)
print(found.due_at.isoformat(), found.tzdata_version)
"""


@pytest.mark.processes
def test_a_machine_without_zone_data_in_another_zone_computes_the_same() -> None:
    def run(**extra: str) -> str:
        environment = {**os.environ, **extra}
        return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True).stdout

    assert run() == run(TZ="Asia/Tokyo", PYTHONTZPATH="", LC_ALL="C.UTF-8")
    assert run().startswith("2026-10-05T22:00:00+00:00 20")
