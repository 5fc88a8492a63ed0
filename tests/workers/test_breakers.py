"""How many letters an address gets at once, by how it has answered."""

from __future__ import annotations

from workers.breakers import AT_HOME, FIRST_REST, LONGEST_REST, OPENS_AFTER, PROVEN, Breakers

HERE = "webhook https://one.example/"


def a_breaker() -> Breakers:
    return Breakers(threads=16)


def test_an_address_of_which_nothing_is_known_is_none_of_those_that_get_more_than_one() -> None:
    room = a_breaker().room({}, 0)
    assert (room.known, room.unproven) == ({AT_HOME: 16}, 8)


def test_while_the_first_letter_is_under_way_it_gets_no_second_one() -> None:
    assert a_breaker().room({HERE: 1}, 0).known == {HERE: 0, AT_HOME: 16}


def test_an_address_that_took_a_letter_gets_several_at_once() -> None:
    breakers = a_breaker()
    breakers.took(HERE, 0)
    room = breakers.room({HERE: 1}, 1)
    assert room.known == {HERE: PROVEN - 1, AT_HOME: 16}
    assert room.proven == {HERE, AT_HOME}


def test_those_that_have_not_shown_that_they_answer_share_half_of_the_threads() -> None:
    breakers = a_breaker()
    assert breakers.room({f"webhook {n}": 1 for n in range(5)}, 0).unproven == 3
    assert breakers.room({f"webhook {n}": 1 for n in range(20)}, 0).unproven == 0


def test_after_three_failures_it_is_left_alone_then_gets_one_letter_and_then_a_longer_rest() -> None:
    breakers = a_breaker()
    for at in range(OPENS_AFTER):
        assert breakers.room({}, at).known.get(HERE, 1) == 1
        breakers.failed(HERE, at)
    rest = breakers.room({}, OPENS_AFTER)
    assert rest.known == {HERE: 0, AT_HOME: 16}
    assert 0 < rest.resting[HERE] <= FIRST_REST
    back = OPENS_AFTER + FIRST_REST
    assert breakers.room({}, back).known == {HERE: 1, AT_HOME: 16}
    assert breakers.room({HERE: 1}, back).known == {HERE: 0, AT_HOME: 16}
    breakers.failed(HERE, back)
    assert breakers.room({}, back + 1).resting[HERE] == 2 * FIRST_REST - 1


def test_no_rest_is_longer_than_a_minute_and_one_letter_that_is_taken_ends_it() -> None:
    breakers = a_breaker()
    for at in range(40):
        breakers.failed(HERE, at)
    assert breakers.room({}, 40).resting[HERE] <= LONGEST_REST
    breakers.took(HERE, 41)
    assert breakers.room({}, 41).known == {HERE: PROVEN, AT_HOME: 16}
    assert breakers.room({}, 41).resting == {}


def test_what_was_not_written_to_for_long_is_forgotten() -> None:
    breakers = a_breaker()
    breakers.failed(HERE, 0)
    assert breakers.room({}, 10_000).known == {AT_HOME: 16}


def test_what_only_waits_to_be_collected_has_every_thread_and_takes_none_from_who_has_not_answered_yet() -> None:
    room = a_breaker().room({AT_HOME: 5}, 0)
    assert (room.known[AT_HOME], room.unproven) == (11, 8)
