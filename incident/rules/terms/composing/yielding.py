"""Relaxations and displacements: which of them the clauses below allow. What none allows is a finding, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cmp_to_key, lru_cache
from itertools import combinations

from incident.rules.commitment import Commitment, MoreTime, Source, Yields
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Displacement, Reference, Relaxation
from incident.rules.terms.composing.values import Finding, group_of, height
from incident.rules.terms.effort import MOST as MOST_OF_ONE
from incident.rules.terms.effort import Effort
from incident.rules.terms.plain_language import length
from incident.rules.terms.timing import Compared, Counted, by_length, compared

Key = tuple[str, str]
"""The digest of a document and the id of a clause."""
Clauses = Mapping[Key, Commitment]
Term = tuple[datetime, datetime | None]
MOST = 4_000_000
"""Steps for the relaxations of one document. What would go beyond is undecided, whatever other documents there are."""


@dataclass(frozen=True, slots=True)
class _Granted:
    target: Key
    time: MoreTime
    term: Term
    layer: str


def relaxed(agreed: Iterable[Agreement], clauses: Clauses) -> tuple[Clauses, list[Finding]]:
    """The clauses, each with the relaxations that it allows, the strictest first; and what was not allowed."""
    granted: dict[Key, list[_Granted]] = {}
    findings: list[Finding] = []
    for document in agreed:
        effort = Effort(MOST)
        for each in document.articles.relaxations:
            for found in _relaxation(document, each, clauses, effort):
                if isinstance(found, Finding):
                    findings.append(found)
                else:
                    granted.setdefault(found.target, []).append(found)
    changed = dict(clauses)
    for key, several in granted.items():
        ordered, crossing = _ordered(clauses[key], several)
        findings += crossing
        changed[key] = replace(clauses[key], more_time=tuple(each.time for each in ordered))
    return changed, findings


def displaced(agreed: Iterable[Agreement], clauses: Clauses) -> tuple[Clauses, list[Finding]]:
    """The clauses, each with those that stand in its place and, of those, the duty that they take over; and what was not allowed."""
    changed, findings = dict(clauses), list[Finding]()
    for document in agreed:
        for each in document.articles.displacements:
            for found in _displacement(document, each, clauses):
                if isinstance(found, Finding):
                    findings.append(found)
                    continue
                target, own = changed[found], (document.digest, each.by)
                changed[found] = replace(target, gives_way_to=(*target.gives_way_to, (document.name, each.by, each.cite)))
                if own in changed and not changed[own].duty:
                    changed[own] = replace(changed[own], duty=group_of(target))
                findings += _leaning(document, each, target, clauses)
    return changed, findings


def _relaxation(document: Agreement, asked: Relaxation, clauses: Clauses, effort: Effort) -> Iterator[_Granted | Finding]:
    about = _About(document, "relaxation", asked.cite, asked.of, "")
    for key, target in about.targets(clauses):
        if target is None or key is None:
            yield about.missing()
        elif (refused := about.refused(target, target.relaxable)) is not None:
            yield refused
        else:
            yield _timed(about, asked, key, target, effort)


def _timed(about: _About, asked: Relaxation, key: Key, target: Commitment, effort: Effort) -> _Granted | Finding:
    if target.period is None or target.relaxable is None:
        return about.finding("no_number", f"{about.named(target)} has no period, so there is none to be longer.")
    counting = target.counting if asked.calendar is None else replace(target.counting, calendar_of=f"fixed:{asked.calendar}")
    old, new = Counted(target.period, target.counting), Counted(asked.period, counting)
    said = f"{length(asked.period)} instead of {length(target.period)} for {about.named(target)}"
    term, home = about.term, about.document.zone
    against = _within(effort, old, new, term, home)
    if against.how is None or against.supposing:
        return about.finding("undecided", f"{said}: whether that is longer was not decided; {_why(against)}.")
    if against.how != "never" or not against.later_too:
        return about.finding("shorter", f"{said} is no longer, or shorter from some start; {against.because}.")
    if target.relaxable.most is not None:
        at_most = _within(effort, Counted(target.relaxable.most, target.counting), new, term, home)
        limit = f"{target.relaxable.cite} allows {length(target.relaxable.most)} at most"
        if at_most.how is None or at_most.supposing:
            return about.finding("undecided", f"{said}: {limit}, and whether that is kept was not decided; {_why(at_most)}.")
        if at_most.later_too:
            return about.finding("too_long", f"{said}: {limit}.")
    time = MoreTime(asked.period, about.by, target.relaxable.cite, about.signed(target), asked.when, counting.calendar_of)
    return _Granted(key, time, term, about.document.layer)


def _why(found: Compared) -> str:
    return found.because if found.supposing is None else f"it depends on the case, as a role says where it is counted ({found.supposing})"


def _within(effort: Effort, old: Counted, new: Counted, term: Term, home: str) -> Compared:
    """The comparison, where what is left of the effort covers it; the same one is paid for once, whether it was made before or not."""
    return effort.once(repr((old, new, term, home)), lambda: _paid(effort, old, new, term, home))


def _paid(effort: Effort, old: Counted, new: Counted, term: Term, home: str) -> Compared:
    if effort.left:
        found, spent = _compared(old, new, term, home)
        if effort.spend(spent):
            return found
        effort.left = 0
    return Compared(None, because="there are more periods to compare than can be tried")


@lru_cache(maxsize=2048)
def _compared(old: Counted, new: Counted, term: Term, home: str) -> tuple[Compared, int]:
    if (apart := by_length(old.period, new.period, term[0])) is not None:
        return apart, 0
    effort = Effort()
    return compared(old, new, term, home, effort), MOST_OF_ONE - effort.left


def _ordered(target: Commitment, granted: list[_Granted]) -> tuple[list[_Granted], list[Finding]]:
    """The strictest first. Two of which neither always ends first are both left out: which of them holds could not be said."""
    if len(granted) == 1:
        return granted, []
    crossing: dict[int, Finding] = {}
    effort = Effort(MOST)
    for (one, first), (other, second) in combinations(enumerate(granted), 2):
        if _order(target, first, second, effort) is None:
            crossing |= {one: _crossing(target, first, second), other: _crossing(target, second, first)}
    kept = [each for place, each in enumerate(granted) if place not in crossing]

    def by_strictness(one: _Granted, other: _Granted) -> int:
        return _order(target, one, other, Effort(MOST)) or 0

    return sorted(kept, key=cmp_to_key(by_strictness)), list(crossing.values())


def _order(target: Commitment, one: _Granted, other: _Granted, effort: Effort) -> int | None:
    first, second = (Counted(each.time.period, replace(target.counting, calendar_of=each.time.calendar_of or "")) for each in (one, other))
    ends = [each.term[1] for each in (one, other) if each.term[1] is not None]
    term = (max(one.term[0], other.term[0]), min(ends) if ends else None)
    found = _within(effort, first, second, term, "UTC")
    if found.how is None or found.supposing or (found.how != "never" and found.later_too):
        return None
    return 1 if found.how != "never" else -1 if found.later_too else 0


def _crossing(target: Commitment, one: _Granted, other: _Granted) -> Finding:
    source, against = one.time.source, other.time.source
    message = (
        f"{length(one.time.period)} for {target.id} of {target.source.name} {target.source.version} is neither always stricter nor always "
        f"longer than {length(other.time.period)} of {against.name} {against.version}, {against.cite}; neither has any effect."
    )
    return Finding("relaxation.cross", one.layer, source.name, source.version, "", source.cite, message)


def _displacement(document: Agreement, asked: Displacement, clauses: Clauses) -> Iterator[Key | Finding]:
    about = _About(document, "displacement", asked.cite, asked.of, asked.by)
    if (document.digest, asked.by) not in clauses:
        yield about.finding("absent", f"{asked.by} of {document.name} does not bind here, so it stands in no place.")
        return
    for key, target in about.targets(clauses):
        if target is None or key is None:
            yield about.missing()
        else:
            yield about.refused(target, target.displaceable) or key


def _leaning(document: Agreement, asked: Displacement, target: Commitment, clauses: Clauses) -> Iterator[Finding]:
    """Clauses whose clock starts with what is no longer done: they would wait for ever where the displaced one does not bind."""
    about = _About(document, "displacement", asked.cite, asked.of, asked.by)
    for (digest, name), each in clauses.items():
        leans = [anchor for anchor in each.anchors if anchor.kind in ("after", "delivery") and anchor.name == target.id]
        if digest == target.source.digest and name != target.id and leans and len(leans) == len(each.anchors):
            yield about.finding("leans", f"{name} of {target.source.name} runs from {target.id} alone, in whose place {asked.by} stands.")


@dataclass(frozen=True, slots=True)
class _About:
    """One relaxation or displacement of a document, and whether it reaches what it names."""

    document: Agreement
    kind: str
    cite: str
    of: Reference
    clause: str

    @property
    def by(self) -> Source:
        return Source("agreement", self.document.name, self.document.version, self.document.digest, self.cite)

    @property
    def term(self) -> Term:
        return self.document.in_force_from, self.document.in_force_until

    def targets(self, clauses: Clauses) -> list[tuple[Key | None, Commitment | None]]:
        """Every version of the clause that is there; one pair of nothing where there is none, or where it is a law's."""
        found: list[tuple[Key | None, Commitment | None]] = [
            (key, each)
            for key, each in clauses.items()
            if self.of.source and (each.source.name, each.id) == (self.of.source, self.of.clause)
        ]
        return found or [(None, None)]

    def missing(self) -> Finding:
        if not self.of.source:
            return self.finding("law", f"{self.of.clause} is a duty of a law; only another law takes time or place from it.")
        return self.finding("absent", f"There is no clause {self.of.clause} of {self.of.source} among the layers.")

    def refused(self, target: Commitment, yields: Yields | None) -> Finding | None:
        by = yields.by if yields else ()
        if height(self.document.layer) <= height(target.layer):
            return self.finding("not_below", f"{self.named(target)} is of the layer {target.layer}; {self.document.layer} is not above it.")
        if self.document.layer not in by:
            allows = f"allows that to {', '.join(by)} alone, not to {self.document.layer}" if by else "allows that to no layer"
            return self.finding("no_authority", f"{self.named(target)} {allows}.")
        if len(self.signed(target)) < 2:
            return self.finding("not_signed", f"No two parties of {self.named(target)} signed {self.document.name}.")
        return None

    def signed(self, target: Commitment) -> frozenset[str]:
        document = self.document
        return (frozenset(document.parties) if document.bound is None else document.bound) & (target.signatories or frozenset())

    def named(self, target: Commitment) -> str:
        return f"{target.id} of {target.source.name} {target.source.version} ({target.source.cite})"

    def finding(self, code: str, message: str) -> Finding:
        document = self.document
        return Finding(f"{self.kind}.{code}", document.layer, document.name, document.version, self.clause, self.cite, message)
