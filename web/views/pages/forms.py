"""What the forms share: text without surprises, faults beside their fields, safe ways back, zone names, idempotent references."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, wraps
from importlib import resources
from typing import Any

from flask import request
from marshmallow import Schema

from incident.errors import Conflict, Fault, Invalid
from incident.rules.facts import Scalar
from incident.rules.legaltime.moments import moment
from incident.rules.legaltime.zones import TimeRefused
from incident.work import Work
from web.page_context import words
from web.problems import STATUS
from web.schemas import reading

_A_TIME = "expected a date and a time of day such as 17:40, or the date alone"  # people type neither offsets nor a T
_CLOCK = re.compile(r"([0-9]{1,2})[:.h]?([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as a form shows it: the id of the field, its name for people, and what was expected."""

    field: str
    label: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: the address it was sent to, what was filled in, and what was wrong with it.

    `again`: sent with other answers it may be accepted; otherwise what it asked for has become impossible.
    """

    action: str
    fields: Mapping[str, str]
    faults: Sequence[Shown]
    again: bool


def kept_when_refused(again: Callable[..., str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For a view behind a form: when it is refused, its page `again(work, tried=…)` comes back with everything that was filled in."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def tries(work: Work, *given: Any, **parameters: Any) -> Any:
            actor = work.actor
            try:
                with work.connection.begin_nested():  # the page shows what stands, without what the refused act began
                    return view(work, *given, **parameters)
            except (Invalid, Conflict) as refused:
                work.become(actor)
                invalid = isinstance(refused, Invalid)
                tried = Tried(request.path, request.form.to_dict(), shown(refused), invalid)
                return again(work, *given, **parameters, tried=tried), STATUS[Invalid if invalid else Conflict]

        return tries

    return wrap


def text(name: str, default: str = "") -> str:
    """The trimmed text of a form field."""
    return lines(request.form.get(name, default)).strip()


def lines(entered: str) -> str:
    """Text with the ends of its lines as everywhere else; browsers send two characters for each."""
    return entered.replace("\r\n", "\n").replace("\r", "\n")


def loaded(schema: Schema, **entered: object) -> Any:
    """What `schema` makes of these fields; what was left empty is not there.

    Raises:
        Invalid: with every bad field.
    """
    return reading.load(schema, {name: value for name, value in entered.items() if value not in ("", None)})


def shown(refused: Invalid | Conflict, labels: Mapping[str, str] | None = None) -> list[Shown]:
    """The faults of a refusal, by field; `/facts/aware_at/at` is the field `fact-aware_at`."""
    faults = refused.faults if isinstance(refused, Invalid) else []
    return [_shown(each, labels or {}) for each in faults] or [Shown("main", "The form", refused.message, refused.code)]


def _shown(fault: Fault, labels: Mapping[str, str]) -> Shown:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in fault.pointer.strip("/").split("/")]
    field = f"fact-{parts[1]}" if parts[0] == "facts" and len(parts) > 1 else parts[0] or "main"
    label = labels.get(field) or words(field.removeprefix("fact-")) if field != "main" else "The form"
    message = _A_TIME if fault.code == "not_a_time" and "ISO 8601" in fault.message else fault.message
    return Shown(field, label, message[:1].upper() + message[1:], fault.code)


def pointers(refused: Invalid) -> list[Shown]:
    """The faults of a document, by JSON pointer."""
    return [Shown("text", each.pointer or "/", each.message, each.code) for each in refused.faults]


def back(default: str) -> str:
    """Where the form came from: a path of this site, or the default."""
    asked = request.form.get("back", "")
    return asked if asked.startswith("/") and not asked.startswith(("//", "/\\")) else default


def entered_instant(date: str, clock: str, zone: str, pointer: str) -> datetime:
    """The instant of a local date, time and zone.

    Raises:
        Invalid: at `pointer`, with what was expected.
    """
    try:
        return moment(f"{date}T{padded(clock)}", zone=zone).earliest.astimezone(UTC)
    except TimeRefused as refused:
        raise Invalid([Fault(pointer, refused.code, refused.message)]) from refused


def padded(clock: str) -> str:
    """`9:05`, `9.05` and `905` as `09:05`; anything else as it was entered, for the parser to judge."""
    found = _CLOCK.fullmatch(clock)
    return f"{found[1]:0>2}:{found[2]}" if found else clock


def countries(entered: str) -> list[str]:
    """Country codes from text with commas or spaces between; the parser judges them."""
    return [code.upper() for code in entered.replace(",", " ").replace(";", " ").split()]


def answered(value: str, kind: str) -> Scalar:
    """A fact's value from its form text: `true`, `false`, `null`, a whole number, or a word."""
    if value == "null":
        return None
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "integer" and value.lstrip("-").isdigit():
        return int(value)
    return value


@cache
def zone_names() -> Sequence[str]:
    """Every zone of the pinned data, for the choice beside a time."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return ("UTC", *(name for name in names if "/" in name and not name.startswith("Etc/")))
