"""What callers ask for, as frozen values: already well-formed, not yet permitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from incident.rules.facts import Scalar
from incident.rules.legaltime.values import Moment


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact of a report. `about` is a party's slug; None means the operator's.

    `place` is the JSON pointer of the statement in what was sent, and `spelt_out` says that it was sent in the long form; they
    are there for faults that are found later, and no part of what is stated.
    """

    name: str
    value: Scalar | Moment
    about: str | None = None
    place: str = field(default="", compare=False)
    spelt_out: bool = field(default=False, compare=False)

    @property
    def about_at(self) -> str:
        """The JSON pointer of whom it is about."""
        return f"{self.place or f'/facts/{self.name}'}/about"

    @property
    def instant_at(self) -> str:
        """The JSON pointer of the instant."""
        return (self.place or f"/facts/{self.name}") + ("/at" if self.spelt_out else "")


@dataclass(frozen=True, slots=True)
class FileReport:
    """One stage of a report. `body` is what was sent, kept word for word; its digest tells a repetition from a contradiction."""

    deployment: str
    reference: str
    stage: str
    summary: str
    severity: str
    tlp: str
    affected_countries: tuple[str, ...]
    facts: tuple[StatedFact, ...]
    exercise: bool
    revision: int
    body: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class CloseCase:
    """`as_`: resolved, false_alarm, below_threshold, duplicate or withdrawn."""

    as_: str
    reason: str
    duplicate_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class AffectedState:
    """A country, and why it is named or struck."""

    country: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reclassify:
    """New values of what classifies a case; None leaves a value as it is."""

    reason: str
    severity: str | None = None
    tlp: str | None = None
    affected_countries: tuple[str, ...] | None = None
    facts: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """On which ground something is asked for, under which clause, and why.

    `clause` None: the ground rests on no clause of the agreement; `provision` is then the law or order that it rests on.
    """

    ground: str
    reason: str
    clause: str | None = None
    provision: str | None = None


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Who did something, when it is said to have happened (None: now), and a note."""

    by: str
    occurred_at: datetime | None = None
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claims:
    """What is claimed against a clock: that it started at `moment` of `fact`, was or shall be extended to `until`, or waived.

    `kind`: start, more_time or waiver. `about` is a party's slug; `fact` and `about` may be left out where only one can be meant.
    `holds`: it is so already, says the claimant, and its reading runs beside; otherwise it asks.
    """

    kind: str
    reason: str
    fact: str | None = None
    about: str | None = None
    moment: Moment | None = None
    until: datetime | None = None
    holds: bool = False
    proof: Any = None


@dataclass(frozen=True, slots=True)
class Asks:
    """What a recipient asks: `not_ours` or `human`. `call_back`: for a human, the number and the hours."""

    kind: str
    by: str
    reason: str
    call_back: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said outside the node, by one party's word: with whom, what, when, and by what it is known (`source`, `proof`)."""

    with_whom: str
    said: str
    source: str
    occurred_at: datetime | None = None
    proof: Any = None
    with_party: str | None = None
    about: UUID | None = None
