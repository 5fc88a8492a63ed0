"""A report as it is sent, read strictly: the one reader of the API, the form and the preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from marshmallow import ValidationError

from incident.actions.commands import FileReport, StatedFact
from incident.canonical import digest
from incident.errors import Fault, Invalid
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.legaltime import Moment, TimeRefused, moment
from incident.rules.vocabulary import FactType, VocabularyFault, check, named
from web.schemas.fields import Country, Field, Flag, OneOf, Several, Text, Whole, kind_of
from web.schemas.reading import Said, Strict, load

MOST_FACTS: Final = 300
MOST_STATEMENTS: Final = 20  # of one fact, about different parties
_LONG_INSTANT: Final = ("at", "precision", "zone", "fold", "about")
_PLACE: Final = {
    "zone_required": "zone", "unknown_zone": "zone", "unknown_precision": "precision", "too_coarse": "precision", "bad_fold": "fold",
    "ambiguous": "fold",
}  # fmt: skip


class Facts(Field):
    """`{name: statement}`. A statement is a value; or `{value, about}`; for an instant a text with offset, or
    `{at, precision, zone, fold, about}`; or a list of these, each about another party. null says: not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata=FACTS_SCHEMA, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> tuple[StatedFact, ...]:
        if not isinstance(value, dict):
            raise ValidationError(Said("wrong_type", f"expected an object of facts by name, which may be empty, not {kind_of(value)}"))
        if len(value) > MOST_FACTS:
            raise ValidationError(Said("too_many", f"expected at most {MOST_FACTS} facts, not {len(value)}"))
        made: list[StatedFact] = []
        errors: dict[str, Any] = {}
        for name, said in value.items():
            try:
                made += _statements(name, said)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return tuple(made)


_STATEMENT: Final = {
    "oneOf": [
        {"type": ["boolean", "integer", "string", "null"]},
        {
            "type": "object", "additionalProperties": False, "required": ["at"],
            "properties": {
                "at": {"type": ["string", "null"]}, "precision": {"enum": ["exact", "hour", "day", "month", "year"]},
                "zone": {"type": "string"}, "fold": {"enum": [0, 1]}, "about": {"type": "string"},
            },
        },
        {
            "type": "object", "additionalProperties": False, "required": ["value"],
            "properties": {"value": {"type": ["boolean", "integer", "string", "null"]}, "about": {"type": "string"}},
        },
    ]
}  # fmt: skip
FACTS_SCHEMA: Final = {
    "type": "object",
    "description": "Facts by name (GET /facts). Text for an instant is exact and about the operator; null says that it is not known.",
    "additionalProperties": {"anyOf": [_STATEMENT, {"type": "array", "items": _STATEMENT, "minItems": 1}]},
    "example": {
        "aware_at": "2026-11-20T17:40:00+02:00",
        "occurred_at": {"at": "2026-11-19", "precision": "day", "zone": "Europe/Tallinn"},
        "personal_data_breach": True,
        "cross_border": None,
    },
}


class ReportSchema(Strict):
    """One stage of a report."""

    deployment = Text(63, line=True, required=True, metadata={"example": "ee-citizen-assistant"})
    reference = Text(
        200, line=True, required=True, metadata={"description": "The filer's own; with stage and revision it is the identity."}
    )
    stage = OneOf(STAGES, required=True)
    summary = Text(4000, required=True)
    severity = OneOf(SEVERITIES, required=True)
    facts = Facts(required=True)
    tlp = OneOf(TLP, required=True)
    affected_countries = Several(Country(), most=250, load_default=())
    exercise = Flag(load_default=False)
    revision = Whole(1, 1_000_000, load_default=1)


_SCHEMA = ReportSchema()


def report(body: object, *, now: datetime | None = None) -> FileReport:
    """The command that `body` asks for; `body` is kept with it as it was sent. With `now`, instants after it are faults.

    Raises:
        Invalid: every bad field by JSON pointer.
    """
    faults: list[Fault] = []
    try:
        given = load(_SCHEMA, body)
    except Invalid as refused:
        faults += refused.faults
    faults += _not_yet(body, now) if now is not None else []
    if faults or not isinstance(body, dict):
        raise Invalid(faults, "The report has faults.")
    return FileReport(**given, body=body, digest=digest(body))


def facts(value: object) -> tuple[StatedFact, ...]:
    """The statements of a facts object on its own.

    Raises:
        Invalid: every bad fact, its pointer beginning at the object.
    """
    statements: tuple[StatedFact, ...] = load(_FactsOnly(), {"facts": value})["facts"]
    return statements


class _FactsOnly(Strict):
    facts = Facts(required=True)


