"""Whether an act about a version of an agreement may come on record, and from when it counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.rules.proof.statements import Statement
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Ending
from incident.rules.terms.membership import Standing, after

AHEAD = timedelta(minutes=5)
"""By how much the clock of whoever signs may be ahead of the node's."""


def keys_that_count(agreement: Agreement, party: str) -> frozenset[str] | None:
    """The fingerprints by which alone that party signs; None where the document names none."""
    named = agreement.articles.keys.get(party)
    return None if named is None else frozenset(named)


def admit(agreement: Agreement, said: Statement, standing: Iterable[Standing], *, last: str | None, now: datetime) -> datetime | None:
    """The instant from which the act counts; None for a signature that names none: from the beginning that the text says.

    `last` is the digest of the act before it of this party about this version. An act changes nothing before `now`: what was
    in force yesterday stays so. To leave and to suspend take the notice of their article; without an article they count once
    every party has said the same.

    Raises:
        Conflict: it is about another version, does not follow on the act before, or does not fit what stands.
        Invalid: a clause, a reason or an instant is not as it must be.
        NotAllowed: the party is none of the agreement's.
    """
    own = next((each for each in standing if each.party == said.party), None)
    if own is None:
        raise NotAllowed("Only a party to an agreement may act about it.", code="not_a_party")
    if (said.agreement, said.version, said.digest) != (agreement.name, agreement.version, agreement.digest):
        raise Conflict(f"This is said of {said.agreement} {said.version} ({said.digest}), which is another version.", code="other_version")
    if said.issued_at > now + AHEAD:
        raise Invalid([Fault("/issued_at", "in_the_future", "expected an instant up to now")])
    if said.previous != last:
        expected = last or "null, for there is none before it"
        raise Conflict(f"The act does not follow on the party's last one; expected as previous {expected}.", code="out_of_order")
    if said.kind == "sign":
        return _signing(agreement, said, own, now)
    return _moving(agreement, said, own, now)


def _signing(agreement: Agreement, said: Statement, own: Standing, now: datetime) -> datetime | None:
    if own.signed_at is not None:
        raise Conflict("The party has signed this version already.", code="signed_already")
    if agreement.in_force_until is not None and agreement.in_force_until <= now:
        raise Conflict("The term of this version is over; publish a new one.", code="term_over")
    known = {each.id for each in agreement.commitments} | {each.id for each in agreement.restrictions}
    faults = [
        Fault(f"/reserved/{i}", "unknown_clause", f"there is no clause {each}") for i, each in enumerate(said.reserved) if each not in known
    ]
    if agreement.articles.transcription is not None and (said.reserved or said.effective_at is not None):
        raise Invalid([Fault("/reserved" if said.reserved else "/effective_at", "concluded_elsewhere", _ELSEWHERE)])
    if said.effective_at is not None:
        faults += _instants(agreement, said.effective_at, now, max(now, agreement.in_force_from))
    if faults:
        raise Invalid(faults)
    return said.effective_at


_ELSEWHERE = "the agreement was concluded elsewhere: dates and reservations are those of its transcription, which is signed as correct"


def _moving(agreement: Agreement, said: Statement, own: Standing, now: datetime) -> datetime:
    faults = []
    if said.reserved:
        faults.append(Fault("/reserved", "only_when_signing", "clauses are reserved when signing, and not later"))
    if not said.reason.strip():
        faults.append(Fault("/reason", "required", "expected why"))
    if faults:
        raise Invalid(faults)
    if own.signed_at is None:
        raise Conflict("The party has not signed this version.", code="not_signed")
    if own.state(now) == "ended":
        raise Conflict("The version has ended for this party.", code="ended_already")
    if said.kind == "end" and own.ended and own.in_force_until is not None and agreement.articles.transcription is None:
        raise Conflict(f"The version ends already for this party, from {own.in_force_until.isoformat()}.", code="ended_already")
    articles = agreement.articles
    stopped = bool(own.suspended) and own.suspended[-1][1] is None
    if articles.suspension is not None and said.kind in ("suspend", "resume") and stopped != (said.kind == "resume"):
        raise Conflict(f"The version is {'suspended already' if stopped else 'not suspended'}.", code="does_not_fit")
    notice = {"end": articles.exit, "suspend": articles.suspension}.get(said.kind)
    earliest = earliest_at(agreement, notice, now)
    if said.effective_at is not None and (wrong := _instants(agreement, said.effective_at, now, earliest, notice)):
        raise Invalid(wrong)
    return said.effective_at or earliest


def earliest_at(agreement: Agreement, article: Ending | None, now: datetime) -> datetime:
    """When leaving or suspending can count at the earliest, under its article."""
    return now if article is None else after(agreement, now, article.notice, article.cite)


def _instants(agreement: Agreement, at: datetime, now: datetime, earliest: datetime, article: Ending | None = None) -> list[Fault]:
    if at < now:
        return [Fault("/effective_at", "in_the_past", "expected an instant from now on: what was in force stays so")]
    if at < earliest:
        why = f"the notice that {article.cite} asks for ends then" if article else "the term begins then"
        return [Fault("/effective_at", "too_early", f"expected {earliest.isoformat()} or later: {why}")]
    if agreement.in_force_until is not None and at >= agreement.in_force_until:
        return [
            Fault("/effective_at", "after_the_term", f"expected an instant before the term ends, {agreement.in_force_until.isoformat()}")
        ]
    return []
