"""What docs/reliability.md names exists: its tests, and the faults of the matrix."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture import source
from tests.chaos.faults import matrix

GUIDE = (source.ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(test_\w+)`", GUIDE)))
FAULTS = sorted({name for said in re.findall(r"make chaos: ((?:`[^`]+`(?:, )?)+)", GUIDE) for name in re.findall(r"`([^`]+)`", said)})


def test_it_names_tests_and_faults() -> None:
    assert len(TESTS) > 40
    assert len(FAULTS) > 25
    assert GUIDE.count("::test_") == len(re.findall(r"`tests/[\w/]+\.py::(?:\w+::)?test_\w+`", GUIDE))


@pytest.mark.parametrize(("path", "name"), TESTS, ids="::".join)
def test_the_test_is_there(path: str, name: str) -> None:
    tree = ast.parse((source.ROOT / path).read_text(encoding="utf-8"))
    assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_in_the_matrix(fault: str) -> None:
    assert fault in {each.name for each in matrix(1.0)}


def test_every_invariant_is_held_by_some_line() -> None:
    held = {each for line in GUIDE.splitlines() if line.count("|") == 5 for each in re.findall(r"I[1-9]", line.split("|")[3])}
    assert held == {f"I{number}" for number in range(1, 10)}
