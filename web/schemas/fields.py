"""Fields that take exactly one kind of value: no text for numbers, no numbers for truth, no time without its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, missing

from incident.rules.exchange.countries import ASSIGNED
from incident.rules.legaltime import TimeRefused, moment
from web.schemas.reading import CONTROL, SURROGATE, Said

_LOST_PLUS = re.compile(r" (\d\d:\d\d)$", re.ASCII)
REQUIRED: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": Said("required", "expected a value here"),
    "null": Said("null", "expected a value, not null"),
}


class Field(fields.Field[Any]):
    """What all fields here share: their messages have codes."""

    default_error_messages = REQUIRED


class Text(Field):
    """Text of bounded length without control characters. `line`: one line, nothing invisible, no blanks at its ends."""

    def __init__(self, most: int, *, least: int = 1, line: bool = False, **options: Any) -> None:
        bounds = {"type": "string", "maxLength": most, **({"minLength": least} if least else {})}
        super().__init__(metadata={**bounds, **options.pop("metadata", {})}, **options)
        self.most, self.least, self.line = most, least, line

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected text, not {kind_of(value)}"))
        if not (self.least <= len(value) <= self.most) or (self.least and not value.strip()):
            raise ValidationError(Said("wrong_length", f"expected {self.least} to {self.most} characters, not {len(value.strip())}"))
        if bad := next((each for each in value if self._is_bad(each)), None):
            raise ValidationError(Said("control_character", f"the text has the character U+{ord(bad):04X}; expected it without"))
        if self.line and value != value.strip():
            raise ValidationError(Said("blank_at_the_ends", "expected text without blanks before or after it"))
        return value

    def _is_bad(self, character: str) -> bool:
        if self.line:
            return not character.isprintable()
        return bool(CONTROL.match(character) or SURROGATE.match(character)) or character == "\r"


class OneOf(Field):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(metadata={"type": "string", "enum": list(words)}, **options)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected one of {', '.join(self.words)}, not {kind_of(value)}"))
        if value not in self.words:
            raise ValidationError(Said("not_one_of", f"expected one of {', '.join(self.words)}"))
        return value


class Flag(Field):
    """true or false, and nothing that resembles them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "boolean"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(Said("wrong_type", f"expected true or false, not {kind_of(value)}"))
        return value


class Whole(Field):
    """A whole number within bounds. `in_text`: given as digits, as query parameters are."""

    def __init__(self, least: int, most: int, *, in_text: bool = False, **options: Any) -> None:
        super().__init__(metadata={"type": "integer", "minimum": least, "maximum": most}, **options)
        self.least, self.most, self.in_text = least, most, in_text

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        expected = f"expected a whole number from {self.least} to {self.most}"
        if self.in_text and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 17:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(Said("wrong_type", f"{expected}, not {kind_of(value)}"))
        if not self.least <= value <= self.most:
            raise ValidationError(Said("out_of_range", f"{expected}, not {value}"))
        return value


class Instant(Field):
    """An exact instant with its offset, such as 2026-11-20T17:40:00+02:00.

    `in_query`: a `+` that was not escaped has become a blank on its way; it is put back.
    """

    def __init__(self, *, in_query: bool = False, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date-time", "example": "2026-11-20T17:40:00+02:00"}, **options)
        self.in_query = in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected text such as 2026-11-20T17:40:00+02:00, not {kind_of(value)}"))
        try:
            return moment(_LOST_PLUS.sub(r"+\1", value) if self.in_query else value).earliest
        except TimeRefused as refused:
            raise ValidationError(Said(refused.code, refused.message)) from refused


class Day(Field):
    """A date, such as 2026-09-11."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date", "example": "2026-09-11"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        expected = "expected a date such as 2026-09-11"
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"{expected}, not {kind_of(value)}"))
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError(Said("not_a_date", f"{expected}, not {value!r}")) from error
        if not 1900 <= day.year <= 2200:
            raise ValidationError(Said("out_of_range", f"expected a date between 1900 and 2200, not {value}"))
        return day


class Identifier(Field):
    """The id of something that this node gave out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "uuid"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> UUID:
        expected = "expected an id such as 7f9c24e5-2f31-4f0a-9d43-0f6c2d4b8a10"
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"{expected}, not {kind_of(value)}"))
        try:
            return UUID(value)
        except ValueError as error:
            raise ValidationError(Said("not_an_id", expected)) from error


class Country(Field):
    """An assigned code of ISO 3166-1, in capitals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": "^[A-Z]{2}$", "example": "EE"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Said("wrong_type", f"expected an ISO 3166 code such as EE, not {kind_of(value)}"))
        if value not in ASSIGNED:
            raise ValidationError(Said("unknown_country", f"{value[:20]!r} is no ISO 3166 code of two capitals such as EE"))
        return value


class Several(Field):
    """A list of one kind of field, without repetitions, as a tuple."""

    def __init__(self, each: Field, *, most: int, least: int = 0, **options: Any) -> None:
        bounds = {"type": "array", "items": dict(each.metadata), "maxItems": most, "uniqueItems": True}
        super().__init__(metadata=bounds, **options)
        self.each, self.most, self.least = each, most, least

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValidationError(Said("wrong_type", f"expected a list, not {kind_of(value)}"))
        if not self.least <= len(value) <= self.most:
            raise ValidationError(Said("wrong_length", f"expected {self.least} to {self.most} entries, not {len(value)}"))
        made, errors = [], {}
        for index, item in enumerate(value):
            try:
                made.append(self.each.deserialize(item))
            except ValidationError as error:
                errors[index] = error.messages
            else:
                if made[-1] in made[:-1]:
                    errors[index] = [Said("repeated", "expected every entry once")]
        if errors:
            raise ValidationError(errors)
        return tuple(made)


def kind_of(value: object) -> str:
    """What a value is, in the words of JSON."""
    if value is missing:
        return "nothing"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    return _KINDS.get(type(value), "something else")


_KINDS: dict[type, str] = {str: "text", list: "a list", dict: "an object"}
