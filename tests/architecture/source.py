"""The source as a tree of syntax, for tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("incident", "workers", "web")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str) -> list[str]:
    """Every Python file below these folders (by default the three packages), relative to the root."""
    return sorted(str(path.relative_to(ROOT)) for folder in folders or PACKAGES for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: str) -> ast.Module:
    """Its syntax."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def functions(path: str) -> Iterator[Function]:
    """Every function and method in it, nested ones too."""
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def imported(path: str) -> set[str]:
    """The modules that it imports anywhere, and `module.name` for each name imported from one."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in it, with what is called as it is written, without arguments: `work.connection.execute`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{_dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else ""


def strings(path: str) -> Iterator[str]:
    """Every text in it that is not a docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(first.value)
        for node in ast.walk(tree(path))
        if isinstance(node, documented)
        for first in node.body
        if isinstance(first, ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def body(function: Function) -> list[ast.stmt]:
    """Its statements without the docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body
