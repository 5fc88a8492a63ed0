"""How an agreement stands for each of its parties, and what of it binds whom at an instant.

A clause that a party reserved binds neither that party nor anybody towards it, and binds the others among themselves: the
Vienna Convention on the Law of Treaties, art. 21(1) and (2), for a reservation that excludes the clause altogether.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from incident.rules.commitment import Commitment
from incident.rules.legaltime import Basis, Moment, Period, Place, deadline
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Membership

State = Literal["proposed", "signed", "in_force", "provisional", "suspended", "ended"]
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Act:
    """What a party did about a version beyond plain signing. `effective_at` is None for a signature that names no instant."""

    party: str
    kind: str
    effective_at: datetime | None
    reserved: frozenset[str] = frozenset()
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One party's. `signed_at`: when its signature came on record; of a transcription, when it confirmed that it is correct.

    `in_force_from` is None where it is not, for example because others have yet to sign. `ended` says that the party left, or
    all of them ended it, rather than that the term ran out.
    """

    party: str
    signed_at: datetime | None
    in_force_from: datetime | None = None
    in_force_until: datetime | None = None
    provisional_from: datetime | None = None
    suspended: tuple[Span, ...] = ()
    reserved: frozenset[str] = frozenset()
    ended: bool = False

    def state(self, at: datetime) -> State:
        """Where it is at that instant."""
        begins = min((each for each in (self.in_force_from, self.provisional_from) if each is not None), default=None)
        if self.signed_at is None:
            return "proposed"
        if self.in_force_until is not None and self.in_force_until <= at:
            return "ended"
        if begins is None or at < begins:
            return "signed"
        if any(since <= at and (until is None or at < until) for since, until in self.suspended):
            return "suspended"
        return "in_force" if self.in_force_from is not None and self.in_force_from <= at else "provisional"

    def begun(self, at: datetime) -> bool:
        """Whether it was in force or applied provisionally at that instant or before."""
        return any(each is not None and each <= at for each in (self.in_force_from, self.provisional_from))


def by_party(agreement: Agreement) -> bool:
    """Whether it binds those who signed as soon as they are two; else it binds nobody before all have signed."""
    return agreement.articles.transcription is not None or agreement.layer == "multilateral"


def standings(agreement: Agreement, signed: Mapping[str, datetime | None], acts: Iterable[Act]) -> tuple[Standing, ...]:
    """Every party's, in the order of the document, from who signed when and the acts in the order in which they came."""
    done = list(acts)
    members = [each for each in agreement.parties if signed.get(each) is not None]
    binds = len(members) >= (2 if by_party(agreement) else len(agreement.parties))
    concluded = {each.party: each for each in agreement.articles.transcription.parties} if agreement.articles.transcription else None
    made = []
    for party in agreement.parties:
        at = signed.get(party)
        if concluded is None:
            made.append(_signed_here(agreement, party, at, done, binds))
        else:
            made.append(_signed_elsewhere(agreement, concluded.get(party), Standing(party, at)))
    return tuple(_moved(agreement, each, members, done) for each in made)


def _signed_here(agreement: Agreement, party: str, at: datetime | None, acts: Sequence[Act], binds: bool) -> Standing:
    own = next((each for each in acts if each.kind == "sign" and each.party == party), None)
    begins = None
    if at is not None and binds:
        begins = max(agreement.in_force_from, own.effective_at) if own and own.effective_at else agreement.in_force_from
    return Standing(party, at, begins, agreement.in_force_until, reserved=own.reserved if own else frozenset())


def _signed_elsewhere(agreement: Agreement, found: Membership | None, empty: Standing) -> Standing:
    if found is None:
        return empty
    begins, provisional, left = (_instant(agreement, each) for each in (found.in_force_from, found.provisional_from, found.exit_on))
    until = min((each for each in (agreement.in_force_until, left) if each is not None), default=None)
    ended = left is not None and left == until
    return replace(empty, in_force_from=begins, in_force_until=until, provisional_from=provisional, reserved=found.reserved, ended=ended)


def _moved(agreement: Agreement, standing: Standing, members: list[str], acts: Sequence[Act]) -> Standing:
    """With its suspensions and its end: by its own acts where an article lets one party alone, else by those of all."""
    articles = agreement.articles
    stays = _spans(acts, "suspend", [standing.party] if articles.suspension else members)
    ends = _spans(acts, "end", [standing.party] if articles.exit else members)
    until = standing.in_force_until
    if ends and (until is None or ends[0][0] < until):
        standing = replace(standing, in_force_until=ends[0][0], ended=True)
    return replace(standing, suspended=tuple(stays)) if stays else standing


