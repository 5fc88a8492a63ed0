"""What is to be tried out: a document, and a case that is described or the cases on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields

from incident.actions.commands import FileReport
from incident.errors import Fault, Invalid
from web.schemas.fields import REQUIRED, Field, Flag, Identifier, Instant, Text, Whole, kind_of
from web.schemas.reading import Said, Strict, load

MOST: Final = 200
USUAL: Final = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """A `case`, or `typical` ones by id; with neither, the cases on record, `limit` of them at most, those after `after`."""

    text: str
    case: FileReport | None
    limit: int
    after: UUID | None
    typical: str | None = None
    at: datetime | None = None


class Described(Field):
    """A report, which is read as reports are."""

    def __init__(self, **options: Any) -> None:
        said = {"type": "object", "description": "A report, as POST /reports takes it. It is not filed."}
        super().__init__(metadata=said, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError(Said("wrong_type", f"expected a report, not {kind_of(value)}"))
        return value


class TrialSchema(Strict):
    """The document with one of `case`, `typical` (and perhaps `at`) and `past: true` (and perhaps `limit` and `after`)."""

    text = fields.String(required=True, error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected text")})
    case = Described(load_default=None)
    past = Flag(load_default=False)
    typical = Text(64, line=True, load_default=None, metadata={"description": "The id of a typical case, or `all`."})
    at = Instant(load_default=None)
    limit = Whole(1, MOST, load_default=None)
    after = Identifier(load_default=None)


_SCHEMA = TrialSchema()


def trial(body: object) -> dict[str, Any]:
    """The fields of `body`; of `case` it is only known that it is an object.

    Raises:
        Invalid: every bad field by JSON pointer.
    """
    given: dict[str, Any] = load(_SCHEMA, body)
    faults = [
        Fault(f"/{name}", "only_with_past", f"{name} is of use with past alone")
        for name in ("limit", "after")
        if given[name] is not None and not given["past"]
    ]
    if given["at"] is not None and given["typical"] is None:
        faults.append(Fault("/at", "only_with_typical", "at is of use with typical alone"))
    if [given["case"] is not None, given["typical"] is not None, given["past"]].count(True) != 1:
        faults.append(Fault("", "one_of", "expected one of case, typical and past: true"))
    if faults:
        raise Invalid(faults)
    return given


def under(pointer: str, refused: Invalid) -> Invalid:
    """The same refusal of a part, as one of the whole."""
    return Invalid([Fault(pointer + each.pointer, each.code, each.message) for each in refused.faults], refused.message)
