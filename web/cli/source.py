"""Reports as people write them: JSON, or YAML in which words stay words."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import rich_click as click
import yaml

from incident.errors import Fault, Invalid
from incident.rules.terms import decoded

LARGEST = 2**20
"""Bytes; the most that a node accepts."""

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "unknown": None}


class _Words(yaml.SafeLoader):
    """Only true, false, null and plain numbers are more than text: an instant stays as written, and NO is Norway."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse aliases, with which a small text could grow."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "aliases are not accepted", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """As always, with every key once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                raise yaml.MarkedYAMLError(None, None, "expected every key to be a word, once", key.start_mark)
            seen.add(key.value)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


_TAG = "tag:yaml.org,2002:"
_Words.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Words.add_implicit_resolver(_TAG + "null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Words.add_implicit_resolver(_TAG + "int", re.compile(r"^-?(?:0|[1-9][0-9]{0,15})$"), list("-0123456789"))
_Words.add_implicit_resolver(_TAG + "float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789"))


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """As `_Words`, six times as fast where PyYAML has libyaml: for documents with thousands of members."""

    yaml_implicit_resolvers = _Words.yaml_implicit_resolvers
    construct_mapping = _Words.construct_mapping

    def get_single_node(self) -> yaml.Node | None:
        """Refuse aliases: a node that is met twice."""
        root: yaml.Node | None = super().get_single_node()
        waiting, seen = [root] if root is not None else [], set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                raise yaml.MarkedYAMLError(None, None, "aliases are not accepted", node.start_mark)
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                waiting += [each for pair in node.value for each in pair]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
        return root


def text(path: Path, *, largest: int = LARGEST) -> str:
    """What a file holds, or stdin for `-`.

    Raises:
        click.UsageError: it cannot be read.
        Invalid: it is larger than `largest`, by default what a node accepts, or not UTF-8.
    """
    try:
        raw = sys.stdin.buffer.read(largest + 1) if str(path) == "-" else _bytes(path, largest)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if len(raw) > largest:
        said = f"The file has more than {largest} bytes; {largest} is the most that is accepted."
        raise Invalid([Fault("", "too_long", said)], f"{path} is too large.")
    try:
        return decoded(raw)
    except Invalid as refused:
        raise Invalid(refused.faults, f"{path} is not text.") from refused


def value(text: str, *, quick: bool = False) -> object:
    """The plain value of a JSON or YAML document; `quick` for large ones.

    Raises:
        Invalid: it is neither; says where.
    """
    try:
        return (
            json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
            if text.lstrip()[:1] in ("{", "[")
            else _yaml(text, quick)
        )
    except json.JSONDecodeError as error:
        try:
            return _yaml(text, quick)  # a YAML flow mapping begins like JSON
        except Invalid:
            where = f"line {error.lineno}, column {error.colno}"
            raise Invalid([Fault("", "json", f"{error.msg} at {where}")], "The document is neither JSON nor YAML.") from error
    except ValueError as error:
        raise Invalid([Fault("", "number", "a number has too many digits")], "The document cannot be read.") from error
    except RecursionError:
        raise _too_deep() from None


def scalar(word: str) -> object:
    """A value from the command line: true, false, null or unknown, a whole number, else text as it is."""
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    return int(word) if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,15})", word) else word


def kind(found: object) -> str:
    """What it is, in a word for messages."""
    return _KINDS.get(type(found), type(found).__name__)


def _bytes(path: Path, largest: int) -> bytes:
    with path.open("rb") as opened:
        return opened.read(largest + 1)


def _yaml(text: str, quick: bool) -> object:
    loader: _Words | _Quick | None = None
    try:
        loader = _Quick(text) if quick else _Words(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Invalid([Fault("", "yaml", f"{error.problem or error.context}{where}")], "The document is not YAML.") from error
    except RecursionError:
        raise _too_deep() from None
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it has a character that YAML does not allow"
        raise Invalid([Fault("", "yaml", reason)], "The document is not YAML.") from error
    finally:
        if loader is not None:
            loader.dispose()


def _too_deep() -> Invalid:
    return Invalid([Fault("", "too_deep", "expected fewer levels")], "The document is nested too deeply.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise Invalid([Fault(f"/{twice}", "duplicate", f"{twice} is given twice in one object; expected it once")])
    return found


def _no_constant(word: str) -> None:
    raise Invalid([Fault("", "number", f"{word} is not a number that JSON has")])
