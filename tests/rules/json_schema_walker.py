"""JSON Schema, as far as the published one uses it: independent of how that is made, and refusing a keyword that it does not know."""

from __future__ import annotations

import re
from typing import Any

Shape = dict[str, Any]
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
SILENT = {"$schema", "$defs", "title", "description", "properties", "additionalProperties", "if", "then", "else"}


def fits(root: Shape, schema: Shape | bool, value: Any) -> bool:
    """Whether `value` is valid. `root` holds the `$defs`."""
    if isinstance(schema, bool):
        return schema
    return all(_holds(root, schema, word, said, value) for word, said in schema.items()) and _applied(root, schema, value)


def _applied(root: Shape, schema: Shape, value: Any) -> bool:
    if "if" in schema and not fits(root, schema.get("then" if fits(root, schema["if"], value) else "else", True), value):
        return False
    if not isinstance(value, dict):
        return True
    known = schema.get("properties", {})
    if schema.get("additionalProperties") is False and set(value) - set(known):
        return False
    return all(fits(root, known[key], inner) for key, inner in value.items() if key in known)


def _holds(root: Shape, schema: Shape, word: str, said: Any, value: Any) -> bool:
    match word:
        case "$ref":
            return fits(root, root["$defs"][said.removeprefix("#/$defs/")], value)
        case "type":
            return any(_is(kind, value) for kind in ([said] if isinstance(said, str) else said))
        case "const":
            return value is said
        case "enum":
            return isinstance(value, str) and value in said
        case "allOf":
            return all(fits(root, each, value) for each in said)
        case "anyOf":
            return any(fits(root, each, value) for each in said)
        case "oneOf":
            return sum(fits(root, each, value) for each in said) == 1
        case "not":
            return not fits(root, said, value)
        case _ if word in SILENT:
            return True
    return _limits(root, word, said, value)


def _limits(root: Shape, word: str, said: Any, value: Any) -> bool:
    of, holds = {
        "required": (dict, lambda: set(said) <= set(value)),
        "dependentRequired": (dict, lambda: all(set(needed) <= set(value) for key, needed in said.items() if key in value)),
        "items": (list, lambda: all(fits(root, said, each) for each in value)),
        "uniqueItems": (list, lambda: len({repr(each) for each in value}) == len(value)),
        "minItems": (list, lambda: len(value) >= said),
        "maxItems": (list, lambda: len(value) <= said),
        "minLength": (str, lambda: len(value) >= said),
        "maxLength": (str, lambda: len(value) <= said),
        "pattern": (str, lambda: re.search(said.removesuffix("$") + r"\Z", value) is not None),
        "minimum": (int, lambda: value >= said),
        "maximum": (int, lambda: value <= said),
    }[word]
    return holds() if isinstance(value, of) else True


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))
