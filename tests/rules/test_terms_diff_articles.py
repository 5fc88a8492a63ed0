"""What two versions say beside their clauses, and clauses of groups: told once, and judged with who gains and who loses."""

from __future__ import annotations

from typing import Any

import pytest

from incident.rules.terms.diff import DOCUMENT_KEYS
from tests.rules.diff_cases import ARTICLES, GROUP, MIRRORED, ONE, STOPPED, an_agreement, the_change


@pytest.mark.parametrize(("aspect", "old", "new", "effect"), ARTICLES)
def test_each_article_is_told_and_judged_in_both_directions(aspect: str, old: dict[str, Any], new: dict[str, Any], effect: str) -> None:
    one, two = an_agreement(**old), an_agreement(**(old | new))
    there, back = the_change(one, two), the_change(two, one)
    assert (there.aspect, there.effect) == (aspect, effect)
    assert (back.aspect, back.effect) == (aspect, MIRRORED[effect])
    assert (there.before, there.after, there.gains, there.loses) == (back.after, back.before, back.loses, back.gains)
    assert there.text.endswith(".")
    assert there.clause


def test_every_article_of_a_document_is_compared() -> None:
    told = {key for _, old, new, _ in ARTICLES for key in (*old, *new)}
    assert told | {"format", "name", "version", "title", "zone", "in_force", "parties", "commitments", "planning_targets"} == DOCUMENT_KEYS


def test_who_joins_a_group_is_told_once_and_with_the_clauses_that_bind_it() -> None:
    clause = {"owed_by": {"role": "group", "group": "certs"}}
    one, two = (an_agreement(clause, groups=[{**GROUP, "members": members}]) for members in (ONE["parties"][:1], ONE["parties"]))
    change = the_change(one, two)
    assert (change.clause, change.aspect) == ("group:certs", "members")
    assert "https://two.example/#party joins; who is in it owes and is owed what plan says" in change.because


def test_whoever_leaves_gains_by_a_shorter_notice_and_whoever_relies_on_it_loses() -> None:
    notices = ({"exit": {"cite": "cl. 5", "notice": {"months": months}}} for months in (3, 1))
    change = the_change(*(an_agreement(**each) for each in notices))
    assert (change.effect, change.gains, change.loses) == ("weaker", "whoever leaves", "whoever relies on it")


def test_where_the_creditor_alone_may_excuse_nobody_gains() -> None:
    change = the_change(an_agreement(), an_agreement({"excuses": [{**STOPPED, "by": "owed_to"}]}))
    assert (change.effect, change.gains, change.because) == ("weaker", None, "it takes the creditor's word")
    change = the_change(an_agreement(), an_agreement({"excuses": [STOPPED]}))
    assert (change.effect, change.gains) == ("weaker", "each supplier")
