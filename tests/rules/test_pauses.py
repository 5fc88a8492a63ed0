"""Clocks that stand still: what a pause does to an instant, by a model that counts the minutes, and that looking changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.commitment import Discharge
from incident.rules.planning import Done, Pause, Standing, Verdict, pauses_of, standing_still, stood, verdict

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
H, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(minutes: int) -> datetime:
    return START + minutes * MINUTE


def a_pause(since: int, most: int | None, resumed: int | None) -> Pause:
    return Pause(at(since), None if most is None else at(since + most), None if resumed is None else at(since + resumed))


def test_a_clock_is_later_by_the_time_that_it_stood_still() -> None:
    assert standing_still([a_pause(10, None, 30)], at(60), at(120)) == (at(90), at(150))
    assert standing_still([], at(60), at(120)) == (at(60), at(120))
    assert standing_still([a_pause(10, 20, None)], None, at(120)) == (None, at(140))


def test_it_never_stands_longer_than_the_clause_allows_whenever_it_is_resumed() -> None:
    assert standing_still([a_pause(10, 20, 500)], at(60), at(120)) == (at(80), at(140))


def test_a_pause_that_began_after_an_instant_does_not_move_it() -> None:
    assert standing_still([a_pause(61, 20, None)], at(60), at(120)) == (at(60), at(140))
    assert standing_still([a_pause(121, None, None)], at(60), at(120)) == (at(60), at(120))


def test_without_a_limit_there_is_no_instant_until_it_is_resumed() -> None:
    assert standing_still([a_pause(10, None, None)], at(60), at(120)) == (None, None)
    assert standing_still([a_pause(70, None, None)], at(60), at(120)) == (None, None)


def test_what_was_paused_after_its_due_instant_is_no_pause() -> None:
    detail = {"after_the_due_instant": False, "ends_at": "2026-11-24T10:00:00Z", "ground": "injunction", "clause": "cl. 1"}
    acts = [("paused", START, detail), ("resumed", START + MINUTE, {}), ("paused", at(9), {**detail, "after_the_due_instant": True})]
    assert pauses_of(acts) == (Pause(START, START + H, START + MINUTE, "injunction", "cl. 1"),)
    assert stood(pauses_of(acts), at(60)) == MINUTE


# A life of a clock: how long it runs, stands, runs, stands …; the last may never be resumed. `most` limits each time.
lives = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), st.none() | st.integers(1, 30)), max_size=4)


def lived(life: list[tuple[int, int, int | None]], *, resumed: bool = True) -> list[Pause]:
    """As acts would make it: a pause that is over by itself is not resumed, and another begins after it."""
    found, now = list[Pause](), 0
    for number, (runs, stands, most) in enumerate(life):
        now += runs
        last = number == len(life) - 1
        resumes = stands if (resumed or not last) and (most is None or stands < most) else None
        found.append(a_pause(now, most, resumes))
        now += stands if most is None else min(stands, most)
        if resumes is None and most is None:
            break
    return found


def due_minute(pauses: list[Pause], allowed: int) -> int | None:
    """Minute by minute: the clock goes down unless it stands still; None when it never comes down."""
    left, minute = allowed, 0
    while left > 0 and minute < 5000:
        left -= 0 if any(each.stands(at(minute)) for each in pauses) else 1
        minute += 1
    # at the very instant at which nothing is left it may be paused once more, which moves it
    while any(each.stands(at(minute)) for each in pauses) and minute < 5000:
        minute += 1
    return minute if minute < 5000 else None


@given(lives, st.integers(1, 120), st.booleans())
def test_the_due_instant_is_where_a_clock_that_is_stopped_and_started_runs_out(
    life: list[tuple[int, int, int | None]], allowed: int, resumed: bool
) -> None:
    pauses = lived(life, resumed=resumed)
    expected = due_minute(pauses, allowed)
    assert standing_still(pauses, None, at(allowed))[1] == (None if expected is None else at(expected))


@given(lives, st.integers(1, 120), st.integers(0, 600), st.integers(0, 600))
def test_while_it_stands_still_nothing_is_missed_and_looking_late_or_twice_changes_nothing(
    life: list[tuple[int, int, int | None]], allowed: int, now: int, later: int
) -> None:
    pauses = lived(life)
    due_at = standing_still(pauses, None, at(allowed))[1]
    first = verdict(Standing(due_at, Discharge.SUBMITTED), [], at(now))
    assert verdict(Standing(due_at, Discharge.SUBMITTED), [], at(now)) is first
    if first is Verdict.MISSED:
        assert verdict(Standing(due_at, Discharge.SUBMITTED), [], at(now + later)) is first
    if any(each.stands(at(now)) and each.since <= at(allowed) for each in pauses[:1]):
        assert first is Verdict.RUNNING


@given(lives, st.integers(1, 120))
def test_resuming_misses_nothing_and_moves_no_instant_beyond_what_was_known_before(
    life: list[tuple[int, int, int | None]], allowed: int
) -> None:
    after, before = lived(life), lived(life, resumed=False)
    known, due_at = standing_still(before, None, at(allowed))[1], standing_still(after, None, at(allowed))[1]
    assert due_at is not None
    assert known is None or due_at <= known
    if after and after[-1].resumed_at and after[-1].since <= (standing_still(after[:-1], None, at(allowed))[1] or START):
        assert due_at >= after[-1].resumed_at


@pytest.mark.parametrize("kind", ["excused", "paused", "resumed"])
def test_what_stands_beside_a_verdict_is_no_part_of_it(kind: str) -> None:
    beside = [Done(kind, START, START)]
    for due_at in (at(5), None):
        for now in (at(0), at(9)):
            standing = Standing(due_at, Discharge.SUBMITTED)
            assert verdict(standing, beside, now) is verdict(standing, [], now)
