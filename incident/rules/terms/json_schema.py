"""The JSON Schema of an agreement document, made from the schema that checks one.

It holds what a structural schema can say: keys, types, lengths, words, and which keys go together. What it forbids is refused by
`load` too. `load` refuses more: zones that do not exist, dates that are none, one id for two clauses, and the like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from incident.rules.commitment import AUTHORITIES
from incident.rules.handling.fields import FACT, NAMES
from incident.rules.terms.schema import FORMAT, clause, document, parts, words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Shape = dict[str, Any]


def json_schema() -> Shape:
    """The whole, in the dialect 2020-12, each kind of map under `$defs`."""
    found: dict[str, Shape] = {}
    waiting: list[Schema] = [document.DocumentSchema()]
    while waiting:
        each = waiting.pop()
        if _name(each) not in found:
            found[_name(each)] = _map(each)
            waiting += [inner for field in each.fields.values() for inner in _inside(field)]
    root = found.pop("Document")
    head = {"$schema": DIALECT, "title": f"A Démarche agreement, {FORMAT}"}
    return head | root | {"$defs": dict(sorted(found.items()))}


def _name(each: Schema) -> str:
    return type(each).__name__.removesuffix("Schema")


def _inside(field: fields.Field[Any]) -> Iterator[Schema]:
    if isinstance(field, fields.Nested):
        inner = field.schema
        assert isinstance(inner, Schema)
        yield inner
    elif isinstance(field, fields.List):
        yield from _inside(field.inner)


def _map(each: Schema) -> Shape:
    keys = {field.data_key or name: field for name, field in each.fields.items()}
    required = [key for key, field in keys.items() if field.required]
    made: Shape = {"type": "object", "description": (type(each).__doc__ or "").strip(), "additionalProperties": False}
    made |= {"required": required} if required else {}
    made["properties"] = {key: _field(field) for key, field in keys.items()}
    for kind, together in _TOGETHER.items():
        if isinstance(each, kind):
            made |= together(each)
    return made


def _field(field: fields.Field[Any]) -> Shape:
    shape = {key: value for key, value in field.metadata.items() if key == "pattern"}
    for inner in _inside(field) if isinstance(field, fields.Nested) else ():
        return {"$ref": f"#/$defs/{_name(inner)}"}
    if isinstance(field, fields.List):
        shape |= {"type": "array", "items": _field(field.inner)}
        # Maps are told apart as they are written, so that two with other orders of keys are not the same twice.
        shape |= {} if isinstance(field.inner, fields.Nested) else {"uniqueItems": True}
    elif isinstance(field, fields.String):
        shape["type"] = "string"
    elif isinstance(field, fields.Integer):
        shape["type"] = "integer"
    for validator in field.validators:
        shape |= _validated(validator, isinstance(field, fields.List))
    return shape or {"const": True}


def _validated(validator: Any, is_list: bool) -> Shape:
    match validator:
        case validate.OneOf():
            return {"enum": [str(each) for each in validator.choices]}
        case validate.Range():
            return {"minimum": validator.min, "maximum": validator.max}
        case validate.Length():
            kind = "Items" if is_list else "Length"
            return {f"min{kind}": validator.min, f"max{kind}": validator.max}
    return _WORDS.get(validator, {})


_WORDS: Mapping[Any, Shape] = {
    words.constant: {"type": ["boolean", "integer", "string"]},
    words.boolean: {"type": "boolean"},
    words.notice_field: {"anyOf": [{"enum": list(NAMES)}, {"pattern": f"^(?:{FACT.pattern})$"}]},
    words.calendar_or_whose: {"anyOf": [{"enum": list(words.COUNTED_FOR)}, {"pattern": f"^(?:{words.CALENDAR.pattern})$"}]},
}
"""What the checks of one value come to, as far as a pattern or a list of words can say it."""


def _one_of(*keys: str) -> list[Shape]:
    return [{"required": [key]} for key in keys]


def _condition(each: Schema) -> Shape:
    """One kind; a fact with one comparison, and none without a fact."""
    compared = {"required": ["fact"], "oneOf": _one_of(*words.OPERATORS)}
    return {"oneOf": [*_one_of("all", "any", "not"), compared], "dependentRequired": {key: ["fact"] for key in ("of", *words.OPERATORS)}}


def _owed(each: Schema) -> Shape:
    """Each of the roles that need one more word has it, and no other role does."""
    pairs = {"competence": [str(role) for role in AUTHORITIES], "group": ["group"], "party": ["party"]}
    return {"allOf": [_only_with(key, "role", roles) for key, roles in pairs.items()]}


def _only_with(key: str, other: str, words: list[str]) -> Shape:
    said = {"required": [other], "properties": {other: {"enum": words}}}
    return {"if": said, "then": {"required": [key]}, "else": {"properties": {key: False}}}


def _span(each: Schema) -> Shape:
    return {
        "oneOf": _one_of(*words.UNITS),
        "dependentRequired": {key: ["business_days"] for key in ("at", "calendar") if key in each.fields},
    }


def _anchor(each: Schema) -> Shape:
    assert isinstance(each, parts.SingleAnchorSchema)
    return {"oneOf": _one_of(*each.kinds), "dependentRequired": {"of": ["fact"]}}


def _commitment(each: Schema) -> Shape:
    """The calendar in one place only."""
    named = {"required": ["calendar"]}
    return {
        "not": {"required": ["within", "counting"], "properties": {"within": named, "counting": named}},
        "dependentRequired": {
            "acknowledged_by": ["acknowledge_within"],
            "extension": ["extendable"],
            "ladder_again": ["ladder"],
            "silent_after": ["acknowledge_within", "ladder"],
        },
    }


def _repeat(each: Schema) -> Shape:
    return {"if": {"required": ["until"]}, "then": {"properties": {"every": {"const": "submission"}}}}


def _include(each: Schema) -> Shape:
    return {"oneOf": _one_of("regime", "agreement"), "dependentRequired": {"agreement": ["digest"]}}


def _reference(each: Schema) -> Shape:
    return {"oneOf": _one_of("duty", "agreement"), "dependentRequired": {"agreement": ["clause"], "clause": ["agreement"]}}


_TOGETHER: Mapping[type[Schema], Callable[[Schema], Shape]] = {
    parts.ConditionSchema: _condition,
    parts.OwedSchema: _owed,
    parts.SpanSchema: _span,
    parts.BeforeSchema: lambda each: {"oneOf": _one_of("minutes", "hours")},
    parts.WaitSchema: lambda each: {"oneOf": _one_of("minutes", "hours")},
    parts.SingleAnchorSchema: _anchor,
    parts.RepeatSchema: _repeat,
    parts.OnMissSchema: lambda each: {"anyOf": _one_of("notice_of_breach", "cure", "review")},
    clause.CommitmentSchema: _commitment,
    document.IncludeSchema: _include,
    document.ReferenceSchema: _reference,
    document.DocumentSchema: lambda each: {"anyOf": _one_of("commitments", "relaxations", "restrictions")},
}
"""What each kind of map says of its keys together; the same as its `validates_schema`."""
