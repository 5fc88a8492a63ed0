"""The rule of two clocks: what moved is told once, being slow is no jump, and a miss waits a minute and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import two_clocks
from incident.rules.two_clocks import HOLD, NEAR, Jump, Known, Reading

BEGAN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
NONE = timedelta()


def reading(passed: timedelta, *, database: timedelta = NONE, machine: timedelta = NONE, took: timedelta = NONE) -> Reading:
    """After `passed`, with each clock as far off as it says; the answer came after `took`, from the middle of it."""
    asked, here = passed.total_seconds(), BEGAN + passed + machine
    there = BEGAN + passed + database + took / 2
    return Reading(asked, here, there, here + took, asked + took.total_seconds())


def seen(*readings: Reading) -> tuple[Known, list[Jump]]:
    known, jumps = two_clocks.first(readings[0]), list[Jump]()
    for each in readings[1:]:
        known, more = two_clocks.after(known, each)
        jumps += more
    return known, jumps


JUMPS = {"an hour forward": HOUR, "an hour back": -HOUR, "a day forward": DAY}


@pytest.mark.parametrize("by", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("of", ["database", "machine"])
def test_a_clock_that_was_set_is_told_once_with_by_how_much(of: str, by: timedelta) -> None:
    off = {of: by}
    known, jumps = seen(reading(NONE), reading(10 * SECOND, **off), reading(20 * SECOND, **off), reading(30 * SECOND, **off))
    assert [(each.of, each.by) for each in jumps] == [(of, by)]
    assert known.doubted_since == 10.0
    assert known.apart == (by if of == "database" else -by)


@pytest.mark.parametrize("by", JUMPS.values(), ids=JUMPS)
def test_on_one_machine_both_are_set_alike_and_that_is_one_jump(by: timedelta) -> None:
    known, jumps = seen(reading(NONE), reading(10 * SECOND, database=by, machine=by), reading(20 * SECOND, database=by, machine=by))
    assert [(each.of, each.by) for each in jumps] == [("both", by)]
    assert known.doubted_since is None


def test_what_was_set_back_again_is_two_jumps() -> None:
    _, jumps = seen(reading(NONE), reading(10 * SECOND, database=HOUR), reading(20 * SECOND))
    assert [each.by for each in jumps] == [HOUR, -HOUR]


@pytest.mark.parametrize("second", [SECOND, -SECOND], ids=["repeated", "left out"])
@pytest.mark.parametrize("of", ["database", "machine"])
def test_a_leap_second_is_no_jump_and_no_doubt(of: str, second: timedelta) -> None:
    known, jumps = seen(reading(NONE), reading(10 * SECOND, **{of: second}), reading(20 * SECOND, **{of: second}))
    assert jumps == []
    assert two_clocks.doubt(known, BEGAN, 20.0) is None


def test_two_leap_seconds_add_up_to_no_jump_and_what_creeps_further_is_told() -> None:
    crept = [reading(n * DAY, database=n * SECOND, machine=n * SECOND) for n in range(4)]
    assert seen(*crept[:3])[1] == []
    assert [each.of for each in seen(*crept)[1]] == ["both"]


@given(
    takes=st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 90)), min_size=2, max_size=20), off=st.floats(-NEAR.total_seconds() / 2, 0.9)
)
def test_however_slow_the_answers_are_nothing_seems_to_jump(takes: list[tuple[float, float]], off: float) -> None:
    at, readings = 0.0, []
    for took, pause in takes:
        readings.append(reading(timedelta(seconds=at), took=timedelta(seconds=took), database=timedelta(seconds=off)))
        at += took + pause
    known, jumps = seen(*readings)
    assert jumps == []
    assert known.doubted_since is None


@given(by=st.floats(2.1, 1e6), forward=st.booleans(), took=st.floats(0, 0.04))
def test_every_jump_of_more_than_two_seconds_is_seen_by_quick_answers(by: float, forward: bool, took: float) -> None:
    off, took_ = timedelta(seconds=by if forward else -by), timedelta(seconds=took)
    _, jumps = seen(reading(NONE, took=took_), reading(10 * SECOND, database=off, took=took_))
    assert len(jumps) == 1
    assert abs(jumps[0].by - off) < 0.1 * SECOND


def test_a_miss_waits_for_the_clocks_to_agree_and_at_most_a_minute() -> None:
    known, _ = seen(reading(NONE), reading(10 * SECOND, database=HOUR))
    due = BEGAN + 30 * timedelta(minutes=1)
    held = two_clocks.doubt(known, due, 10.0)
    assert held is not None
    assert (held.kind, held.by, held.left) == ("apart", HOUR, HOLD)
    known, _ = two_clocks.after(known, reading(50 * SECOND, database=HOUR))
    later = two_clocks.doubt(known, due, 50.0)
    assert later is not None
    assert later.left == 20 * SECOND
    over = two_clocks.doubt(known, due, 70.0)
    assert over is not None
    assert over.left == NONE


def test_a_minute_is_counted_from_when_it_was_first_seen_and_agreeing_ends_it() -> None:
    known, _ = seen(reading(NONE), reading(10 * SECOND, machine=-HOUR), reading(40 * SECOND), reading(50 * SECOND, machine=HOUR))
    assert known.doubted_since == 50.0
    known, _ = two_clocks.after(known, reading(55 * SECOND))
    assert two_clocks.doubt(known, BEGAN, 55.0) is None


def test_where_both_leapt_only_what_they_leapt_over_is_doubted() -> None:
    known, _ = seen(reading(NONE), reading(10 * SECOND, database=HOUR, machine=HOUR))
    before, over, long_after = BEGAN - SECOND, BEGAN + HOUR / 2, BEGAN + HOUR + 2 * HOLD
    assert two_clocks.doubt(known, before, 10.0) is None
    doubted = two_clocks.doubt(known, over, 10.0)
    assert doubted is not None
    assert (doubted.kind, doubted.left) == ("leapt", HOLD)
    assert two_clocks.doubt(known, long_after, 500.0) is None


def test_a_step_back_holds_nothing_by_itself_and_ends_the_doubt_of_a_leap() -> None:
    known, _ = seen(reading(NONE), reading(10 * SECOND, database=-HOUR, machine=-HOUR))
    assert two_clocks.doubt(known, BEGAN, 10.0) is None
    known, _ = seen(reading(NONE), reading(10 * SECOND, database=HOUR, machine=HOUR), reading(20 * SECOND))
    assert two_clocks.doubt(known, BEGAN + HOUR / 2, 20.0) is None