def _spans(acts: Iterable[Act], kind: str, needed: Sequence[str]) -> list[Span]:
    """From when until when all of `needed` have said so."""
    asking: dict[str, datetime] = {}
    found: list[Span] = []
    for act in acts:
        if act.effective_at is None or act.party not in needed:
            continue
        if act.kind == kind:
            asking[act.party] = act.effective_at
            if len(asking) == len(needed):
                found.append((max(asking.values()), None))
        elif act.kind == "resume" and kind == "suspend" and asking.pop(act.party, None) is not None and found and found[-1][1] is None:
            found[-1] = (found[-1][0], max(act.effective_at, found[-1][0]))
    return found


def as_bound(agreement: Agreement, standing: Iterable[Standing], at: datetime, *, newer: frozenset[str] = frozenset()) -> Agreement | None:
    """The agreement as it binds at that instant: each clause those alone for whom it is in force; None where that is nobody.

    A clause that survives the end also binds those who left, for as long as it survives. `newer` are the parties for whom a
    newer version is in force: among them this one binds no longer. The digest stays; `bound_as` tells one such state from others.
    """
    everybody = tuple(standing)
    states = {each.party: each.state(at) for each in everybody}
    bound = frozenset(party for party, state in states.items() if state in ("in_force", "provisional"))
    surviving = frozenset(
        each.party for each in everybody if states[each.party] == "ended" and survives_until(agreement, each, at) is not None
    )
    if len(bound | surviving) < 2 or (bound | surviving) <= newer:
        return None
    provisional = sorted(party for party, state in states.items() if state == "provisional")
    reserved = {each.party: each.reserved for each in everybody if each.reserved}
    apart = newer & (bound | surviving)
    if len(bound) == len(agreement.parties) and not (provisional or reserved or len(apart) > 1):
        return agreement
    return _reduced(agreement, bound, surviving, provisional, reserved, apart)


def survives_until(agreement: Agreement, standing: Standing, at: datetime) -> datetime | None:
    """Until when what survives binds that party, which is no longer bound by the rest at `at`; None where nothing does.

    Where it survives without an end, that is the last instant that can be named.
    """
    survival, end = agreement.articles.survival, standing.in_force_until
    if survival is None or end is None or at < end or not standing.begun(end) or standing.in_force_from == end:
        return None
    until = _LAST if survival.period is None else after(agreement, end, survival.period, survival.cite)
    return until if at < until else None


_LAST = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


def after(agreement: Agreement, start: datetime, period: Period | None, cite: str) -> datetime:
    """The end of a period of the agreement's articles, counted in its zone without a calendar; without a period the start."""
    if period is None:
        return start
    return deadline(period, Moment.exactly(start), Place(agreement.zone), basis=Basis.CONTRACT, cite=cite).due_at


def _reduced(
    agreement: Agreement,
    bound: frozenset[str],
    surviving: frozenset[str],
    provisional: list[str],
    reserved: Mapping[str, frozenset[str]],
    apart: frozenset[str],
) -> Agreement | None:
    clauses = [_clause(agreement, each, bound, surviving, provisional, reserved) for each in agreement.commitments]
    kept = tuple(replace(each, apart=apart) if len(apart) > 1 else each for each in clauses if each is not None)
    whole = len(bound) > 1
    restrictions = tuple(replace(each, signatories=bound - _reserving(each.id, reserved)) for each in agreement.restrictions if whole)
    targets = tuple((name, replace(each, signatories=bound)) for name, each in agreement.targets if whole)
    if not kept and not whole:
        return None
    articles = agreement.articles if whole else replace(agreement.articles, relaxations=(), displacements=())
    key = repr((sorted(bound), sorted(surviving), provisional, sorted((who, sorted(ids)) for who, ids in reserved.items()), sorted(apart)))
    return replace(agreement, commitments=kept, restrictions=restrictions, targets=targets, articles=articles, bound=bound, bound_as=key)


def _reserving(clause: str, reserved: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(party for party, ids in reserved.items() if clause in ids)


def _clause(
    agreement: Agreement,
    commitment: Commitment,
    bound: frozenset[str],
    surviving: frozenset[str],
    provisional: list[str],
    reserved: Mapping[str, frozenset[str]],
) -> Commitment | None:
    survival = agreement.articles.survival
    lasting = surviving if survival is not None and commitment.id in survival.clauses else frozenset[str]()
    without = _reserving(commitment.id, reserved)
    signatories = (bound | lasting) - without
    if len(signatories) < 2:
        return None
    said = [commitment.because_applies]
    if survival is not None and lasting - without:
        said.append(f"It has ended for {', '.join(sorted(lasting - without))}; this clause survives under {survival.cite}.")
    if applying := [each for each in provisional if each not in without]:
        said.append(f"Applied provisionally by {', '.join(applying)}.")
    if without & (bound | lasting):
        said.append(f"Reserved by {', '.join(sorted(without & (bound | lasting)))}: binds neither them nor anybody towards them.")
    return replace(commitment, signatories=signatories, because_applies=" ".join(said))


def _instant(agreement: Agreement, day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(agreement.zone))
