from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules.escalation.retries import DELAYS, FAULTS, LEAST_WAIT, LONGEST_WAIT, TRIES, after_fault, next_try

SENT = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
SPANS = st.timedeltas(timedelta(seconds=2), timedelta(days=400))
JITTERS = st.floats(0, 1, exclude_max=True)


def waits(due_at: datetime | None = None) -> list[timedelta]:
    """The waits between tries that each fail at once, until there are no more."""
    found, at, attempt = [], SENT, 1
    while (next_at := next_try(attempt, at, due_at)) is not None:
        found.append(next_at - at)
        at, attempt = next_at, attempt + 1
    return found


def test_without_a_due_instant_the_schedule_is_that_of_standard_webhooks():
    h, m, s = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
    assert waits() == [5 * s, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h]
    assert sum(waits(), timedelta()) == 75 * h + 35 * m + 5 * s


def test_after_the_tenth_try_there_is_none():
    assert TRIES == 10
    assert next_try(10, SENT, None) is None
    assert next_try(11, SENT, SENT + timedelta(days=9)) is None


def test_a_near_due_instant_pulls_the_next_try_forward():
    due_at = SENT + timedelta(hours=1)
    assert next_try(4, SENT, due_at) == SENT + timedelta(minutes=48)


def test_every_try_of_a_delivery_that_keeps_failing_is_made_before_it_is_due():
    due_at = SENT + timedelta(hours=24)
    spans = waits(due_at)
    assert len(spans) == TRIES - 1
    assert SENT + sum(spans, timedelta()) < due_at


def test_once_the_due_instant_has_passed_the_schedule_runs_as_written():
    assert next_try(4, SENT, SENT) == SENT + timedelta(hours=2)
    assert next_try(4, SENT, SENT - timedelta(days=1)) == SENT + timedelta(hours=2)


@given(st.integers(1, TRIES - 1), st.timedeltas(timedelta(), timedelta(seconds=1, microseconds=249_999)))
def test_what_a_moment_cannot_mend_is_tried_by_the_schedule(attempt, remaining):
    assert next_try(attempt, SENT, SENT + remaining) == SENT + DELAYS[attempt - 1]


@given(st.integers(1, TRIES - 1), SPANS, JITTERS)
def test_no_two_tries_are_closer_than_a_second(attempt, remaining, jitter):
    next_at = next_try(attempt, SENT, SENT + remaining, None, jitter)
    assert next_at is not None
    assert next_at - SENT >= LEAST_WAIT


def test_what_we_stumble_over_five_times_is_a_persons_within_two_minutes():
    at, tries = SENT, 1
    while (again_at := after_fault(tries, at)) is not None:
        assert again_at > at
        at, tries = again_at, tries + 1
    assert (tries, FAULTS) == (5, 5)
    assert at - SENT < timedelta(minutes=2)


def test_the_receivers_wish_is_honoured_up_to_a_day():
    assert next_try(1, SENT, None, timedelta(minutes=7)) == SENT + timedelta(minutes=7)
    assert next_try(1, SENT, None, timedelta(days=30)) == SENT + LONGEST_WAIT
    assert next_try(4, SENT, None, timedelta(minutes=7)) == SENT + timedelta(hours=2)


def test_the_duty_outranks_the_receivers_wish():
    assert next_try(1, SENT, SENT + timedelta(hours=1), timedelta(hours=6)) == SENT + timedelta(minutes=48)


def test_jitter_adds_up_to_a_tenth_and_never_takes_away():
    assert next_try(4, SENT, None, jitter=0.5) == SENT + timedelta(hours=2, minutes=6)


@given(st.integers(1, TRIES - 1), SPANS, st.none() | SPANS, JITTERS)
def test_at_least_a_fifth_of_the_remaining_time_is_kept(attempt, remaining, retry_after, jitter):
    next_at = next_try(attempt, SENT, SENT + remaining, retry_after, jitter)
    assert next_at is not None
    assert next_at >= SENT
    assert 5 * (next_at - SENT) <= 4 * remaining


@given(st.integers(1, TRIES - 1), st.none() | SPANS, JITTERS)
def test_without_a_due_instant_no_wait_is_shorter_than_the_schedule(attempt, retry_after, jitter):
    least = next_try(attempt, SENT, None)
    assert least is not None
    assert least <= (next_try(attempt, SENT, None, retry_after, jitter) or SENT)


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.0), (-1, 0.0), (1, 1.0), (1, -0.1)])
def test_an_impossible_attempt_or_jitter_is_an_error(attempt, jitter):
    with pytest.raises(ValueError, match="expected"):
        next_try(attempt, SENT, None, jitter=jitter)


def test_an_instant_without_its_zone_is_an_error():
    with pytest.raises(ValueError, match="zones"):
        next_try(1, SENT.replace(tzinfo=None), None)
    with pytest.raises(ValueError, match="zones"):
        next_try(1, SENT, SENT.replace(tzinfo=None))
