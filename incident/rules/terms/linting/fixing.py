"""Applying mechanical edits: to the plain document, and to its text without touching the rest."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

import yaml

from incident.errors import Invalid
from incident.rules.terms import schema, source
from incident.rules.terms.linting.finding import Edit

_HEAD = ("format", "name", "version", "title", "zone", "in_force")


def fixed(document: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """A copy of the document with the edits applied, one after the other.

    Raises:
        LookupError: when there is nothing at an edit's pointer.
    """
    made = copy.deepcopy(document)
    for edit in edits:
        *above, last = _tokens(edit.path)
        holder: Any = made
        for token in above:
            holder = holder[_key(holder, token)]
        if edit.op == "remove":
            del holder[_key(holder, last)]
        else:
            _ = holder[_key(holder, last)]  # what is replaced has to be there
            holder[_key(holder, last)] = copy.deepcopy(edit.value)
    return made


def is_sound(document: dict[str, Any], edits: Iterable[Edit]) -> bool:
    """Whether the edited document still has the shape of one; a value may stand in its list already, for example."""
    for edit in edits:
        part, within = _part(document, edit)
        try:
            schema.check(fixed(part, [within]))
        except (Invalid, LookupError):
            return False
    return True


def _part(document: dict[str, Any], edit: Edit) -> tuple[dict[str, Any], Edit]:
    """The document with the edited clause alone, where the edit is inside one: a long document is not checked for every fix."""
    tokens = _tokens(edit.path)
    if len(tokens) < 3 or tokens[0] != "commitments":
        return document, edit
    alone = {key: document[key] for key in _HEAD if key in document}
    alone |= {"parties": document["parties"][:2], "commitments": [document["commitments"][int(tokens[1])]]}
    if "groups" in document:  # a clause may name one, whoever is in it
        alone["groups"] = [{**each, "members": each["members"][:1]} for each in document["groups"]]
    return alone, Edit(edit.op, "/".join(("", "commitments", "0", *map(source.escape, tokens[2:]))), edit.value)


def fixed_text(text: str, edit: Edit) -> str | None:
    """The text with the edit applied and every other character kept; None where that cannot be done safely.

    What comes back reads as exactly the edited document: it is read again and compared.
    """
    before = source.read(text)
    if not isinstance(before, dict):
        return None
    try:
        wanted = fixed(before, [edit])
        made = _spliced(text, edit)
    except LookupError:
        return None
    try:
        return made if made is not None and source.read(made) == wanted else None
    except Invalid:
        return None


def _spliced(text: str, edit: Edit) -> str | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = _at(root, _tokens(edit.path))
    if found is None:
        return None
    key, node, holder = found
    end = _end(text, node)
    if edit.op == "replace":
        return text[: node.start_mark.index] + _flow(edit.value) + text[end:]
    if holder.flow_style:
        return None
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    following = text.find("\n", end)
    return text[:start] + ("" if following < 0 else text[following + 1 :])


def _at(root: yaml.Node | None, tokens: list[str]) -> tuple[yaml.Node, yaml.Node, yaml.CollectionNode] | None:
    """The node at the pointer with its key (itself in a list) and what holds it."""
    found: tuple[yaml.Node, yaml.Node, yaml.CollectionNode] | None = None
    node = root
    for token in tokens:
        if isinstance(node, yaml.MappingNode):
            key, below = next(((key, below) for key, below in node.value if key.value == token), (None, None))
            if key is None or below is None:
                return None
            found, node = (key, below, node), below
        elif isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
            found, node = (node.value[int(token)], node.value[int(token)], node), node.value[int(token)]
        else:
            return None
    return found


def _end(text: str, node: yaml.Node) -> int:
    """Where the node ends, without the white space and comments that a block collection swallows."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    index: int = node.end_mark.index
    return index


def _flow(value: object) -> str:
    """A value on one line. What is plain stays plain; every other text is quoted."""
    if isinstance(value, list):
        return f"[{', '.join(_flow(each) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str) and value.replace("_", "").replace(".", "").isalpha() and value.lower() not in ("true", "false", "null"):
        return value
    return json.dumps(value, ensure_ascii=False)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _key(holder: object, token: str) -> Any:
    if isinstance(holder, list) and token.isdigit():
        return int(token)
    if isinstance(holder, dict):
        return token
    raise LookupError(token)
