"""What `due` is asked: one regime for supposed facts, or cases of legal time as a document states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError

from incident.answers import Json
from incident.answers import due as as_answered
from incident.errors import Fault, Invalid
from incident.rules.legaltime import Refusal, Worked, calendars_of, worked
from web.schemas.fields import Field, kind_of
from web.schemas.reading import Said, Strict, load
from web.schemas.supposing import Supposing, SupposingSchema, supposing

MOST_CASES: Final = 1000
MOST_DAYS: Final = 100_000
"""Working days that one call may count, which is done one by one."""
UNDER: Final = ("vectors", "cases")
_CASE: Final = {
    "type": "object",
    "description": "Known keys: id, rule, n, unit, start, fold, precision, zone, cal, opts, basis, source.",
    "example": {"id": "A06", "rule": "eu1182_hours", "n": 72, "start": "2026-11-20T16:20", "zone": "Europe/Brussels", "cal": "BE:public"},
}


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases and the calendars that their document defines; `under` is the pointer of their list."""

    under: str
    cases: list[object]
    calendars: object

    def answered(self) -> tuple[list[Worked | Refusal], list[Json]]:
        """Each case worked, in order, and the same as JSON; a case that cannot be worked says why at its own pointer.

        Raises:
            Invalid: `calendars` is no object.
        """
        known = calendars_of(self.calendars)
        found = [worked(case, known, id=str(place)) for place, case in enumerate(self.cases)]
        return found, [as_answered(each, f"{self.under}/{place}") for place, each in enumerate(found)]


class _Listed(Field):
    """A list of cases, read one by one later: what is wrong with one of them refuses no other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "array", "items": _CASE, "maxItems": MOST_CASES}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[object]:
        if not isinstance(value, list):
            raise ValidationError(Said("wrong_type", f"expected a list of cases, not {kind_of(value)}"))
        return value


class _Defined(Field):
    """Calendars by name, as the cases name them."""

    def __init__(self, **options: Any) -> None:
        shape = {"type": "object", "additionalProperties": {"type": "object"}, "example": {"be": {"country": "BE"}}}
        super().__init__(metadata=shape, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> object:
        if not isinstance(value, dict):
            raise ValidationError(Said("type", f"expected an object of calendars by name, not {kind_of(value)}"))
        return value


class DueSchema(SupposingSchema):
    """Either `regime` with what is supposed, or `vectors` (or `cases`) with their `calendars`."""

    vectors = _Listed(load_default=None)
    cases = _Listed(load_default=None)
    calendars = _Defined(load_default=None)


class _CasesSchema(Strict):
    vectors = _Listed(load_default=None)
    cases = _Listed(load_default=None)
    calendars = _Defined(load_default=None)


_CASES = _CasesSchema()


def due(body: object) -> Supposing | Cases:
    """What a body asks for.

    Raises:
        Invalid: every bad field by JSON pointer; more than `MOST_CASES` cases or `MOST_DAYS` days.
    """
    if isinstance(body, dict) and ("regime" in body or not any(name in body for name in UNDER)):
        return supposing(body)
    if isinstance(body, dict):
        load(_CASES, body)
    found = cases_of(body)
    if len(found.cases) > MOST_CASES:
        raise Invalid([Fault(found.under, "too_many", f"expected at most {MOST_CASES} cases at once, not {len(found.cases)}")])
    if (days := sum(_days(each) for each in found.cases)) > MOST_DAYS:
        raise Invalid([Fault(found.under, "too_long", f"expected at most {MOST_DAYS} days to be counted one by one in all, not {days}")])
    return found


def _days(case: object) -> int:
    """How many days a case has counted one by one: those of working days and of clear days."""
    if not isinstance(case, dict):
        return 0
    n, rule = case.get("n"), str(case.get("rule"))
    one_by_one = rule in ("business_days", "eu1182_working_days") or rule.startswith("cpr_")
    return n if one_by_one and isinstance(n, int) and n > 0 else 0


def cases_of(document: object) -> Cases:
    """The cases of a document: a list, or an object with the list under `vectors` or `cases`, and perhaps `calendars`.

    Raises:
        Invalid: it is neither.
    """
    if isinstance(document, list):
        return Cases("", document, None)
    if isinstance(document, dict):
        for key in UNDER:
            if isinstance(document.get(key), list):
                return Cases(f"/{key}", document[key], document.get("calendars"))
    expected = "expected a list of cases, or an object with the list under vectors or cases"
    raise Invalid([Fault("", "type", f"{expected}, found {kind_of(document)}")], "The document holds no cases.")
