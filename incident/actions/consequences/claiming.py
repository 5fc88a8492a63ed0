"""What may be claimed against a clock, what an answer to a claim brings about, and who is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import answers, db
from incident.actions.commands import Claims
from incident.actions.consequences import acting, granting, readings, settling, telling
from incident.actions.consequences.planning import matter_of, plan_anew, state_of
from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.ids import new_id
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.obligations import claims
from incident.records.obligations.tables import claim as claim_table
from incident.rules.case import Case
from incident.rules.planning import STATED, Planned
from incident.rules.planning.asking import who
from incident.work import Work

_NO_FACT: dict[str, Any] = dict.fromkeys(("fact", "about", "earliest_at", "latest_at", "precision", "entered", "zone", "fold"))
Fields = dict[str, Any]


def checked(work: Work, row: Row, party: UUID, command: Claims) -> Fields:
    """The columns of a claim that may be made.

    Raises:
        NotAllowed, Invalid, Conflict: as `actions.claim`.
    """
    if row.superseded_by is not None:
        raise Conflict("This obligation was superseded; claim about the one in its place.", code="superseded")
    if row.reading != STATED:
        raise Conflict("This is a claimed reading itself; claim about the stated one.", code="is_a_reading")
    if command.kind == "start":
        return {**_start(work, row, command), "until_at": None, "holds": True}
    if party not in (row.debtor, row.creditor):
        raise NotAllowed("Only the party that owes this, or the one that it is owed to, may claim more time or a waiver.")
    _granted_by_a_clause(row, party, command)
    _in_time(work, row, command)
    return {**_NO_FACT, "until_at": command.until, "holds": command.holds}


def put(work: Work, row: Row, party: UUID, command: Claims, *, by: str) -> UUID:
    """Put a claim of `party` on record, said by `by`; the same claim again is the one that stands. The case is held.

    Raises:
        NotAllowed, Invalid, Conflict: as `actions.claim`.
    """
    case = cases.find(work.connection, row.case_id)
    if case.status == "closed":
        raise Conflict(f"{case.ref} is closed as {case.closed_as}; reopen it before anything is claimed.", code="case_closed")
    made = checked(work, row, party, command) | _kept(work, row, party, command, by)
    before = _standing(work, row, made)
    if before is not None:
        return UUID(str(before.id))
    db.put(work.connection, {claim_table: [made]})
    what = {name: made[name] for name in ("kind", "holds", "fact", "earliest_at", "latest_at", "until_at", "reason", "proof")}
    about = str(made["about"]) if made["about"] else None
    acting.note(
        work, row.case_id, "claimed", obligation=row.id, by=by, party=party, detail={"claim": str(made["id"]), "about": about, **what}
    )
    settling.after_an_act(work, row.case_id, why="a claim")
    tell(work, made["id"], f"Claim about: {row.title}")
    work.wake("route")
    return UUID(str(made["id"]))


def granted(work: Work, claim: Row, by: UUID) -> None:
    """What was asked for takes effect: both sides have signed."""
    row = obligations.find(work.connection, claim.obligation_id)
    if row.superseded_by is not None or row.settled_as not in (None, "missed", "unresolved"):
        raise Conflict(f"There is nothing left to grant: the clock is {row.settled_as or 'superseded'}.", code="not_running")
    detail = {"agreed_claim": str(claim.id), "asked_by": str(claim.by_party)}
    if claim.kind == "more_time":
        granting.more_time(work, row, claim.until_at, row.extendable, claim.reason, by=by, detail=detail)
    else:
        granting.waiver(work, row, row.waivable, claim.reason, by=by, detail=detail)


def sides(work: Work, claim: Row) -> frozenset[UUID]:
    """Whose counter-signature the claim waits for, or has."""
    clocks = [*obligations.by_ids(work.connection, [claim.obligation_id]), *claims.reading_of(work.connection, claim.id)]
    return claims.asked(claim, clocks)


def tell(work: Work, claim_id: UUID, title: str) -> None:
    """To the claimant, the filer, and the other side as far as it knows of the clock. What was claimed, they read behind their walls."""
    claim = claims.find(work.connection, claim_id)
    row, incident = obligations.find(work.connection, claim.obligation_id), cases.find(work.connection, claim.case_id)
    knowing = {each for each in {claim.by_party, *sides(work, claim)} if telling.knows(work, incident, row, each)}
    answered = len(claim.agreed) + len(claim.refused)
    telling.tell(
        work, incident, (knowing | {incident.filed_by}) - {work.actor.party}, kind="dispute", title=title, about=[row.id],
        effect=f"claim:{claim.id}:{answered}:{claim.ended_as or 'open'}", extra=telling.dated(row),
        rule="A claim is told to those between whom the clock runs",
    )  # fmt: skip


def _start(work: Work, row: Row, command: Claims) -> Fields:
    case, planned = _planned(work, row)
    fact, about = _which(case, planned, command)
    moment = command.moment
    if moment is None or moment.earliest > work.now:
        raise Invalid([Fault("/at", "in_the_future", "expected an instant up to now: a clock that was started was started before")])
    if case.facts.value(fact, about) == moment:
        raise Invalid([Fault("/at", "not_different", f"{fact} stands as exactly this instant; there is nothing to claim")])
    return {
        "fact": fact, "about": about, "earliest_at": moment.earliest, "latest_at": moment.latest, "precision": moment.precision,
        "entered": moment.text, "zone": moment.zone, "fold": moment.fold,
    }  # fmt: skip


def _planned(work: Work, row: Row) -> tuple[Case, Planned]:
    matter = matter_of(work, cases.find(work.connection, row.case_id))
    case, every = plan_anew(work, matter, *state_of(work, row.case_id))
    found = [each for each in every if each.key == readings.key_of(row)]
    if not found:
        raise Conflict(f"This clock runs no more: it is {row.settled_as or 'not planned'}.", code="not_running")
    return case, found[0]


def _which(case: Case, planned: Planned, command: Claims) -> tuple[str, UUID]:
    """The fact, and whom it is about: one of those that the clock runs from."""
    found = {
        (anchor.name, party.slug): party.id
        for anchor in planned.commitment.anchors
        if anchor.kind == "fact" and (party := who(case, anchor.of, planned.debtor, planned.creditor)) is not None
    }
    if not found:
        reason = "this clock runs from no stated fact, but from a report, a delivery or an earlier stage, of which the record says when"
        raise Invalid([Fault("/fact", "not_an_anchor", reason)])
    meant = [pair for pair in found if command.fact in (None, pair[0]) and command.about in (None, pair[1])]
    if len(meant) != 1:
        known = "; ".join(f"{name} of {slug}" for name, slug in found)
        where = "/fact" if command.fact not in (None, *(name for name, _ in found)) or command.about is None else "/about"
        raise Invalid([Fault(where, "not_an_anchor", f"expected one that this clock runs from: {known}")])
    return meant[0][0], found[meant[0]]


def _granted_by_a_clause(row: Row, party: UUID, command: Claims) -> None:
    """Only where a clause knows of it at all, and not by whom the clause entitles to do it alone."""
    extends = command.kind == "more_time"
    clause = row.extendable if extends else row.waivable
    if clause is None:
        what = "given more time" if extends else "waived"
        kind = "a statutory clock" if row.source_kind == "regime" else "a fixed clock"
        raise NotAllowed(
            f"It cannot be {what}: {row.cite} is {kind}, no clause lets anybody do so.",
            code="not_extendable" if extends else "not_waivable",
        )
    by = row.spec.get("extension", {}).get("by", "owed_to") if extends else "owed_to"
    if by != "both" and party == (row.debtor if by == "owed_by" else row.creditor):
        raise Conflict(f"You may do that yourself under {clause}; there is nothing to claim.", code="entitled")


def _in_time(work: Work, row: Row, command: Claims) -> None:
    if row.due_at is None or row.settled_as not in (None, "missed", "unresolved"):
        raise Conflict(f"There is no running clock: it is {row.settled_as or 'not started'}.", code="not_running")
    if command.kind == "more_time" and (command.until is None or command.until <= row.due_at):
        raise Invalid([Fault("/until", "not_later", f"expected an instant after the present due instant {answers.at(row.due_at)}")])
    if command.holds and work.now > row.due_at:
        raise Conflict("The due instant has passed: what is held now cannot have moved it. It can still be asked for.", code="too_late")


def _kept(work: Work, row: Row, party: UUID, command: Claims, by: str) -> Fields:
    return {
        "id": new_id(), "case_id": row.case_id, "obligation_id": row.id, "kind": command.kind, "by_party": party,
        "by_name": by, "reason": command.reason, "proof": command.proof, "agreed": [], "refused": [],
        "claimed_at": work.now, "ended_at": None, "ended_as": None, "origin": work.node.settings.node_name,
    }  # fmt: skip


def _standing(work: Work, row: Row, made: Fields) -> Row | None:
    """The open claim of the same party about the same, if it says the same."""
    which = ("by_party", "kind", "fact", "about") if made["kind"] == "start" else ("by_party", "kind", "obligation_id")
    found = [each for each in claims.open_of_case(work.connection, row.case_id) if all(each._mapping[name] == made[name] for name in which)]
    if not found:
        return None
    said = ("earliest_at", "latest_at", "until_at", "holds")
    if any(found[0]._mapping[name] != made[name] for name in said):
        raise Conflict("Another claim of yours about the same is open; withdraw it first.", code="claim_open")
    return found[0]
