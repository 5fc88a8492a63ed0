"""When nobody of a party can be reached, held against a twin that looks every few minutes and knows nothing of edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules.commitment import OnCall
from incident.rules.escalation.reachability import AHEAD, Stretch, Way, judged, merged, stretches, unreachable
from incident.rules.escalation.rota import Rota, Turn, turned
from incident.rules.legaltime import zone

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY, OFFICE = frozenset(range(7)), frozenset(range(5))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ALL: dict[str, Way] = {"duty_desk": "works", "deputy": "works", "manager": "works"}


def window(whom: str, days: frozenset[int], since: str, until: str, place: str = "Europe/Tallinn") -> OnCall:
    def minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return OnCall(whom, f"fixed:{place}", days, minutes(since), minutes(until))  # type: ignore[arg-type]


def in_words(found: tuple[Stretch, ...], place: str = "Europe/Tallinn") -> list[str]:
    local = zone(place)
    return [f"{each.since.astimezone(local):%a %H:%M}-{each.until.astimezone(local):%a %H:%M} {each.contact} {each.why}" for each in found]


def test_a_party_without_a_rota_is_taken_to_staff_its_duty_desk_always() -> None:
    assert unreachable(Rota(), ALL, MONDAY, MONDAY + AHEAD) == ()
    assert stretches(Rota(), ALL, MONDAY, MONDAY + AHEAD) == (Stretch(MONDAY, MONDAY + AHEAD, "duty_desk", None),)


@pytest.mark.parametrize(
    ("ways", "why"),
    [({}, "no_channel"), ({"duty_desk": "inbox"}, "only_inbox"), ({"duty_desk": "failed", "deputy": "inbox"}, "failing")],
)
def test_without_a_way_that_works_nobody_is_reached_and_the_best_that_there_is_says_why(ways: dict[str, Way], why: str) -> None:
    assert unreachable(Rota(), ways, MONDAY, MONDAY + AHEAD) == (Stretch(MONDAY, MONDAY + AHEAD, "duty_desk", why),)  # type: ignore[arg-type]


def test_a_contact_without_a_way_is_passed_over_for_the_next_one_up_and_never_for_one_below() -> None:
    assert unreachable(Rota(), {"manager": "works"}, MONDAY, MONDAY + AHEAD) == ()
    nights = Rota((window("manager", EVERY_DAY, "18:00", "08:00"), window("duty_desk", EVERY_DAY, "08:00", "18:00")))
    since = MONDAY.replace(hour=6)
    found = unreachable(nights, {"duty_desk": "works"}, since, since + timedelta(days=1))
    assert in_words(found) == ["Mon 18:00-Tue 08:00 manager no_channel"]


def test_hours_outside_every_window_are_said_although_the_duty_desk_has_channels() -> None:
    office = Rota((window("duty_desk", OFFICE, "08:00", "18:00"), window("deputy", EVERY_DAY, "18:00", "22:00")))
    since = datetime(2026, 11, 27, 6, tzinfo=UTC)  # a Friday, 08:00 in Tallinn
    assert in_words(unreachable(office, ALL, since, since + timedelta(days=3))) == [
        "Fri 22:00-Sat 18:00 duty_desk no_window",
        "Sat 22:00-Sun 18:00 duty_desk no_window",
        "Sun 22:00-Mon 08:00 duty_desk no_window",
    ]


def test_a_turn_outranks_the_windows_of_its_hours_and_covers_what_they_leave_open() -> None:
    turns = (Turn("manager", MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=20)),)
    both = Rota((window("duty_desk", OFFICE, "08:00", "18:00"),), turns)
    found = in_words(stretches(both, ALL, MONDAY.replace(hour=6), MONDAY + timedelta(days=1)))
    assert found == ["Mon 08:00-Mon 12:00 duty_desk None", "Mon 12:00-Mon 22:00 manager None", "Mon 22:00-Tue 02:00 duty_desk no_window"]
    assert turned(turns, MONDAY + timedelta(hours=20)) is None


def test_when_the_clocks_are_moved_an_hour_that_is_skipped_leaves_no_gap_and_one_that_comes_twice_is_covered_twice() -> None:
    halves = Rota((window("deputy", EVERY_DAY, "03:30", "15:00"), window("manager", EVERY_DAY, "15:00", "03:30")))
    for day in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        assert unreachable(halves, ALL, day, day + timedelta(days=3)) == ()
    night = Rota((window("deputy", EVERY_DAY, "22:00", "03:30"),))
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)  # 04:00 becomes 03:00 in Tallinn at 01:00 UTC
    assert [each.since for each in unreachable(night, ALL, autumn, autumn + timedelta(hours=6))] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]  # fmt: skip


def test_stretches_that_meet_for_one_reason_are_one_line_of_a_directory() -> None:
    two = (
        Stretch(MONDAY, MONDAY + timedelta(hours=1), "deputy", "failing"),
        Stretch(MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2), "manager", "failing"),
    )
    assert merged(two) == (Stretch(MONDAY, MONDAY + timedelta(hours=2), "deputy", "failing"),)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="need their zones"):
        stretches(Rota(), ALL, datetime(2026, 1, 1), MONDAY)  # noqa: DTZ001


contacts = st.sampled_from(["duty_desk", "deputy", "manager"])
quarters = st.integers(0, 95).map(lambda each: each * 15)
places = st.sampled_from(
    ["fixed:Europe/Tallinn", "fixed:Australia/Lord_Howe", "fixed:America/New_York", "fixed:Asia/Kathmandu", "fixed:Nowhere/At_All"]
)
windows = st.builds(OnCall, contacts, places, st.frozensets(st.integers(0, 6), min_size=1), quarters, quarters)
starts = st.sampled_from(
    [
        datetime(2026, 3, 27, tzinfo=UTC),
        datetime(2026, 4, 3, tzinfo=UTC),
        datetime(2026, 10, 23, tzinfo=UTC),
        datetime(2026, 10, 30, tzinfo=UTC),
        MONDAY,
    ]
)
ways = st.dictionaries(contacts, st.sampled_from(["works", "unproven", "failed", "inbox", "none"]))


@st.composite
def rotas(draw: st.DrawFn) -> tuple[Rota, datetime]:
    start = draw(starts)
    spans = draw(st.lists(st.tuples(contacts, st.integers(0, 400), st.integers(1, 90)), max_size=3))
    turns = tuple(
        Turn(whom, start + timedelta(minutes=15 * at), start + timedelta(minutes=15 * (at + length))) for whom, at, length in spans
    )
    return Rota(tuple(draw(st.lists(windows, max_size=3))), turns), start


@settings(max_examples=60, deadline=None)
@given(rotas(), ways)
def test_whoever_looks_every_quarter_of_an_hour_finds_the_same(made: tuple[Rota, datetime], ways: dict[str, Way]) -> None:
    rota, start = made
    end = start + timedelta(days=4)
    found = stretches(rota, ways, start, end)  # type: ignore[arg-type]
    at = start
    for each in found:
        while at < each.until:  # the twin: every quarter of an hour, the answer is that of the stretch it lies in
            assert judged(rota, ways, at) == (each.contact, each.why), at  # type: ignore[arg-type]
            at += timedelta(minutes=15)
    assert at == end
    assert [found[0].since, *(each.until for each in found)] == [*(each.since for each in found), end]
    assert all((one.contact, one.why) != (next_.contact, next_.why) for one, next_ in pairwise(found))
