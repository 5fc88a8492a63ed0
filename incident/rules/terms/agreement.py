"""An agreement: one immutable state of a signed document, named by its digest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incident.canonical import digest
from incident.errors import Fault, Invalid
from incident.rules.commitment import Commitment, Restriction, Target
from incident.rules.terms import clauses, reading, schema, source
from incident.rules.terms.articles import Articles


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the document says, and the commitments that planning reads.

    `document` is the plain value as written, without defaults; `digest` is over it, so comments, layout and the order of
    keys do not change it, and the order of lists does. `parties` are URIs in the order of the document. The agreement
    is in force from `in_force_from` (UTC) and before `in_force_until`, when there is one.
    """

    name: str
    version: str
    title: str
    parties: tuple[str, ...]
    zone: str
    in_force_from: datetime
    in_force_until: datetime | None
    document: dict[str, Any]
    digest: str
    commitments: tuple[Commitment, ...]
    targets: tuple[tuple[str, Target], ...] = ()
    """What duties of laws or of this agreement are planned for, by the id of the commitment."""
    layer: str = "bilateral"
    restrictions: tuple[Restriction, ...] = ()
    articles: Articles = field(default_factory=Articles)
    bound: frozenset[str] | None = None
    """For whom it is in force, where that is not all of its parties."""
    bound_as: str = ""
    """Empty where it binds all of its parties in full; else names for whom it does, as `membership.as_bound` reduced it."""

    def in_force(self, at: datetime) -> bool:
        """Whether it binds for what happens at that instant."""
        return self.in_force_from <= at and (self.in_force_until is None or at < self.in_force_until)

    def commitment(self, name: str) -> Commitment | None:
        """The commitment of that id, if there is one."""
        return next((each for each in self.commitments if each.id == name), None)


def load(text: str) -> Agreement:
    """Read and check an agreement document; docs/agreements.md describes it.

    Raises:
        Invalid: every fault by JSON pointer and line; faults of YAML itself by line and column.
    """
    try:
        return _loaded(schema.check(source.read(text)))
    except Invalid as refused:
        places = source.lines(text) if any(each.line is None for each in refused.faults) else {}
        faults = [replace(each, line=each.line or source.line_of(places, each.pointer)) for each in refused.faults]
        raise Invalid(faults, refused.message) from refused


def _loaded(document: dict[str, Any]) -> Agreement:
    starts, ends = _in_force(document["in_force"], ZoneInfo(document["zone"]))
    fingerprint = digest(document)
    return Agreement(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        parties=tuple(document["parties"]),
        zone=document["zone"],
        in_force_from=starts,
        in_force_until=ends,
        document=document,
        digest=fingerprint,
        commitments=clauses.compiled(document, fingerprint),
        targets=clauses.targets(document),
        layer=document.get("layer", "bilateral"),
        restrictions=clauses.restrictions(document, fingerprint),
        articles=reading.articles(document),
    )


def _in_force(spoken: dict[str, str], zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    starts = _instant(spoken["from"], zone, days=0, pointer="/in_force/from")
    if "until" not in spoken:
        return starts, None
    # Through a last day means until the day after it begins.
    ends = _instant(spoken["until"], zone, days=1, pointer="/in_force/until")
    if ends <= starts:
        raise Invalid([Fault("/in_force/until", "order", "Expected an end after the beginning.")])
    return starts, ends


def _instant(text: str, zone: ZoneInfo, *, days: int, pointer: str) -> datetime:
    try:
        if len(text) == len("2026-01-01"):
            day = date.fromisoformat(text) + timedelta(days=days)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise Invalid([Fault(pointer, "range", "Expected a date between the years 1 and 9999.")]) from None
