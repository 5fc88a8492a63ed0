"""From YAML text to a plain value: maps, lists, text, whole numbers and booleans, and nothing that YAML could hide.

A signed document must read the same to everybody. So anchors, aliases, merges, tags and repeated keys are refused, and
words are typed as in YAML 1.2: `NO` is Norway and `17:30` a time of day, both text; dates stay text; there are no
fractions.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from incident.errors import Fault, Invalid

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
_TAG = "tag:yaml.org,2002:"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    """SafeLoader for plain trees of bounded depth; it guesses no type beyond null, booleans and whole numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what would let one text mean two things, or a small text grow."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(None, None, "anchors and aliases are not accepted", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(None, None, f"the tag {event.tag} is not accepted", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_Loader.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(_TAG + "null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_TAG + "int", re.compile(r"^[-+]?[0-9]{1,15}$"), list("-+0123456789"))


def read(text: str) -> object:
    """The plain value of one YAML document.

    Raises:
        Invalid: too long, not YAML, or using what is refused here. Faults carry a pointer, or a line and column where
            there is no value yet.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _refused("too_long", f"The document has {size} bytes; {MAX_BYTES} is the most that is accepted.")
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        raise _refused("yaml", _sentence(error)) from error
    except yaml.reader.ReaderError as error:
        what = f"U+{ord(text[error.position]):04X} at position {error.position}"
        raise _refused("yaml", f"The document has the character {what}, which YAML does not allow.") from error
    faults: list[Fault] = []
    value = None if node is None else _plain(node, "", faults)
    if faults:
        raise Invalid(faults, "The document has faults.")
    return value


def escape(key: object) -> str:
    """One token of an RFC 6901 JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _composed(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _plain(node: yaml.Node, pointer: str, faults: list[Fault]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, pointer, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{pointer}/{place}", faults) for place, item in enumerate(node.value)]
    return _scalar(node, pointer, faults)


def _mapping(node: yaml.MappingNode, pointer: str, faults: list[Fault]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, item in node.value:
        at = f"line {key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode) or key.tag != _TAG + "str":
            faults.append(Fault(pointer, "key", f"A key on {at} is not text; expected a name, in quotes where needed."))
            continue
        here = f"{pointer}/{escape(key.value)}"
        if key.value in made:
            faults.append(Fault(here, "duplicate", f"The key {key.value} is given again on {at}; expected it once."))
        made[_text(key.value, here, faults)] = _plain(item, here, faults)
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
    if found := _CONTROL.search(value):
        message = f"The text has the control character U+{ord(found[0]):04X}; expected it without."
        faults.append(Fault(pointer, "control", message))
    return value


def _sentence(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
    return f"The YAML cannot be read{where}: {error.problem or error.context or error}."


def _refused(code: str, message: str) -> Invalid:
    return Invalid([Fault("", code, message)], message)
