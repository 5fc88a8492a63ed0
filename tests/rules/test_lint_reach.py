"""What the lint calls impossible never happens, and what it calls possible the planner plans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules.conditions import All, Any, Condition, Not, truth
from incident.rules.conditions import Test as Asked
from incident.rules.planning import plan
from incident.rules.terms import load
from incident.rules.terms.linting.casting import cast_case
from incident.rules.terms.linting.finding import Stage
from incident.rules.terms.linting.reach import OF_THE_CASE, STATED, TooMuch, possible, spoken_for
from tests.examples import examples
from tests.rules.lint_guide import with_head

AGREEMENT = load(
    with_head(
        """commitments:
  - {id: plan, title: Plan, cite: cl. 1, owes: a plan, owed_by: {role: suppliers}, owed_to: {role: home_cert},
     within: {hours: 8}, discharged_by: submitted}
"""
    )
)
COUNTRIES = ("EE", "FR", "US", "JP", "CH")
ANSWERS = {
    "severity": OF_THE_CASE["severity"],
    "tlp": OF_THE_CASE["tlp"],
    "exercise": (True, False),
    "personal_data_breach": (True, False, None),
    "risk_to_individuals": ("none", "risk", "high", "unknown", None),
    "affected_individuals": (*range(12), 50, 1_000_000, None),
    "affected_countries": ((), ("EE",), ("FR",), ("EE", "FR"), ("JP", "US"), COUNTRIES),
    "jurisdiction": COUNTRIES,
    "aware_at": (STATED, None),
}


def asking(fact: str) -> st.SearchStrategy[Condition]:
    if fact == "affected_individuals":
        number = st.integers(0, 9)
        made = st.builds(lambda operator, n: Asked(fact, operator, (n,)), st.sampled_from(("at_least", "at_most", "is")), number)
    elif fact == "affected_countries":
        made = st.lists(st.sampled_from(COUNTRIES[:3]), min_size=1, max_size=2).map(lambda found: Asked(fact, "includes", tuple(found)))
    elif fact == "aware_at":
        made = st.just(Asked(fact, "known", ()))
    else:
        values = [each for each in ANSWERS[fact] if each is not None]
        made = st.lists(st.sampled_from(values), min_size=1, max_size=2).map(lambda found: Asked(fact, "in", tuple(found)))
    return st.one_of(made, st.just(Asked(fact, "known", ())))


conditions = st.recursive(
    st.sampled_from(list(ANSWERS)).flatmap(asking),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=9,
)
cases = st.fixed_dictionaries({fact: st.sampled_from(values) for fact, values in ANSWERS.items()})


@given(conditions, st.lists(cases, min_size=8, max_size=8))
@settings(max_examples=examples(300), deadline=None)
def test_what_is_impossible_never_happens(condition: Condition, several: list[dict[str, object]]) -> None:
    try:
        found = possible(condition)
    except TooMuch:
        return
    if found.answers is None:
        assert not any(truth(condition, lambda fact, of, case=case: case[fact]) is True for case in several)


@given(conditions)
@settings(max_examples=examples(150), deadline=None)
def test_what_is_possible_is_planned_in_the_case_that_is_made_for_it(condition: Condition) -> None:
    agreement = replace(AGREEMENT, commitments=(replace(AGREEMENT.commitments[0], when=condition),))
    try:
        found = possible(spoken_for(agreement.commitments[0]))
    except TooMuch:
        return
    planned = plan(cast_case(agreement, Stage(("plan",))), agreement.commitments)
    firm = [each for each in planned if not each.provisional]
    assert bool(firm) is (found.answers is not None)


def in_(fact: str, *values: bool | int | str, of: str = "operator") -> Asked:
    return Asked(fact, "in", values, of)


@pytest.mark.parametrize(
    "condition",
    [
        All((in_("severity", "low"), in_("severity", "high"))),
        All((in_("tlp", "RED"), Not(in_("tlp", "RED", "AMBER")))),
        All((Asked("affected_individuals", "at_least", (5,)), Asked("affected_individuals", "at_most", (4,)))),
        All((Asked("affected_countries", "includes", ("FR",)), Not(Asked("affected_countries", "includes", ("FR", "EE"))))),
        All((in_("personal_data_breach", True), Not(Asked("personal_data_breach", "known", ())))),
        All((in_("jurisdiction", "EE"), in_("jurisdiction", "FR"))),
        Not(Any((in_("severity", "low", "medium"), in_("severity", "high", "critical")))),
        Asked("severity", "at_least", (3,)),
        Any(()),
    ],
    ids=str,
)
def test_a_contradiction_is_found(condition: Condition) -> None:
    assert possible(condition).answers is None


@pytest.mark.parametrize(
    "condition",
    [
        All(()),
        All((Asked("affected_individuals", "at_least", (5,)), Asked("affected_individuals", "at_most", (5,)))),
        All((Asked("affected_countries", "includes", ("FR",)), Not(Asked("affected_countries", "includes", ("EE",))))),
        All((in_("jurisdiction", "EE", of="owed_by"), in_("jurisdiction", "FR", of="owed_to"))),
        Not(in_("jurisdiction", "CH", "NO", "NZ")),
        All((Not(Asked("aware_at", "known", ())), in_("exercise", True))),
    ],
    ids=str,
)
def test_what_can_be_is_not_called_a_contradiction(condition: Condition) -> None:
    assert possible(condition).answers is not None


def test_what_would_take_too_long_is_neither() -> None:
    facts = [f"unheard_of_{number}" for number in range(12)]
    with pytest.raises(TooMuch):
        possible(Not(All(tuple(in_(fact, True) for fact in facts))))
    assert possible(All(tuple(in_(fact, True) for fact in facts))).answers is not None  # nothing in common: each by itself
    with pytest.raises(TooMuch):
        possible(Asked("affected_countries", "includes", tuple(f"{a}{b}" for a in "ABCD" for b in "EFGH")))


def test_the_debtor_that_is_the_operator_is_asked_once() -> None:
    clause = replace(AGREEMENT.commitments[0], owed_by=replace(AGREEMENT.commitments[0].owed_by, role="operator"))
    both = All((in_("personal_data_breach", True), in_("personal_data_breach", False, of="owed_by")))
    assert possible(spoken_for(replace(AGREEMENT.commitments[0], when=both))).answers is not None
    assert possible(spoken_for(replace(clause, when=both))).answers is None
