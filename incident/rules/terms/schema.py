"""The shape of an agreement document, format `agreement/1`. What each key means is in docs/agreements.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from incident.errors import Fault, Invalid
from incident.rules.case import TLP
from incident.rules.commitment import AUTHORITIES, Discharge, Role
from incident.rules.handling.fields import NAMES, is_field
from incident.rules.terms.source import escape

FORMAT = "agreement/1"
_MOST_FAULTS = 500  # a refusal must not grow far beyond what was refused
WHOSE = ("owed_by", "owed_to", "operator", "filer")
COUNTED_FOR = ("owed_by", "owed_to", "operator")
UNITS = {"minutes": 525_600, "hours": 8_760, "days": 3_660, "business_days": 1_000, "months": 120}
OPERATORS = ("is", "in", "at_least", "at_most", "includes", "known")
CALENDAR = re.compile(r"none|[A-Z]{2}(-[A-Z0-9]{1,3})?:[a-z][a-z_]*")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def check(document: object) -> dict[str, Any]:
    """The document, unchanged, when its shape is right.

    Raises:
        Invalid: with every fault found, each at its JSON pointer; beyond 500 the last says how many more there are.
    """
    if not isinstance(document, dict):
        raise Invalid([Fault("", "type", "Expected a map with the keys name, version, title and so on.")])
    faults = _faults(DocumentSchema().validate(document), "") or _same_ids(document)
    if len(faults) > _MOST_FAULTS:
        more = f"{len(faults) - _MOST_FAULTS} more faults are not listed."
        faults = [*faults[:_MOST_FAULTS], Fault("", "more", more)]
    if faults:
        raise Invalid(faults, "The agreement document has faults.")
    return document


def _same_ids(document: Mapping[str, Any]) -> list[Fault]:
    ids = [each["id"] for each in document["commitments"]]
    again = [place for place, name in enumerate(ids) if name in ids[:place]]
    return [Fault(f"/commitments/{place}/id", "duplicate", f"{ids[place]} is the id of another clause.") for place in again]


def _faults(messages: object, pointer: str) -> list[Fault]:
    if isinstance(messages, Mapping):
        found: list[Fault] = []
        for key, below in messages.items():
            found += _faults(below, pointer if key == "_schema" else f"{pointer}/{escape(key)}")
        return found
    sentences = messages if isinstance(messages, list) else [messages]
    return [Fault(pointer, _code(str(each)), str(each)) for each in sentences]


def _code(sentence: str) -> str:
    return {"Missing": "required", "Unknown": "unknown"}.get(sentence.split(" ", 1)[0].rstrip(";"), "invalid")


class _Map(Schema):
    """Every key is known; the refusal of another names those that are."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        keys = ", ".join(sorted(field.data_key or name for name, field in self.fields.items()))
        self.error_messages = {
            "unknown": f"Unknown key; expected one of {keys}.",
            "type": f"Expected a map with keys among {keys}.",
        }


_Messages = dict[str, str | list[Any] | dict[Any, Any]]
_MISSING: _Messages = {"required": "Missing; this key is required.", "null": "Expected a value."}


class _Text(fields.String):
    """Text of 1 to `longest` characters that says something."""

    default_error_messages = {**_MISSING, "invalid": "Expected text; write it in quotes."}  # noqa: RUF012

    def __init__(self, longest: int = 200, **options: Any) -> None:
        length = validate.Length(1, longest, error=f"Expected 1 to {longest} characters.")
        super().__init__(validate=[length, _not_blank, *options.pop("also", ())], **options)


class _Yes(fields.Field[bool]):
    """The word true and nothing that merely resembles it."""

    default_error_messages = _MISSING

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if value is not True:
            raise ValidationError("Expected true; leave the key out otherwise.")
        return True


class _List(fields.List[Any]):
    """At least one item, none twice."""

    default_error_messages = {**_MISSING, "invalid": "Expected a list."}  # noqa: RUF012

    def __init__(self, item: fields.Field[Any], longest: int = 300, **options: Any) -> None:
        length = validate.Length(1, longest, error=f"Expected a list of 1 to {longest} items.")
        super().__init__(item, validate=[length, _distinct], **options)


def _one_of(*choices: str, **options: Any) -> _Text:
    error = f"Expected one of {', '.join(choices)}."
    return _Text(also=[validate.OneOf(choices, error=error)], **options)


def _matching(pattern: re.Pattern[str], error: str, **options: Any) -> _Text:
    def matches(value: str) -> None:
        if pattern.fullmatch(value) is None:
            raise ValidationError(error)

    return _Text(also=[matches], metadata={"pattern": f"^(?:{pattern.pattern})$"}, **options)


def _number(least: int, most: int, **options: Any) -> fields.Integer:
    words = f"Expected a whole number from {least} to {most}."
    messages: _Messages = {**_MISSING, "invalid": words, "too_large": words}
    return fields.Integer(strict=True, validate=validate.Range(least, most, error=words), error_messages=messages, **options)