def readable_facts(body: object) -> Iterator[StatedFact]:
    """What can be read of a report's facts, whatever else is wrong with the report."""
    stated = body.get("facts") if isinstance(body, dict) else None
    for name, said in stated.items() if isinstance(stated, dict) else ():
        with suppress(ValidationError):
            yield from _statements(str(name), said)


def _statements(name: str, said: object) -> Iterable[StatedFact]:
    try:
        known = named(name)
    except VocabularyFault as unknown:
        raise ValidationError(Said("unknown_fact", str(unknown))) from unknown
    if known.kind == "case":
        raise ValidationError(Said("not_a_fact", f"{name} is no fact: the report itself says it, in a field of its own or not at all"))
    place = f"/facts/{name}"
    if not isinstance(said, list):
        return [_statement(known, said, place)]
    if not 1 <= len(said) <= MOST_STATEMENTS:
        raise ValidationError(Said("wrong_length", f"expected 1 to {MOST_STATEMENTS} statements, not {len(said)}"))
    made: list[StatedFact] = []
    errors: dict[int, Any] = {}
    for index, each in enumerate(said):
        try:
            made.append(_statement(known, each, f"{place}/{index}"))
        except ValidationError as error:
            errors[index] = error.messages
        else:
            if made[-1].about in [earlier.about for earlier in made[:-1]]:
                errors[index] = [Said("repeated", "expected one statement about each party")]
    if errors:
        raise ValidationError(errors)
    return made


def _statement(known: FactType, said: object, place: str) -> StatedFact:
    if known.type == "instant":
        return instant(known.name, said, place)
    if isinstance(said, dict):
        _only(said, ("value", "about"), "value")
        return StatedFact(known.name, _plain(known, said["value"], "value"), _about(said), place, spelt_out=True)
    return StatedFact(known.name, _plain(known, said, None), place=place)


def instant(name: str, said: object, place: str = "") -> StatedFact:
    """An instant in its short or its long form, stated under that name.

    Raises:
        ValidationError: with what is wrong, and in the long form at which part.
    """
    if said is None:
        return StatedFact(name, None, place=place)
    if isinstance(said, str):
        return StatedFact(name, _moment(said, {}, None), place=place)
    if not isinstance(said, dict):
        expected = "text such as 2026-11-20T17:40:00+02:00, {at, precision, zone, about}, or null"
        raise ValidationError(Said("wrong_type", f"expected {expected}, not {kind_of(said)}"))
    _only(said, _LONG_INSTANT, "at")
    about = _about(said)
    if said["at"] is None:
        return StatedFact(name, None, about, place, spelt_out=True)
    if not isinstance(said["at"], str):
        raise ValidationError({"at": [Said("wrong_type", f"expected text such as 2026-11-20, not {kind_of(said['at'])}")]})
    return StatedFact(name, _moment(said["at"], said, "at"), about, place, spelt_out=True)


def _moment(text: str, said: Mapping[str, Any], here: str | None) -> Moment:
    """The moment; a fault in the short form stands at the fact itself, in the long form at the part that is wrong."""
    options: dict[str, Any] = {name: said[name] for name in ("precision", "zone", "fold") if said.get(name) is not None}
    wrong = {name: value for name, value in options.items() if name != "fold" and not isinstance(value, str)}
    if wrong:
        raise ValidationError({name: [Said("wrong_type", f"expected text, not {kind_of(value)}")] for name, value in wrong.items()})
    try:
        return moment(text, **options)
    except TimeRefused as refused:
        message = Said(refused.code, refused.message)
        raise ValidationError(message if here is None else {_PLACE.get(refused.code, here): [message]}) from refused


def _plain(known: FactType, value: Any, here: str | None) -> Any:
    try:
        check(known.name, value)
    except VocabularyFault as refused:
        message = Said("wrong_value", str(refused))
        raise ValidationError(message if here is None else {here: [message]}) from refused
    return value


def _only(said: Mapping[str, Any], allowed: tuple[str, ...], needed: str) -> None:
    errors = {key: [Said("unknown_field", f"expected only {', '.join(allowed)}")] for key in said if key not in allowed}
    if needed not in said:
        errors[needed] = [Said("required", "expected a value here, or null for not known")]
    if errors:
        raise ValidationError(errors)


def _about(said: Mapping[str, Any]) -> str | None:
    if said.get("about") is None:
        return None
    try:
        about: str = _ABOUT.deserialize(said["about"])
    except ValidationError as error:
        raise ValidationError({"about": error.messages}) from error
    return about


_ABOUT = Text(63, line=True)


def _not_yet(body: object, now: datetime) -> list[Fault]:
    """Instants that have not come, also where other fields are wrong: a filer mends a report once, not fault by fault."""
    return [
        Fault(each.instant_at, "in_the_future", f"{each.value.text} has not come yet; expected an instant up to now")
        for each in readable_facts(body)
        if isinstance(each.value, Moment) and each.value.earliest > now
    ]
