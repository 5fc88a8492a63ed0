"""The lint on documents that nobody wrote with care: it never breaks, and every finding stands on a case."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from incident.rules.legaltime.values import Period
from incident.rules.planning import plan
from incident.rules.terms import RULES, as_text, diff, lint, load, mended, render
from incident.rules.terms.linting.casting import cast_case
from incident.rules.terms.linting.finding import Stage
from incident.rules.terms.linting.staging import concerned
from incident.rules.vocabulary import vocabulary
from tests.examples import examples
from tests.rules.any_documents import documents


@given(documents())
@settings(max_examples=examples(80), deadline=None)
def test_every_finding_of_any_document_has_a_rule_a_place_and_a_case(document: dict[str, Any]) -> None:
    found = lint(load(json.dumps(document)), vocabulary(), {"x.law": None, "x.hours": Period(24, "h", "elapsed_hours")}, {"x.regime": "1"})
    for each in found:
        assert each.level == RULES[each.code].level
        assert each.counter_example
        assert not any("Handling failed" in line for line in each.counter_example)
    assert len({(each.code, each.pointer, each.message) for each in found}) == len(found)


@given(documents())
@settings(max_examples=examples(40), deadline=None)
def test_what_a_clause_waits_for_is_all_that_its_plan_depends_on(document: dict[str, Any]) -> None:
    agreement = load(json.dumps(document))
    for watched in agreement.commitments:
        case = cast_case(agreement, Stage((watched.id,)))
        alone, whole = (
            {
                each.key: (each.deadline, each.provisional, each.predicted)
                for each in plan(case, clauses)
                if each.commitment.id == watched.id
            }
            for clauses in (concerned(agreement, (watched.id,)), agreement.commitments)
        )
        assert alone == whole


@given(documents())
@settings(max_examples=examples(25), deadline=None)
def test_mending_any_document_ends_and_brings_no_error(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    before = [each.level for each in lint(load(text), vocabulary())]
    done = mended(text, vocabulary())
    after = [each.level for each in lint(load(done.text), vocabulary())]
    assert after.count("error") <= before.count("error")
    assert (done.text == text) is (not done.mended)


@given(documents(), documents())
@settings(max_examples=examples(40), deadline=None)
def test_any_document_is_said_and_compared_with_itself_and_with_any_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    old, new = load(json.dumps(one)), load(json.dumps(other))
    assert diff(old, load(json.dumps(one))) == ()
    assert all(each.text.endswith(".") for each in diff(old, new))
    assert all("".join(part.text for part in each.parts) == each.text for each in render(old))
    assert as_text(old, places=True)