def _nested(schema: Any, **options: Any) -> fields.Nested:
    return fields.Nested(schema, error_messages=_MISSING, **options)


def _not_blank(value: str) -> None:
    if not value.strip():
        raise ValidationError("Expected more than blanks.")


def _distinct(value: list[object]) -> None:
    seen = [repr(item) for item in value]
    if len(set(seen)) != len(seen):
        raise ValidationError("Expected every item once.")


def _zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValidationError("Expected an IANA zone such as Europe/Tallinn.") from None


def _zone_or_whose(value: str) -> None:
    if value in COUNTED_FOR:
        return
    try:
        _zone(value)
    except ValidationError:
        words = f"Expected {', '.join(COUNTED_FOR)} or an IANA zone such as Europe/Tallinn."
        raise ValidationError(words) from None


def _calendar_or_whose(value: str) -> None:
    if value not in COUNTED_FOR and CALENDAR.fullmatch(value) is None:
        raise ValidationError(f"Expected {', '.join(COUNTED_FOR)}, none or a calendar such as EE:public.")


def _uri(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or any(mark.isspace() for mark in value):
        raise ValidationError("Expected an https URI that names a party, such as https://cert.example/#party.")


def _day_or_instant(value: str) -> None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            date.fromisoformat(value)
            return
        if datetime.fromisoformat(value).tzinfo is not None:
            return
    except ValueError:
        pass  # said below, in the same words as for a naive time
    raise ValidationError("Expected a date such as 2026-01-01, or an instant with its offset.")


def _notice_field(value: str) -> None:
    if not is_field(value):
        raise ValidationError(f"Expected a notice field: {', '.join(NAMES)} or fact:<name>.")


def _constant(value: object) -> None:
    if not isinstance(value, (bool, int, str)):
        raise ValidationError("Expected true, false, a whole number or text.")


def _boolean(value: object) -> None:
    if not isinstance(value, bool):
        raise ValidationError("Expected true or false.")


def _exactly_one(data: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    given = [key for key in keys if key in data]
    if len(given) != 1:
        raise ValidationError(f"Expected exactly one of {', '.join(keys)}; found {', '.join(given) or 'none'}.")


class ConditionSchema(_Map):
    """`all`, `any`, `not`, or one fact against constants."""

    all_ = _List(_nested(lambda: ConditionSchema()), data_key="all")
    any_ = _List(_nested(lambda: ConditionSchema()), data_key="any")
    not_ = _nested(lambda: ConditionSchema(), data_key="not")
    fact = _matching(_WORD, "Expected the name of a fact, such as personal_data_breach.")
    of = _one_of(*WHOSE)
    is_ = fields.Raw(data_key="is", validate=_constant)
    in_ = _List(fields.Raw(validate=_constant), data_key="in")
    at_least = _number(-(2**53) + 1, 2**53 - 1)
    at_most = _number(-(2**53) + 1, 2**53 - 1)
    includes = _List(fields.Raw(validate=_constant))
    known = fields.Raw(validate=_boolean)

    @validates_schema(pass_original=True)
    def _one_kind(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        _exactly_one(original, ("all", "any", "not", "fact"))
        if "fact" in original:
            _exactly_one(original, OPERATORS)
        elif extra := [key for key in ("of", *OPERATORS) if key in original]:
            raise ValidationError(f"Expected {', '.join(extra)} only beside fact.")


class OwedSchema(_Map):
    """A role, how its members owe or are owed, and the competence of an authority."""

    role = _one_of(*(each for each in Role if each is not Role.PERSONS), required=True)
    mode = _one_of("each", "any", "joint", "lead")
    competence = _matching(re.compile(r"[a-z0-9_.]{2,64}"), "Expected a competence such as nis2.csirt.")

    @validates_schema(skip_on_field_errors=True)
    def _competent(self, data: Mapping[str, Any], **options: Any) -> None:
        if (data["role"] in AUTHORITIES) != ("competence" in data):
            raise ValidationError("Expected a competence with the role authority, and with no other.", "competence")


class SpanSchema(_Map):
    """One number of one unit; business days may have a cut-off on the last of them."""

    minutes, hours, days = (_number(1, UNITS[unit]) for unit in ("minutes", "hours", "days"))
    business_days, months = (_number(1, UNITS[unit]) for unit in ("business_days", "months"))
    at = _matching(re.compile(r"([01]\d|2[0-3]):[0-5]\d"), "Expected a local time such as 17:30.")

    @validates_schema(pass_original=True)
    def _one_unit(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        _exactly_one(original, tuple(UNITS))
        for key in ("at", "calendar"):
            if key in original and "business_days" not in original:
                raise ValidationError("Expected only beside business_days.", key)


class WithinSchema(SpanSchema):
    """A span that may name the calendar of its business days."""

    calendar = _matching(CALENDAR, "Expected a calendar such as EE:public.")


class BeforeSchema(_Map):
    """How long before the due instant. Negative numbers are read so that the lint can speak of them."""

    minutes, hours = _number(-10_080, 525_600), _number(-168, 8_760)

    @validates_schema(pass_original=True)
    def _one_unit(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        _exactly_one(original, ("minutes", "hours"))


class RungSchema(_Map):
    """Whom to tell, and how long before."""

    contact = _one_of("duty_desk", "deputy", "manager", required=True)
    before = _nested(BeforeSchema, required=True)


class SingleAnchorSchema(_Map):
    """One fact or act that starts a clock."""

    fact = _matching(_WORD, "Expected the name of a dated fact, such as aware_at.")
    of = _one_of(*WHOSE)
    after = _Text(64)
    delivery = _Text(64)
    filing = _Yes()
    kinds: tuple[str, ...] = ("fact", "after", "delivery", "filing")

    @validates_schema(pass_original=True)
    def _one_kind(self, data: Any, original: Mapping[str, Any], **options: Any) -> None:
        _exactly_one(original, self.kinds)
        if "of" in original and "fact" not in original:
            raise ValidationError("Expected only beside fact.", "of")


class AnchorSchema(SingleAnchorSchema):
    """One anchor, or the earliest or latest of several."""

    earliest = _List(_nested(SingleAnchorSchema))
    latest = _List(_nested(SingleAnchorSchema))
    kinds = ("fact", "after", "delivery", "filing", "earliest", "latest")


class CountingSchema(_Map):
    """Whose zone and whose calendar."""

    zone = _Text(64, also=[_zone_or_whose])
    calendar = _Text(64, also=[_calendar_or_whose])


class TellSchema(_Map):
    """The notice that performs the commitment."""

    fields_ = _List(_Text(also=[_notice_field]), data_key="fields", required=True)
    release = _one_of("pre_authorised", "officer")
    channels = _List(_one_of("webhook", "email", "inbox"))


class HandlingSchema(_Map):
    """The limits of the clause."""

    max_tlp = _one_of(*TLP)
    withhold = _List(_Text(also=[_notice_field]))
    residency = _List(_matching(re.compile("[A-Z]{2}"), "Expected an ISO 3166 country code of two letters."))


class CommitmentSchema(_Map):
    """One clause: who owes whom what, when, within which period, and what discharges it."""

    id = _matching(_WORD, "Expected a short name of small letters, digits and _.", required=True)
    title = _Text(required=True)
    cite = _Text(120, required=True)
    owed_by = _nested(OwedSchema, required=True)
    owed_to = _nested(OwedSchema, required=True)
    owes = _Text(400, required=True)
    when = _nested(ConditionSchema)
    anchor = _nested(AnchorSchema)
    within = _nested(WithinSchema)
    counting = _nested(CountingSchema)
    discharged_by = _one_of(*Discharge, required=True)
    must_contain = _List(_Text(also=[_notice_field]))
    tell = _nested(TellSchema)
    acknowledge_within = _nested(SpanSchema)
    ladder = _List(_nested(RungSchema), longest=12)
    handling = _nested(HandlingSchema)
    extendable = _Text(120)
    waivable = _Text(120)

    @validates_schema(skip_on_field_errors=True)
    def _one_calendar(self, data: Mapping[str, Any], **options: Any) -> None:
        if "calendar" in data.get("within", {}) and "calendar" in data.get("counting", {}):
            raise ValidationError("Expected one calendar: here or under counting.", "within")


class PlanningTargetSchema(_Map):
    """What a duty without a number, or with a later legal limit, is planned for between the parties."""

    for_ = _matching(
        re.compile(r"[a-z0-9_.]{2,120}"),
        "Expected the id of a duty, such as eu.gdpr.art33.processor_to_controller.",
        data_key="for",
        required=True,
    )
    within = _nested(SpanSchema, required=True)
    cite = _Text(120, required=True)


class InForceSchema(_Map):
    """From when until when. A date means the whole of that day in the agreement's zone."""

    from_ = _Text(40, data_key="from", also=[_day_or_instant], required=True)
    until = _Text(40, also=[_day_or_instant])


class DocumentSchema(_Map):
    """The whole document."""

    format = _one_of(FORMAT)
    name = _matching(_SLUG, "Expected a short name of small letters, digits and -.", required=True)
    version = _Text(40, required=True)
    title = _Text(required=True)
    zone = _Text(64, also=[_zone], required=True)
    in_force = _nested(InForceSchema, required=True)
    parties = _List(_Text(300, also=[_uri]), longest=2000, required=True)
    commitments = _List(_nested(CommitmentSchema), required=True)
    planning_targets = _List(_nested(PlanningTargetSchema))

    @validates_schema(skip_on_field_errors=True)
    def _several(self, data: Mapping[str, Any], **options: Any) -> None:
        if len(data["parties"]) < 2:
            raise ValidationError("Expected at least two parties.", "parties")
