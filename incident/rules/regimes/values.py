"""What a regime file says, as frozen values: status and dates, stages, excuses and relations, each with its citation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from incident.rules.commitment import Anchor, Combine, Counting, Discharge, Parties, Repeat, Tell
from incident.rules.conditions import Condition, named
from incident.rules.legaltime.values import Basis, Period

State = Literal["in_force", "adopted", "deferred", "proposed", "template", "voluntary", "ended"]
Evidence = Literal["read", "secondary", "memory"]
Standing = Literal["not", "planning", "template", "binding"]
Kind = Literal["deadline", "waiting", "retention", "permission"]
DISPLACING = frozenset({"displaces", "displaced_by"})


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of the law in our words, and where it stands there."""

    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Status:
    """From when to when it applies. Between `planning_from` and `since` its clocks are shown for planning only.

    `since` None: no source gives the date. What is in force then binds on any date and says so; what is only adopted does not.
    `unsettled` says why nobody can rely on it yet, or is empty. `template` says why it binds only through a national overlay:
    elsewhere its clocks are shown for planning.
    """

    state: State
    since: date | None
    cite: str
    evidence: Evidence
    note: str
    planning_from: date | None = None
    until: date | None = None
    unsettled: str = ""
    template: str = ""

    def standing(self, on: date) -> Standing:
        """Whether it binds on that date; `until` is the last day. Neither a proposal nor a template ever binds."""
        if self.state in ("proposed", "template") or (self.until is not None and on > self.until):
            return "not"
        if self.since is None:
            return "not" if self.state == "adopted" else "binding"
        if on >= self.since:
            return "binding"
        return "planning" if self.planning_from is not None and on >= self.planning_from else "not"


@dataclass(frozen=True, slots=True)
class Stage:
    """One duty of a regime. `period` is None for a duty without a number; `period_cite` is then None too.

    `addressed_to` says who is told where the law names people who are no party of any case. `kind` other than `deadline` is
    shown and calculated, never planned. `unarmed_because` says why its clock starts only once an officer armed it.
    """

    id: str
    title: str
    cite: str
    note: str
    kind: Kind
    owed_by: Parties
    owed_to: Parties
    addressed_to: str
    when: Condition
    anchors: tuple[Anchor, ...]
    combine: Combine
    period: Period | None
    period_cite: str | None
    also: str
    plan_for: Period | None
    plan_for_cite: str | None
    repeat: Repeat | None
    counting: Counting
    basis: Basis
    discharged_by: Discharge
    discharge_cite: str
    content: tuple[str, ...]
    evidence: Evidence
    unarmed_because: str
    tell: Tell | None = None

    @property
    def filed_as(self) -> str:
        """The last word of its id: the stage that it is filed as."""
        return self.id.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Excuse:
    """What may excuse, replace or suspend a duty. It is text for people: an excuse is not an extension."""

    type: str
    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Relation:
    """How this regime stands to another. `displaces` and `displaced_by` take effect, unless only remembered."""

    to: str
    type: str
    cite: str
    evidence: Evidence = "read"

    @property
    def takes_effect(self) -> bool:
        """Whether planning goes by it."""
        return self.type in DISPLACING and self.evidence != "memory"


@dataclass(frozen=True, slots=True)
class Regime:
    """A law with its own duties. `digest` is that of the file, so that equal digests mean equal law as encoded.

    `overlay_of` and `countries` are those of a national transposition. `unarmed_because` is empty for a regime whose clocks
    start by themselves.
    """

    id: str
    name: str
    version: str
    digest: str
    jurisdiction: str
    citation: str
    status: Status
    trigger_cite: str
    trigger_note: str
    stages: tuple[Stage, ...]
    thresholds: tuple[Cited, ...]
    excuses: tuple[Excuse, ...]
    relations: tuple[Relation, ...]
    duties: tuple[Cited, ...]
    notes: tuple[str, ...]
    confidence: str
    evidence: Evidence
    evidence_detail: str
    source: str
    unarmed_because: str = ""
    overlay_of: str | None = None
    countries: tuple[str, ...] = ()

    @property
    def needs_arming(self) -> str:
        """Why its clocks start, as law, only once an officer armed it; empty where they start by themselves."""
        return self.unarmed_because or self.status.template

    def standing(self, on: date) -> Standing:
        """Whether it binds on that date, whatever was armed; `template` where it binds only through a national overlay."""
        found = self.status.standing(on)
        return "template" if found == "binding" and self.status.template else found

    @property
    def asks(self) -> frozenset[str]:
        """Every fact that one of its stages asks about or starts from."""
        asked = {fact for stage in self.stages for fact, _ in named(stage.when)}
        return frozenset(asked | {anchor.name for stage in self.stages for anchor in stage.anchors if anchor.kind == "fact"})

    def stage(self, id: str) -> Stage | None:
        """The stage of that id, or by the word it is filed as where only one has it."""
        exact = [each for each in self.stages if each.id == id]
        named = exact or [each for each in self.stages if each.filed_as == id]
        return named[0] if len(named) == 1 else None
