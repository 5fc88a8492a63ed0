"""The author's guide and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from marshmallow import Schema

from incident.rules.terms import lint, load
from incident.rules.terms.schema import clause, document, parts


def test_the_example_of_the_guide_is_a_good_agreement() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert example is not None
    agreement = load(example[1])
    assert [each.id for each in agreement.commitments] == ["notice", "plan"]
    assert lint(agreement) == ()


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
