"""Kinds of values in an agreement document: texts, numbers, lists, names, and what is said when one is another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from incident.rules.handling.fields import NAMES, is_field
from incident.rules.terms.saying import Expected
from incident.rules.vocabulary import vocabulary

FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
DUTY = re.compile(r"[a-z0-9_.]{2,120}")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
COUNTRY = re.compile("[A-Z]{2}")
WHOSE = ("owed_by", "owed_to", "operator", "filer")
COUNTED_FOR = ("owed_by", "owed_to", "operator")
UNITS = {"minutes": 525_600, "hours": 8_760, "days": 3_660, "business_days": 1_000, "months": 120}
OPERATORS = ("is", "in", "at_least", "at_most", "includes", "known")
CALENDAR = re.compile(r"none|[A-Z]{2}(-[A-Z0-9]{1,3})?:[a-z][a-z_]*")
WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Map(Schema):
    """Every key is known; the refusal of another names those that are."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        keys = ", ".join(sorted(field.data_key or name for name, field in self.fields.items()))
        self.error_messages = {
            "unknown": Expected(f"Unknown key; expected one of {keys}.", lambda: keys.split(", ")),
            "type": f"Expected a map with keys among {keys}.",
        }


Messages = dict[str, str | list[Any] | dict[Any, Any]]
MISSING: Messages = {"required": "Missing; this key is required.", "null": "Expected a value."}


class Text(fields.String):
    """Text of 1 to `longest` characters that says something."""

    default_error_messages = {**MISSING, "invalid": "Expected text; write it in quotes."}  # noqa: RUF012

    def __init__(self, longest: int = 200, **options: Any) -> None:
        length = validate.Length(1, longest, error=f"Expected 1 to {longest} characters.")
        super().__init__(validate=[length, not_blank, *options.pop("also", ())], **options)


class Yes(fields.Field[bool]):
    """The word true and nothing that merely resembles it."""

    default_error_messages = MISSING

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if value is not True:
            raise ValidationError("Expected true; leave the key out otherwise.")
        return True


class List(fields.List[Any]):
    """At least one item, none twice."""

    default_error_messages = {**MISSING, "invalid": "Expected a list."}  # noqa: RUF012

    def __init__(self, item: fields.Field[Any], longest: int = 300, **options: Any) -> None:
        length = validate.Length(1, longest, error=f"Expected a list of 1 to {longest} items.")
        super().__init__(item, validate=[length, distinct], **options)
        self._longest, self._too_long = longest, f"Expected a list of 1 to {longest} items."

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> list[Any]:
        """A list that is too long is refused before anybody looks at its items."""
        if isinstance(value, list) and len(value) > self._longest:
            raise ValidationError(self._too_long)
        return super()._deserialize(value, attr, data, **options)


class Choice(validate.OneOf):
    """One of some words; the refusal names the nearest."""

    def __call__(self, value: Any) -> Any:
        """The value, if it is one of them."""
        if value in self.choices:
            return value
        raise ValidationError(Expected(str(self.error), lambda: map(str, self.choices), value))


def one_of(*choices: str, **options: Any) -> Text:
    error = f"Expected one of {', '.join(choices)}."
    return Text(also=[Choice(choices, error=error)], **options)


def nothing() -> Iterable[str]:
    """No known words."""
    return ()


def matching(pattern: re.Pattern[str], error: str, known: Callable[[], Iterable[str]] = nothing, **options: Any) -> Text:
    """Text of that pattern, of ASCII characters alone; a refusal names the nearest of the words that are `known`."""

    def matches(value: str) -> None:
        if pattern.fullmatch(value) is None:
            raise ValidationError(Expected(error, known, value))

    return Text(also=[matches], metadata={"pattern": f"^(?:{pattern.pattern})$"}, **options)


def number(least: int, most: int, **options: Any) -> fields.Integer:
    words = f"Expected a whole number from {least} to {most}."
    messages: Messages = {**MISSING, "invalid": words, "too_large": words}
    return fields.Integer(strict=True, validate=validate.Range(least, most, error=words), error_messages=messages, **options)


def nested(schema: Any, **options: Any) -> fields.Nested:
    return fields.Nested(schema, error_messages=MISSING, **options)


def not_blank(value: str) -> None:
    if not value.strip():
        raise ValidationError("Expected more than blanks.")


def distinct(value: list[object]) -> None:
    seen = [repr(item) for item in value]
    if len(set(seen)) != len(seen):
        raise ValidationError("Expected every item once.")


def zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValidationError("Expected an IANA zone such as Europe/Tallinn.") from None


def zone_or_whose(value: str) -> None:
    if value in COUNTED_FOR:
        return
    try:
        zone(value)
    except ValidationError:
        words = f"Expected {', '.join(COUNTED_FOR)} or an IANA zone such as Europe/Tallinn."
        raise ValidationError(words) from None


def calendar_or_whose(value: str) -> None:
    if value not in COUNTED_FOR and CALENDAR.fullmatch(value) is None:
        raise ValidationError(f"Expected {', '.join(COUNTED_FOR)}, none or a calendar such as EE:public.")


def uri(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or any(mark.isspace() for mark in value):
        raise ValidationError("Expected an https URI that names a party, such as https://cert.example/#party.")


def day_or_instant(value: str) -> None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            date.fromisoformat(value)
            return
        if datetime.fromisoformat(value).tzinfo is not None:
            return
    except ValueError:
        pass  # said below, in the same words as for a naive time
    raise ValidationError("Expected a date such as 2026-01-01, or an instant with its offset.")


def notice_field(value: str) -> None:
    if not is_field(value):
        raise ValidationError(Expected(f"Expected a notice field: {', '.join(NAMES)} or fact:<name>.", _notice_fields, value))


def _notice_fields() -> Iterable[str]:
    return (*NAMES, *(f"fact:{name}" for name in vocabulary()))


def constant(value: object) -> None:
    if not isinstance(value, (bool, int, str)):
        raise ValidationError("Expected true, false, a whole number or text.")


def boolean(value: object) -> None:
    if not isinstance(value, bool):
        raise ValidationError("Expected true or false.")


def exactly_one(data: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    given = [key for key in keys if key in data]
    if len(given) != 1:
        raise ValidationError(f"Expected exactly one of {', '.join(keys)}; found {', '.join(given) or 'none'}.")


def country() -> Text:
    """A country by its code."""
    return matching(COUNTRY, "Expected an ISO 3166 country code of two letters.")


def duty(**options: Any) -> Text:
    """A duty by its id, of a law or of an agreement."""
    return matching(DUTY, "Expected the id of a duty, such as eu.gdpr.art33.processor_to_controller.", **options)


def fingerprint(**options: Any) -> Text:
    """SHA-256 of something, in the notation of this format."""
    return matching(FINGERPRINT, "Expected sha256: and 64 hexadecimal digits.", **options)


def word(what: str, **options: Any) -> Text:
    """A short name of small letters, digits and _."""
    return matching(WORD, f"Expected {what}: small letters, digits and _.", **options)


def day(value: str) -> None:
    """A date as it is written in agreements."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            date.fromisoformat(value)
            return
    except ValueError:
        pass  # said below, in the same words as for any other text
    raise ValidationError("Expected a date such as 2026-01-01.")
