"""What holds for every rule, everywhere, at any time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incident.rules.legaltime import Basis, Moment, Period, Place, deadline, moment, rules, zone
from incident.rules.legaltime.counting.eu1182 import next_full_hour
from incident.rules.legaltime.zones import day_end, day_start, readings

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


@settings(max_examples=400, deadline=None)
@given(periods(), some_time.map(Moment.exactly) | vague, places)
def test_the_target_is_never_after_the_limit_nor_before_the_start(period: Period, anchor: Moment, place: Place) -> None:
    found = deadline(period, anchor, place, basis=Basis.STATUTE, cite="Art. 1")
    assert anchor.earliest <= found.target_at <= found.due_at
    assert anchor.latest <= found.due_at
    assert found.target_at.tzinfo is UTC
    assert found.due_at.tzinfo is UTC
    assert all(line.text.strip() for line in found.because)
    assert {"anchor", "period", "rule", "strict", "due"} <= {line.code for line in found.because}


@settings(max_examples=200, deadline=None)
@given(periods(), some_time, st.timedeltas(timedelta(0), timedelta(days=3)), places)
def test_knowing_less_never_shortens_the_limit_nor_delays_the_target(period: Period, at: datetime, span: timedelta, place: Place) -> None:
    exact = deadline(period, Moment.exactly(at), place, basis=Basis.STATUTE, cite=None)
    vaguer = deadline(period, Moment(at, at + span), place, basis=Basis.STATUTE, cite=None)
    assert vaguer.target_at <= exact.target_at
    assert vaguer.due_at >= exact.due_at


def by_stepping(at: datetime, zone_name: str, hours: int) -> datetime:
    """Regulation 1182/71 Art. 3(1) with a clock and patience: to the next full hour minute by minute, then the hours."""
    tz = zone(zone_name)
    at = at.replace(second=0, microsecond=0) + MINUTE
    while at.astimezone(tz).minute != 0:
        at += MINUTE
    for _ in range(hours * 60):
        at += MINUTE
    return at


@settings(max_examples=150, deadline=None)
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


@settings(max_examples=60, deadline=None)
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
