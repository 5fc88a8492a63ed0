"""Every kind of evidence that the code records has a sentence for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from incident.board.wording import WORDS

ROOT = Path(__file__).parents[2]
WORKED_OUT = {
    ("excuse.py", "kind"): {"prohibited", "excused"},
    ("delivering.py", "each.kind"): {"sent", "received"},
    ("watching.py", "told"): {"escalated", "reminded"},
    ("close_case.py", "what.act"): {"stays", "lapsed", "met_elsewhere"},
}
"""What an act is called where that is worked out: the file, the expression, and what it can come to."""
KEPT_BY = {
    ("acting.py", "f'act.{given.kind}'"): set[str](),
    ("delivering.py", "f'notification.{_how_far(row)}'"): {"notification.sent", "notification.delivered"},
    ("signing.py", "_DONE[said.kind]"): {"agreement.signed", "agreement.suspended", "agreement.resumed", "agreement.ended"},
}
"""The same of other entries; every act is kept by one line."""


def recorded() -> Iterator[str]:
    for path in sorted(each for top in ("incident", "workers", "web") for each in (ROOT / top).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                said = ast.unparse(call.func)
                if said.endswith("work.record"):
                    yield from kinds(path, call.args[0], KEPT_BY, "")
                elif said == "acting.note":
                    yield from kinds(path, call.args[2], WORKED_OUT, "act.")
                elif said == "acting.Note":
                    yield from kinds(path, call.args[1], WORKED_OUT, "act.")


def kinds(path: Path, said: ast.expr, worked_out: dict[tuple[str, str], set[str]], prefix: str) -> set[str]:
    if isinstance(said, ast.Constant):
        return {f"{prefix}{said.value}"}
    return {prefix + each for each in worked_out[path.name, ast.unparse(said)]}


@pytest.mark.parametrize("kind", sorted(set(recorded())))
def test_what_is_recorded_can_be_said(kind: str) -> None:
    assert kind in WORDS
