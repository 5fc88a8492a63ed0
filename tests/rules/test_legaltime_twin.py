"""The engine against its naive twin, which shares no code with it."""

from __future__ import annotations

import os
from collections import Counter
from random import Random, SystemRandom

import pytest

from incident.rules.legaltime import Worked, calendars_of, rules, worked
from tests.rules import naive_legaltime
from tests.rules.random_cases import CALENDARS, RULES, ZONES, random_case


def agree(cases: int) -> Counter[str]:
    """How many cases of each rule were found the same by both; the seed is told with the first difference."""
    seed = int(os.environ.get("DEMARCHE_TEST_SEED", SystemRandom().randrange(2**32)))
    random, known, seen = Random(seed), calendars_of(CALENDARS), Counter[str]()
    for place in range(cases):
        case, start, classified = random_case(random)
        said = f"case {place} of DEMARCHE_TEST_SEED={seed}: {case}"
        found = worked(case, known, id=str(place))
        assert isinstance(found, Worked), f"{said}: {found}"
        assert found.deadline.due_at == naive_legaltime.due(case, CALENDARS, start, classified), said
        seen[case["rule"]] += 1
        seen[case["zone"]] += 1
        seen[case["cal"]] += 1
    return seen


def test_the_twin_knows_every_rule() -> None:
    assert set(RULES) == set(rules())


def test_a_naive_clerk_with_a_clock_finds_the_same() -> None:
    seen = agree(3_000)
    assert all(seen[name] for name in (*RULES, *ZONES, *CALENDARS))


@pytest.mark.deep
def test_a_naive_clerk_finds_the_same_a_hundred_thousand_times() -> None:
    seen = agree(100_000)
    print({rule: seen[rule] for rule in RULES})
