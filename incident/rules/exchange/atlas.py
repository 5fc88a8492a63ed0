"""MITRE ATLAS case studies: attacks on systems that use machine learning, some of them exercises.

`incident-date` with `incident-date-granularity` is when it occurred, and stands for awareness too: there is no other
date. A case study names neither a country, nor a victim's data, nor a harm, so every other fact stays unknown,
`ai_serious_incident` above all.
Severity: an incident is `high`, an exercise `medium`. An exercise is filed as one.
"""

from __future__ import annotations

import re

from incident.rules.exchange import assembly, dates, wording
from incident.rules.exchange.assembly import Destination, Matter
from incident.rules.exchange.dates import Known
from incident.rules.exchange.records import Mapped, Reading, Record, Unreadable

_DATE, _GRANULARITY, _TYPE = "/incident-date", "/incident-date-granularity", "/case-study-type"
_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?([T ].*)?")
_PARTS = {"YEAR": 1, "MONTH": 2, "DATE": 3}
_UNKNOWN = {
    "ai_serious_incident": None,
    "personal_data_breach": None,
    "significant_incident": None,
    "cross_border": None,
}


def to_report(record: Record, to: Destination) -> Mapped | Unreadable:
    """The report; see the module for the mapping and `assembly.report` for what is refused."""
    reading = Reading(record.content)
    exercise = _is_exercise(reading)
    matter = Matter(
        reference=assembly.reference("atlas", reading.word("/id"), record.digest),
        text=_text(reading),
        notes=_notes(reading),
        severity="medium" if exercise else "high",
        facts=_UNKNOWN,
        affected_countries=(),
        exercise=exercise,
        occurred=_date(reading),
        occurred_pointer=_DATE,
        aware=None,
        aware_pointer=_DATE,
    )
    return assembly.report(record, reading, matter, to)


def _is_exercise(reading: Reading) -> bool:
    kind = reading.word(_TYPE)
    if kind not in ("exercise", "incident"):
        reading.fault(_TYPE, "unknown_word", "`exercise` or `incident` was expected; taken as an incident")
    return kind == "exercise"


def _text(reading: Reading) -> str:
    parts = [wording.clean(reading, at, reading.word(at) or "") for at in ("/name", "/summary")]
    if not any(parts):
        reading.fault("/summary", "missing", "the record has neither a name nor a summary")
    return ". ".join(part for part in parts if part) or "No summary."


def _notes(reading: Reading) -> tuple[str, ...]:
    found = ((name, f"/{name.lower()}") for name in ("Target", "Actor"))
    told = ((name, wording.clean(reading, at, reading.word(at) or "")) for name, at in found)
    return tuple(f"{name}: {text}" for name, text in told if text)


def _date(reading: Reading) -> Known | None:
    written = reading.word(_DATE)
    if not written:
        return None
    found = _WRITTEN.fullmatch(written)
    if found is None:
        reading.fault(_DATE, "not_a_date", "a date like 2023-05-31 was expected; left out")
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    known = dates.possible(reading, _DATE, year, month, day)
    if found[4]:
        reading.fault(_DATE, "not_a_date", "a date without a time was expected; the time is left out")
    return None if known is None else _as_far_as_known(reading, known)


def _as_far_as_known(reading: Reading, known: Known) -> Known:
    """A granularity coarser than the date says that the rest of it is filler."""
    granularity = reading.word(_GRANULARITY)
    if granularity is None or granularity in _PARTS:
        return known.kept_to(_PARTS[granularity or "DATE"])
    reading.fault(_GRANULARITY, "unknown_word", f"DATE, MONTH or YEAR was expected; kept to the {known.precision}")
    return known
