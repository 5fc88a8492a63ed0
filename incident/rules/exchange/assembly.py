"""From what a format says of a matter to the body of a report: dates in order, faults told, text within limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from incident.rules.exchange import dates, wording
from incident.rules.exchange.dates import Known
from incident.rules.exchange.records import Mapped, Reading, Record, Unreadable

TLP = "CLEAR"
"""Both collections are published, so nothing in them is under an embargo."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a record is filed: the deployment's slug, its IANA zone, the day its dates are moved to (None: unmoved)."""

    deployment: str
    zone: str
    shift_to: date | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a record says, in our words. The pointers say where its two dates stand, for faults found in them."""

    reference: str
    text: str
    notes: tuple[str, ...]
    severity: str
    facts: Mapping[str, object]
    affected_countries: tuple[str, ...]
    exercise: bool
    occurred: Known | None
    occurred_pointer: str
    aware: Known | None
    aware_pointer: str


def report(record: Record, reading: Reading, matter: Matter, to: Destination) -> Mapped | Unreadable:
    """The body for `to`; unreadable when neither date is possible, because then no clock could ever start."""
    aware = dates.in_order(reading, matter.aware_pointer, matter.occurred, matter.aware)
    if aware is None:
        return Unreadable(record.path, matter.occurred_pointer, _without_a_date(reading))
    weeks = 0 if to.shift_to is None else dates.weeks_until(to.shift_to, matter.occurred, aware)
    facts = {**_moments(reading, matter, aware, weeks, to.zone), **matter.facts}
    summary, cut = wording.compose(matter.text, _notes(matter, aware, weeks, to), reading.faults)
    body: dict[str, object] = {
        "deployment": to.deployment,
        "reference": matter.reference,
        "stage": "early_warning",
        "summary": summary,
        "severity": matter.severity,
        "facts": facts,
        "affected_countries": list(matter.affected_countries),
        "tlp": TLP,
    }
    if matter.exercise:
        body["exercise"] = True
    return Mapped(body, (*reading.faults, cut) if cut else tuple(reading.faults), weeks)


def reference(collection: str, identity: str | None, digest: str) -> str:
    """A reference of at most 100 plain characters that the same record always gets."""
    named = re.sub(r"[^A-Za-z0-9._-]+", "-", identity or "").strip("-")
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', collection)[:30]}:{named[:69] or digest[:32]}"


def _moments(reading: Reading, matter: Matter, aware: Known, weeks: int, zone: str) -> dict[str, object]:
    """`noticed_at` equals `aware_at`: who is aware has noticed, and the record knows of no earlier moment."""
    occurred = matter.occurred and dates.stated(reading, matter.occurred_pointer, matter.occurred.moved(weeks), zone)
    known = occurred if aware == matter.occurred else dates.stated(reading, matter.aware_pointer, aware.moved(weeks), zone)
    return {"occurred_at": occurred, "aware_at": known, "noticed_at": known}


def _notes(matter: Matter, aware: Known, weeks: int, to: Destination) -> tuple[str, ...]:
    notes = matter.notes
    if matter.aware is None:
        notes = ("Awareness is taken from the incident: the record has no other possible date", *notes)
    if to.shift_to is None:
        return notes
    occurred = f"occurred {matter.occurred.text}, " if matter.occurred else ""
    return (f"Originally {occurred}aware {aware.text}; moved by {weeks:+} weeks", *notes)


def _without_a_date(reading: Reading) -> str:
    found = "; ".join(f"{fault.pointer}: {fault.message}" for fault in reading.faults if fault.code in _OF_DATES)
    return f"no possible date, so no clock could start{': ' if found else ''}{found}"


_OF_DATES = ("no_year", "impossible_date", "wrong_type", "not_a_date")
