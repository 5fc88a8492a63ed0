"""What a document says beside its clauses: what it stands on, what it changes there, and how parties come, stay and leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from incident.rules.conditions import ALWAYS, Condition
from incident.rules.legaltime.values import Period


@dataclass(frozen=True, slots=True)
class Include:
    """A baseline by reference. `kind` regime: `name` is its id in the catalogue; agreement: its name, and `digest` is given."""

    kind: str
    name: str
    version: str
    digest: str | None
    cite: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A clause of another layer: of the agreement `source`; or, where `source` is empty, the duty of a law by its id."""

    source: str
    clause: str


@dataclass(frozen=True, slots=True)
class Relaxation:
    """More time for a clause of a layer below. `calendar`: that of its business days, where it is not the clause's."""

    of: Reference
    period: Period
    cite: str
    when: Condition = ALWAYS
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Displacement:
    """The clause `by` of this document in place of one of a layer below."""

    of: Reference
    by: str
    cite: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a party suspends the agreement, or leaves it. `notice` None: at once."""

    cite: str
    notice: Period | None = None


@dataclass(frozen=True, slots=True)
class Survival:
    """Which clauses bind beyond the end; `period` None: without an end."""

    clauses: frozenset[str]
    cite: str
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """What one party did about an agreement concluded elsewhere, by days in the agreement's zone; None: not, or not known."""

    party: str
    signed_on: date | None = None
    in_force_from: date | None = None
    provisional_from: date | None = None
    exit_on: date | None = None
    reserved: frozenset[str] = frozenset()
    """Clauses that bind neither it nor anybody towards it."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """That this document says what a text concluded elsewhere says, and who certifies it."""

    of: str
    text_digest: str
    source: str
    certified_by: str
    certified_on: date
    parties: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Articles:
    """All of them; empty where the document says nothing."""

    includes: tuple[Include, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    displacements: tuple[Displacement, ...] = ()
    suspension: Ending | None = None
    exit: Ending | None = None
    survival: Survival | None = None
    languages: tuple[str, ...] = ()
    prevails: str | None = None
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fingerprints of the keys by which a party signs, by its URI."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    transcription: Transcription | None = None
