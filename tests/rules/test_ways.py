from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incident.rules.escalation.on_call import LADDER
from incident.rules.escalation.retries import next_try
from incident.rules.escalation.states import ARRIVED, STATES, WAITING
from incident.rules.escalation.ways import Again, Enough, Others, Person, Way, after_failure, turn_ends, untaken

AT = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
DESK, MAIL = Way("duty_desk", "webhook"), Way("duty_desk", "email")
DEPUTY, MANAGER = Way("deputy", "email"), Way("manager", "webhook")
INBOX = Way("duty_desk", "inbox")
WAYS = st.builds(Way, st.sampled_from(LADDER), st.sampled_from(["webhook", "email", "inbox"]))
TAKEN = st.dictionaries(WAYS, st.sampled_from(STATES))
INSTANTS = st.none() | st.datetimes(AT.replace(tzinfo=None), AT.replace(tzinfo=None, year=2027), timezones=st.just(UTC))


def test_another_channel_of_the_contact_then_the_next_contact_then_a_person():
    usable = {DESK, MAIL, DEPUTY, MANAGER}
    assert after_failure(DESK, None, None, {DESK: "claimed"}, usable) == Others((MAIL,))
    assert after_failure(MAIL, None, None, {DESK: "failed", MAIL: "claimed"}, usable) == Others((DEPUTY,))
    assert after_failure(DEPUTY, None, None, {DESK: "failed", MAIL: "failed", DEPUTY: "claimed"}, usable) == Others((MANAGER,))
    assert after_failure(MANAGER, None, None, dict.fromkeys(usable, "failed"), usable) == Person()


def test_nobody_else_is_troubled_when_another_channel_has_delivered():
    assert after_failure(DESK, None, None, {DESK: "claimed", MAIL: "sent"}, {DESK, MAIL, DEPUTY}) == Enough()


def test_what_lies_unread_in_the_inbox_has_reached_nobody():
    assert after_failure(DESK, None, None, {DESK: "claimed", INBOX: "delivered"}, {DESK}) == Person()
    assert after_failure(DESK, None, None, {DESK: "claimed", INBOX: "opened"}, {DESK}) == Enough()
    assert after_failure(DESK, None, None, {DESK: "claimed"}, {DESK, INBOX, Way("deputy", "inbox")}) == Person()


def test_a_way_is_tried_again_within_its_turn_and_after_it_while_there_is_no_other():
    turn = turn_ends(AT, AT + timedelta(hours=2))
    assert turn == AT + timedelta(hours=1)
    late = AT + timedelta(minutes=61)
    assert after_failure(DESK, AT + timedelta(minutes=5), turn, {DESK: "claimed"}, {DESK, DEPUTY}) == Again(AT + timedelta(minutes=5))
    assert after_failure(DESK, late, turn, {DESK: "claimed"}, {DESK, DEPUTY}) == Others((DEPUTY,))
    assert after_failure(DESK, late, turn, {DESK: "claimed"}, {DESK}) == Again(late, alone=True)
    assert after_failure(DESK, late, turn, {DESK: "claimed", MAIL: "pending"}, {DESK, MAIL}) == Again(late)
    assert after_failure(DESK, AT, turn, {DESK: "claimed"}, {DESK}) == Again(AT)


def test_a_whole_ladder_that_never_answers_comes_to_a_person_before_the_duty_ends():
    due_at, way, at, taken = AT + timedelta(hours=4), DESK, AT, {DESK: "claimed"}
    created, attempt, usable = AT, 1, {DESK, DEPUTY, MANAGER}
    for _ in range(100):
        what = after_failure(way, next_try(attempt, at, due_at), turn_ends(created, due_at), taken, usable)
        if isinstance(what, Again):
            at, attempt = what.at, attempt + 1
        elif isinstance(what, Others):
            taken[way], way, created, attempt = "failed", what.ways[0], at, 1
            taken[way] = "claimed"
        else:
            break
    assert what == Person()
    assert set(taken) == usable
    assert at < due_at


@given(WAYS, INSTANTS, INSTANTS, TAKEN, st.sets(WAYS))
def test_no_way_is_taken_twice_and_none_that_nobody_has(this, again_at, ends_at, taken, usable):
    what = after_failure(this, again_at, ends_at, {**taken, this: "claimed"}, usable)
    if isinstance(what, Others):
        assert what.ways
        assert set(what.ways) <= usable - set(taken) - {this}
        assert len({way.contact for way in what.ways}) == 1
        assert all(LADDER.index(way.contact) >= LADDER.index(this.contact) for way in what.ways)


@given(WAYS, INSTANTS, INSTANTS, TAKEN, st.sets(WAYS))
def test_a_person_is_asked_only_when_nothing_arrived_nothing_waits_and_nothing_is_left(this, again_at, ends_at, taken, usable):
    what = after_failure(this, again_at, ends_at, {**taken, this: "claimed"}, usable)
    if isinstance(what, Person):
        others = [state for way, state in taken.items() if way != this and way.kind != "inbox"]
        assert again_at is None
        assert not any(state in (*ARRIVED, *WAITING) for state in others)
        assert not untaken(this.contact, {*taken, this}, usable)


@given(WAYS, INSTANTS, TAKEN, st.sets(WAYS), INSTANTS)
def test_a_try_that_the_schedule_offers_within_its_turn_is_always_made(this, again_at, taken, usable, ends_at):
    if again_at is not None and (ends_at is None or again_at <= ends_at):
        assert after_failure(this, again_at, ends_at, {**taken, this: "claimed"}, usable) == Again(again_at)


@given(WAYS, INSTANTS, INSTANTS, TAKEN, st.lists(WAYS))
def test_the_order_in_which_ways_are_read_changes_nothing(this, again_at, ends_at, taken, usable):
    turned = dict(reversed(taken.items()))
    assert after_failure(this, again_at, ends_at, taken, usable) == after_failure(this, again_at, ends_at, turned, usable[::-1])
