"""A document while it is being written: what is said of a text that may be no agreement yet, and where in it things stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.errors import Fault
from incident.rules import terms

TEXT = (Path(__file__).parents[2] / "web/demo/agreements/ee-meridian-model-weights.yaml").read_text(encoding="utf-8")


def test_a_text_is_an_agreement_with_its_findings_or_has_its_faults_as_findings() -> None:
    found = terms.written(TEXT, (), {})
    assert found.agreement is not None
    assert found.agreement.name == "ee-meridian-model-weights"
    broken = terms.written("name: [", (), {})
    assert broken.agreement is None
    assert [(each.level, each.code) for each in broken.findings] == [("error", "yaml")]


@given(st.text())
def test_whatever_is_typed_is_said_something_of(text: str) -> None:
    found = terms.written(text, (), {})
    assert found.agreement is None
    assert found.findings
    assert len(terms.lines_of(text, found.findings)) == len(found.findings)
    terms.label(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (TEXT, "ee-meridian-model-weights 1.2"),
        ("name: only-a-name", "only-a-name"),
        ("name: {}", None),
        ("[]", None),
        ("name: [", None),
        ("name: " + "x" * 500, "x" * 160),
    ],
)
def test_it_is_called_by_the_name_and_version_that_it_says(text: str, label: str | None) -> None:
    assert terms.label(text) == label


def test_everything_stands_at_the_line_of_its_key_or_of_what_is_nearest_around_it() -> None:
    text = "a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\ne~f: 3\n"
    pointers = ("/a", "/a/b", "/a/c/1/d", "/a/c/1/missing/deep", "/e~0f", "/nowhere", "")
    assert terms.lines_of(text, [Fault(each, "", "") for each in pointers]) == (1, 2, 5, 5, 6, None, None)


def test_a_text_that_cannot_be_read_names_its_line_in_its_message() -> None:
    broken = "a: 1\nb: c: d\n"
    assert terms.lines_of(broken, terms.written(broken, (), {}).findings) == (2,)
    twice = "a: 1\nb: 2\na: 3\n"
    assert terms.lines_of(twice, [Fault("/a", "duplicate", "")]) == (3,), "the one that is too many"


def test_a_fix_of_several_edits_is_made_whole_or_not_at_all() -> None:
    title = terms.Edit("replace", "/title", "Another")
    nowhere = terms.Edit("replace", "/nowhere", "x")
    changed = terms.mended_by(TEXT, [title])
    assert changed is not None
    assert terms.load(changed).title == "Another"
    assert terms.mended_by(TEXT, [title, nowhere]) is None
