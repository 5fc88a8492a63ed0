"""Every rule of the lint on a document that triggers it and nothing else, and on the mended one, which is clean."""

from __future__ import annotations

import re

import pytest

from incident.rules.terms import RULES, Edit, fixed, fixed_text, load
from incident.rules.terms import source as reading
from incident.rules.vocabulary import vocabulary
from tests.rules.lint_guide import GUIDE, LintCase, cases, guide, linted

CASES = cases()
FIXABLE = [each for each in CASES if any(finding.fix for finding in linted(each.bad))]


def test_every_rule_has_a_case_and_a_level() -> None:
    assert sorted(each.code for each in CASES) == sorted(RULES)
    assert len(RULES) >= 62
    assert {rule.level for rule in RULES.values()} == {"error", "warning"}
    assert all(len(rule.explanation) > 80 and rule.explanation.endswith(".") for rule in RULES.values())


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.code)
def test_a_rule_is_triggered_alone_at_a_place_that_exists(case: LintCase) -> None:
    (finding,) = linted(case.bad)
    assert (finding.code, finding.level) == (case.code, RULES[case.code].level)
    above = finding.pointer
    document = load(case.bad).document
    while above and not _stands(document, above):
        above = above.rpartition("/")[0]
    assert above


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.code)
def test_the_counter_example_shows_the_fault(case: LintCase) -> None:
    (finding,) = linted(case.bad)
    assert any(re.search(case.shows, line) for line in finding.counter_example), finding.counter_example


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.code)
def test_the_mended_document_is_clean(case: LintCase) -> None:
    assert linted(case.good) == ()


@pytest.mark.parametrize("case", FIXABLE, ids=lambda each: each.code)
def test_a_mechanical_fix_takes_the_finding_away_and_brings_no_error(case: LintCase) -> None:
    (finding,) = linted(case.bad)
    (edit,) = finding.fix
    wanted = fixed(load(case.bad).document, [edit])
    text = fixed_text(case.bad, edit)
    assert text is not None or edit.op == "remove"
    if text is not None:
        assert load(text).document == wanted
        left = [each.code for each in linted(text)]
        assert case.code not in left
        assert left in ([], ["no_ceiling"])  # what had no period at all still has none


def test_most_of_what_is_a_slip_can_be_mended() -> None:
    assert {"unlabelled_notice", "contains_untold", "unknown_fact", "unknown_value", "unknown_anchor"} <= {each.code for each in FIXABLE}


def test_a_fix_leaves_comments_and_layout_alone() -> None:
    text = CASES[3].bad.replace("commitments:", "# ours, and not to be lost\ncommitments:  # the clauses")
    (finding,) = linted(text)
    (edit,) = finding.fix
    assert fixed_text(text, edit) == text.replace("[reference]", "[reference, tlp]")


def test_a_key_of_a_block_is_taken_out_with_its_line() -> None:
    text = "a: 1\nb: # two\n  - x\n  - y\n# between\nc: 3\n"
    assert fixed_text(text, Edit("remove", "/b")) == "a: 1\n# between\nc: 3\n"
    assert fixed_text(text, Edit("replace", "/b/1", "it: s")) == text.replace("- y", '- "it: s"')


@pytest.mark.parametrize("path", ["/nothing", "/b/9", "/b/x", "/a/deeper"])
def test_an_edit_of_what_is_not_there_changes_nothing(path: str) -> None:
    assert fixed_text("a: 1\nb: [x]\n", Edit("replace", path, 2)) is None


def test_the_guide_of_the_lint_is_what_the_registry_and_the_cases_say() -> None:
    assert GUIDE.read_text(encoding="utf-8") == guide()


def _stands(document: object, pointer: str) -> bool:
    for token in pointer.split("/")[1:]:
        if isinstance(document, list):
            if not token.isdigit() or int(token) >= len(document):
                return False
            document = document[int(token)]
        elif isinstance(document, dict) and token in document:
            document = document[token]
        else:
            return False
    return True


def test_the_documents_of_the_cases_use_known_facts_alone_but_where_that_is_the_fault() -> None:
    for case in CASES:
        asked = set(re.findall(r"fact: (\w+)", case.bad)) - set(vocabulary())
        assert asked == ({"personal_data_braech"} if case.code == "unknown_fact" else set()), case.code
        assert reading.read(case.bad)
