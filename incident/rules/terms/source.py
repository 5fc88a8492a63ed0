"""From YAML text to a plain value: maps, lists, text, whole numbers and booleans, and nothing that YAML could hide.

A signed document must read the same to everybody. So anchors, aliases, merges, tags and repeated keys are refused, and
words are typed as in YAML 1.2: `NO` is Norway and `17:30` a time of day, both text; dates stay text; there are no
fractions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from incident.errors import Fault, Invalid
from incident.rules.terms.saying import UNSEEN, named

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_VALUES = 40_000
"""Keys and values of a document, a list or a map counting as four: what cannot be an agreement is not looked at for seconds."""
MAX_FAULTS = 500  # a refusal must not grow far beyond what was refused
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """SafeLoader for plain trees of bounded depth; it guesses no type beyond null, booleans and whole numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute
    depth = 0
    values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what would let one text mean two things, or a small text grow."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(None, None, "anchors and aliases are not accepted", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(None, None, f"the tag {event.tag} is not accepted", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self.values += 4 if isinstance(event, yaml.CollectionStartEvent) else 1
        if self.values > MAX_VALUES:
            raise yaml.MarkedYAMLError(None, None, f"more than {MAX_VALUES} keys and values", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_Loader.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(_TAG + "null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_TAG + "int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,14})$"), list("-+0123456789"))


def read(text: str) -> object:
    """The plain value of one YAML document.

    Raises:
        Invalid: too long, not YAML, or using what is refused here. Faults carry a pointer, or a line and column where
            there is no value yet.
    """
    node = _composed(text)
    faults: list[Fault] = []
    value = None if node is None else _plain(node, "", faults)
    if faults:
        raise Invalid(listed(faults), "The document has faults.")
    return value


def decoded(raw: bytes) -> str:
    """The text of a file in UTF-8; a byte order mark before it is not part of it.

    Raises:
        Invalid: it is in another encoding; says where, and which one it may be.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
        message = f"Expected UTF-8; the byte 0x{raw[error.start]:02X} at line {line}, column {column} is not. {_maybe(raw)}"
        raise Invalid([Fault("", "encoding", message, line)], "The document is not UTF-8.") from error


def lines(text: str) -> dict[str, int]:
    """On which line, counted from 1, each key or item of the document stands, by JSON pointer.

    Of a key that is given twice the last one counts. Empty for a text that cannot be read.
    """
    try:
        root = _composed(text)
    except Invalid:
        return {}
    found: dict[str, int] = {}
    waiting = [("", root)] if root is not None else []
    while waiting:
        pointer, node = waiting.pop()
        found.setdefault(pointer, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, below in node.value:
                if isinstance(key, yaml.ScalarNode):
                    here = f"{pointer}/{escape(key.value)}"
                    found[here] = key.start_mark.line + 1
                    waiting.append((here, below))
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(f"{pointer}/{place}", item) for place, item in enumerate(node.value)]
    return found


def line_of(found: Mapping[str, int], pointer: str) -> int | None:
    """The line of that place, else of the nearest that holds it: a key that is missing has none."""
    while pointer and pointer not in found:
        pointer = pointer.rpartition("/")[0]
    return found.get(pointer)


def listed(faults: list[Fault]) -> list[Fault]:
    """The first of them, and how many more there are."""
    more = len(faults) - MAX_FAULTS
    return [*faults[:MAX_FAULTS], Fault("", "more", f"{more} more faults are not listed.")] if more > 0 else faults


def escape(key: object) -> str:
    """One token of an RFC 6901 JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _composed(text: str) -> yaml.Node | None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _refused("too_long", f"The document has {size} bytes; {MAX_BYTES} is the most that is accepted.")
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        node: yaml.Node | None = loader.get_single_node()
        return node
    except yaml.MarkedYAMLError as error:
        raise _refused("yaml", _sentence(error), error.problem_mark.line + 1 if error.problem_mark else None) from error
    except yaml.reader.ReaderError as error:
        raise _unreadable(text, error.position) from error
    finally:
        if loader is not None:
            loader.dispose()


def _unreadable(text: str, position: int) -> Invalid:
    line, column = text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1
    what = f"the character {named(text[position])} at line {line}, column {column}"
    hint = " It may be UTF-16; expected UTF-8." if text[position] == "\0" else ""
    return _refused("yaml", f"The document has {what}, which YAML does not allow.{hint}", line)


def _maybe(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "It begins as UTF-16 does; save it as UTF-8."
    return "It may be Latin-1 or Windows-1252; save it as UTF-8."


def _plain(node: yaml.Node, pointer: str, faults: list[Fault]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, pointer, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{pointer}/{place}", faults) for place, item in enumerate(node.value)]
    return _scalar(node, pointer, faults)


def _mapping(node: yaml.MappingNode, pointer: str, faults: list[Fault]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, item in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != _TAG + "str":
            faults.append(Fault(pointer, "key", f"A key on line {line} is not text; expected a name, in quotes where needed.", line))
            continue
        if found := UNSEEN.search(key.value):
            message = f"A key on line {line} has the character {named(found[0])}; expected it without."
            faults.append(Fault(pointer, "control", message, line))
            continue
        here = f"{pointer}/{escape(key.value)}"
        if key.value in made:
            faults.append(Fault(here, "duplicate", f"The key {key.value} is given again on line {line}; expected it once.", line))
        made[key.value] = _plain(item, here, faults)
    return made


def _scalar(node: yaml.Node, pointer: str, faults: list[Fault]) -> object:
    kind = node.tag.removeprefix(_TAG)
    if kind == "null":
        faults.append(Fault(pointer, "null", "The value is empty; expected a value, or leave the key out."))
        return None
    if kind == "bool":
        return str(node.value).lower() == "true"
    return int(node.value) if kind == "int" else _text(node.value, pointer, faults)


def _text(value: str, pointer: str, faults: list[Fault]) -> str:
    if found := UNSEEN.search(value):
        faults.append(Fault(pointer, "control", f"The text has the character {named(found[0])}; expected it without."))
    return value


def _sentence(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
    return f"The YAML cannot be read{where}: {error.problem or error.context or error}."


def _refused(code: str, message: str, line: int | None = None) -> Invalid:
    return Invalid([Fault("", code, message, line)], message)
