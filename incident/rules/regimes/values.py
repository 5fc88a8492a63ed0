"""What a regime file says, as frozen values: status and dates, stages, excuses and relations, each with its citation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from incident.rules.commitment import Anchor, Counting, Discharge, Parties
from incident.rules.conditions import Condition
from incident.rules.legaltime.values import Basis, Period

State = Literal["in_force", "deferred", "proposed", "ended"]
Evidence = Literal["read", "secondary", "memory"]
Standing = Literal["not", "planning", "binding"]


@dataclass(frozen=True, slots=True)
class Status:
    """From when to when it applies. Between `planning_from` and `since` its clocks are shown for planning only."""

    state: State
    since: date
    cite: str
    evidence: Evidence
    note: str
    planning_from: date | None = None
    until: date | None = None

    def standing(self, on: date) -> Standing:
        """Whether it binds on that date; `until` is the last day. A proposal never binds."""
        if self.state == "proposed" or (self.until is not None and on > self.until):
            return "not"
        if on >= self.since:
            return "binding"
        return "planning" if self.planning_from is not None and on >= self.planning_from else "not"


@dataclass(frozen=True, slots=True)
class Stage:
    """One duty of a regime. `period` is None for a duty without a number; `period_cite` is then None too.

    `owed_to` is None where the law names people who are no party of any case (`addressed_to` says who); such a stage is
    catalogued and never planned.
    """

    id: str
    title: str
    cite: str
    note: str
    owed_by: Parties
    owed_to: Parties | None
    addressed_to: str
    when: Condition
    anchors: tuple[Anchor, ...]
    combine: Literal["first", "earliest", "latest"]
    period: Period | None
    period_cite: str | None
    counting: Counting
    basis: Basis
    discharged_by: Discharge
    content: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excuse:
    """What may excuse, replace or suspend a duty. It is text for people: an excuse is not an extension."""

    type: str
    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Relation:
    """How this regime stands to another: displaces, displaced_by, cumulative, limited_by."""

    to: str
    type: str
    cite: str


@dataclass(frozen=True, slots=True)
class Regime:
    """A law with its own duties. `digest` is that of the file, so that equal digests mean equal law as encoded."""

    id: str
    name: str
    version: str
    digest: str
    jurisdiction: str
    citation: str
    status: Status
    stages: tuple[Stage, ...]
    excuses: tuple[Excuse, ...]
    relations: tuple[Relation, ...]
    notes: tuple[str, ...]
    confidence: str
    evidence: Evidence
    evidence_detail: str
    source: str
