"""Who is on call at an instant: weekly windows by the clocks of a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.commitment import OnCall
from incident.rules.escalation.on_call import above, contact, kept, placed, read
from incident.rules.legaltime import zone

PLACE = {"owed_by": "Europe/Tallinn", "owed_to": "America/New_York", "operator": "Asia/Tokyo"}
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY = frozenset(range(7))


def window(whom: str, days: set[int] | frozenset[int], since: str, until: str, zone_of: str = "fixed:Europe/Tallinn") -> OnCall:
    def minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return OnCall(whom, zone_of, frozenset(days), minutes(since), minutes(until))  # type: ignore[arg-type]


def at(text: str, name: str = "Europe/Tallinn", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone(name), fold=fold).astimezone(UTC)


def who(windows: list[OnCall], text: str, name: str = "Europe/Tallinn", fold: int = 0) -> str:
    return contact(windows, PLACE, at(text, name, fold))


def test_without_a_window_and_outside_every_window_it_is_the_duty_desk() -> None:
    assert who([], "2026-11-23T03:00") == "duty_desk"
    assert who([window("deputy", {MON}, "08:00", "18:00")], "2026-11-23T18:00") == "duty_desk"
    assert who([window("deputy", {MON}, "08:00", "18:00")], "2026-11-24T09:00") == "duty_desk"


def test_a_window_holds_its_first_minute_and_not_its_last_instant() -> None:
    office = [window("manager", {MON, TUE, WED, THU, FRI}, "08:00", "18:00")]
    assert who(office, "2026-11-23T07:59:59") == "duty_desk"
    assert who(office, "2026-11-23T08:00") == "manager"
    assert who(office, "2026-11-23T17:59:59.999999") == "manager"
    assert who(office, "2026-11-23T18:00") == "duty_desk"


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = [window("deputy", {FRI}, "18:00", "08:00")]
    assert who(friday_night, "2026-11-27T17:59") == "duty_desk"
    assert who(friday_night, "2026-11-27T18:00") == "deputy"
    assert who(friday_night, "2026-11-28T07:59") == "deputy"
    assert who(friday_night, "2026-11-28T08:00") == "duty_desk"
    assert who(friday_night, "2026-11-27T03:00") == "duty_desk"
    sunday_night = [window("deputy", {SUN}, "22:00", "06:00")]
    assert who(sunday_night, "2026-11-30T05:59") == "deputy"


def test_a_window_until_midnight_ends_with_the_day_and_one_of_equal_ends_is_a_whole_day() -> None:
    assert who([window("deputy", {MON}, "20:00", "00:00")], "2026-11-23T23:59:59") == "deputy"
    assert who([window("deputy", {MON}, "20:00", "00:00")], "2026-11-24T00:00") == "duty_desk"
    whole = [window("deputy", {MON}, "08:00", "08:00")]
    assert [who(whole, each) for each in ("2026-11-23T07:59", "2026-11-23T08:00", "2026-11-24T07:59", "2026-11-24T08:00")] == [
        "duty_desk", "deputy", "deputy", "duty_desk",
    ]  # fmt: skip


def test_where_several_are_on_call_the_lowest_on_the_ladder_is_told_in_any_order() -> None:
    windows = [
        window("manager", EVERY_DAY, "00:00", "00:00"),
        window("deputy", {MON}, "08:00", "18:00"),
        window("manager", {MON}, "09:00", "10:00"),
    ]
    for order in permutations(windows):
        assert who(list(order), "2026-11-23T09:30") == "deputy"
        assert who(list(order), "2026-11-23T19:00") == "manager"


@pytest.mark.parametrize(
    ("zone_of", "expected"),
    [
        ("owed_by", "duty_desk"),
        ("owed_to", "deputy"),
        ("operator", "duty_desk"),
        ("fixed:America/Los_Angeles", "deputy"),
        ("fixed:Asia/Kolkata", "duty_desk"),
    ],
)
def test_the_clock_is_that_of_the_place_which_the_window_names(zone_of: str, expected: str) -> None:
    night = [window("deputy", EVERY_DAY, "22:00", "07:00", zone_of)]
    at_five_utc = datetime(
        2026, 11, 23, 5, 30, tzinfo=UTC
    )  # 07:30 in Tallinn, 00:30 in New York, 14:30 in Tokyo, 21:30 the day before in Los Angeles
    later = at_five_utc + timedelta(minutes=45)
    assert contact(night, PLACE, later) == expected


def test_the_day_is_that_of_the_place_too() -> None:
    monday = [window("deputy", {MON}, "00:00", "00:00", "operator")]
    assert contact(monday, PLACE, at("2026-11-22T16:00", "Europe/Tallinn") + timedelta(hours=1)) == "deputy"  # 00:00 on Monday in Tokyo


def test_when_the_clocks_go_forward_a_window_is_as_long_as_the_wall_clock_makes_it() -> None:
    night = [window("deputy", {SUN}, "02:30", "03:30")]  # 03:00 becomes 04:00 on 29 March 2026
    assert contact(night, PLACE, datetime(2026, 3, 29, 0, 29, tzinfo=UTC)) == "duty_desk"
    assert contact(night, PLACE, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)) == "deputy"
    assert contact(night, PLACE, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)) == "deputy"
    assert contact(night, PLACE, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == "duty_desk"  # it is 04:00
    skipped = [window("deputy", {SUN}, "03:00", "04:00")]
    assert all(
        contact(skipped, PLACE, datetime(2026, 3, 29, 0, tzinfo=UTC) + timedelta(minutes=each)) == "duty_desk" for each in range(180)
    )


def test_when_the_clocks_go_back_an_hour_that_comes_twice_is_in_the_window_both_times() -> None:
    night = [window("deputy", {SUN}, "03:15", "03:45")]  # 04:00 becomes 03:00 on 25 October 2026
    for fold in (0, 1):
        assert who(night, "2026-10-25T03:14:59", fold=fold) == "duty_desk"
        assert who(night, "2026-10-25T03:15", fold=fold) == "deputy"
        assert who(night, "2026-10-25T03:45", fold=fold) == "duty_desk"
    saturday_night = [window("deputy", {SAT}, "22:00", "06:00")]
    held = sum(contact(saturday_night, PLACE, at("2026-10-24T22:00") + timedelta(hours=each)) == "deputy" for each in range(24))
    assert held == 9


@pytest.mark.parametrize("zone_of", ["fixed:Atlantis/Poseidonis", "fixed:", "nobody", "fixed:../../etc/passwd"])
def test_a_window_whose_zone_nobody_knows_holds_no_instant(zone_of: str) -> None:
    assert who([window("manager", EVERY_DAY, "00:00", "00:00", zone_of)], "2026-11-23T09:00") == "duty_desk"


def test_above_a_contact_are_it_and_whoever_comes_next() -> None:
    assert above("duty_desk") == ("duty_desk", "deputy", "manager")
    assert above("deputy") == ("deputy", "manager")
    assert above("manager") == ("manager",)


windows_of_any_kind = st.lists(
    st.builds(
        OnCall,
        st.sampled_from(["duty_desk", "deputy", "manager"]),
        st.sampled_from(["owed_by", "owed_to", "operator", "fixed:Australia/Lord_Howe"]),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.integers(0, 1439),
        st.integers(0, 1439),
    ),
    max_size=4,
)
instants = st.integers(0, 2 * 365 * 1440).map(lambda each: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=each))


@given(windows_of_any_kind, instants)
def test_what_is_kept_with_an_obligation_names_the_same_contact(windows: list[OnCall], instant: datetime) -> None:
    assert contact(read(kept(placed(windows, PLACE))), {}, instant) == contact(windows, PLACE, instant)


@given(windows_of_any_kind, instants)
def test_two_halves_of_a_day_leave_no_gap(windows: list[OnCall], instant: datetime) -> None:
    cut = 8 * 60
    both = [OnCall("deputy", "owed_by", EVERY_DAY, cut, 20 * 60), OnCall("manager", "owed_by", EVERY_DAY, 20 * 60, cut)]
    assert contact(both, PLACE, instant) in ("deputy", "manager")
