"""The author's guide and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from marshmallow import Schema

from incident.rules.terms import lint, load
from incident.rules.terms.diff import CLAUSE_KEYS, DOCUMENT_KEYS
from incident.rules.terms.schema import clause, document, parts
from incident.rules.vocabulary import vocabulary


def test_the_examples_of_the_guide_are_good_agreements() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text(encoding="utf-8")
    small, large = (load(each) for each in re.findall(r"```yaml\n(format: .*?)```", guide, re.DOTALL))
    assert [each.id for each in small.commitments] == ["notice", "plan"]
    assert [each.id for each in large.commitments] == ["warning", "update", "plan"]
    for agreement in (small, large):
        assert lint(agreement, vocabulary()) == ()
    assert set(DOCUMENT_KEYS) - set(large.document) == {"planning_targets"}
    said = {key for each in (*small.document["commitments"], *large.document["commitments"]) for key in each}
    assert said == CLAUSE_KEYS


def test_the_guide_speaks_of_every_key() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text(encoding="utf-8")
    schemas = [
        each
        for module in (clause, document, parts)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Schema)
    ]
    keys = {field.data_key or name for each in schemas for name, field in each().fields.items()}
    assert len(keys) > 50
    assert [word for word in sorted(keys) if re.search(rf"\b{word}\b", guide) is None] == []
