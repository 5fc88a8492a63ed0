"""Conditions in strong Kleene logic: unknown is neither yes nor no, and nothing is evaluated as code."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import conditions as c

VALUES: tuple[c.Truth, ...] = (True, False, None)
LEAVES = {True: c.Test("yes", "is", (True,)), False: c.Test("no", "is", (True,)), None: c.Test("unsaid", "is", (True,))}


def look(fact: str, of: str) -> object:
    return {"yes": True, "no": False, "unsaid": None}[fact]


def asked(value: object, operator: c.Operator, *operands: bool | int | str) -> c.Truth:
    return c.truth(c.Test("x", operator, operands), lambda fact, of: value)


conditions = st.recursive(
    st.sampled_from(list(LEAVES.values())),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: c.All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: c.Any(tuple(parts))),
        inner.map(c.Not),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("one", "other"), list(product(VALUES, VALUES)))
def test_false_beats_unknown_in_all_and_true_beats_unknown_in_any(one: c.Truth, other: c.Truth) -> None:
    pair = (LEAVES[one], LEAVES[other])
    both, either = {one, other}, {one, other}
    assert c.truth(c.All(pair), look) is (False if False in both else None if None in both else True)
    assert c.truth(c.Any(pair), look) is (True if True in either else None if None in either else False)


def test_an_empty_all_is_true_and_an_empty_any_is_false() -> None:
    assert c.truth(c.ALWAYS, look) is True
    assert c.truth(c.Any(()), look) is False


@given(conditions)
def test_the_negation_of_all_is_any_of_the_negations(condition: c.Condition) -> None:
    negated = c.truth(c.Not(condition), look)
    assert c.truth(c.Not(c.Not(condition)), look) is c.truth(condition, look)
    if isinstance(condition, c.All):
        assert c.truth(c.Any(tuple(c.Not(part) for part in condition.parts)), look) is negated
    if isinstance(condition, c.Any):
        assert c.truth(c.All(tuple(c.Not(part) for part in condition.parts)), look) is negated


@given(conditions, st.booleans())
def test_learning_a_fact_never_turns_yes_into_no(condition: c.Condition, learnt: bool) -> None:
    before = c.truth(condition, look)
    after = c.truth(condition, lambda fact, of: learnt if fact == "unsaid" else look(fact, of))
    assert after is not None
    assert before is None or after is before


def test_an_unknown_fact_is_unknown_to_every_comparison_but_known() -> None:
    comparisons: tuple[tuple[c.Operator, bool | int | str], ...] = (
        ("is", True),
        ("in", "a"),
        ("at_least", 1),
        ("at_most", 1),
        ("includes", "a"),
    )
    assert [asked(None, operator, operand) for operator, operand in comparisons] == [None] * 5
    assert asked(None, "known") is False
    assert asked(False, "known") is True


def test_an_empty_set_is_not_known_and_includes_nothing() -> None:
    assert asked([], "known") is False
    assert asked(["EE"], "known") is True
    assert asked([], "includes", "EE") is False
    assert asked(("EE", "FR"), "includes", "LV", "FR") is True


def test_true_is_not_the_number_one() -> None:
    assert asked(True, "is", 1) is False
    assert asked(1, "in", True, False) is False
    assert asked([1], "includes", True) is False
    assert asked(True, "at_least", 1) is None


def test_bounds_include_their_number() -> None:
    assert [asked(n, "at_least", 500) for n in (499, 500, 501)] == [False, True, True]
    assert [asked(n, "at_most", 500) for n in (499, 500, 501)] == [True, True, False]


def test_a_value_of_another_kind_is_unknown_rather_than_no() -> None:
    assert asked("many", "at_least", 1) is None
    assert asked("EE", "includes", "EE") is None


def test_every_fact_asked_about_is_named_with_whose_it_is() -> None:
    condition = c.All((c.Not(c.Test("a", "is", (1,))), c.Any((c.Test("b", "known", (), "owed_by"), c.ALWAYS))))
    assert c.named(condition) == {("a", "operator"), ("b", "owed_by")}


def test_the_lookup_is_told_whose_fact_is_meant() -> None:
    of_supplier = c.Test("is_processor", "is", (True,), "owed_by")
    assert c.truth(of_supplier, lambda fact, of: of == "owed_by") is True
