"""What becomes of a made-up case when somebody acts, or nobody does: by the rules that plan, pause and judge real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incident.rules.case import Case
from incident.rules.commitment import Commitment
from incident.rules.escalation.steps import JUST_AFTER
from incident.rules.planning import Done, OnRecord, Pause, Planned, Standing, Verdict, happened, plan, standing_still, verdict
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting.finding import Stage
from incident.rules.terms.membership import Standing as Membership
from incident.rules.terms.membership import as_bound

_LONG = timedelta(days=3650)
Plan = Callable[[Agreement], list[Commitment]]
"""The commitments of an agreement that the stage looks at, as planning takes them."""


def enacted(stage: Stage, case: Case, planned: Sequence[Planned], commitments: Sequence[Commitment]) -> tuple[list[str], list[Planned]]:
    """What the stage's act, or the lack of one, does to the watched obligations; and what is planned because of it."""
    watched = [each for each in planned if each.commitment.id in stage.watched and each.creditor]
    if stage.acted == "missed":
        return _missed(case, watched, planned, commitments)
    shown = {"paused": _paused, "extended": _extended}.get(stage.acted)
    return ([line for each in watched for line in shown(each, stage.ground)] if shown else []), []


def _missed(
    case: Case, watched: Sequence[Planned], before: Sequence[Planned], commitments: Sequence[Commitment]
) -> tuple[list[str], list[Planned]]:
    """Nobody does anything: whoever is late is recorded as that, and the case is planned again."""
    lines, record = [], []
    for each in watched:
        due_at = each.deadline.due_at if each.deadline else None
        at = _later(each.started_at or case.filed_at, _LONG) if due_at is None else _later(due_at, JUST_AFTER)
        stands = _stands(each, due_at, at)
        if stands is Verdict.MISSED and due_at is not None:
            lines.append(f"{each.commitment.id}: nobody does it, and just after {_at(due_at)} it is missed.")
            record.append(OnRecord(each.key, True, each.commitment.discharged_by, (Done("missed", due_at, at),)))
        elif stands is Verdict.RUNNING and due_at is None:
            lines.append(f"{each.commitment.id}: nobody does it, and ten years later, at {_at(at)}, it still runs: it is never missed.")
    known = {each.key for each in before}
    following = [each for each in plan(case, commitments, happened(record)) if each.key not in known]
    if not following:
        lines.append("Nothing is planned because of it.")
    return lines, following


def _paused(each: Planned, ground: str) -> Iterator[str]:
    """Its clock is stopped as soon as it runs, and nobody resumes it."""
    since, due_at = each.started_at or each.planned_for, each.deadline.due_at if each.deadline else None
    if since is None:
        return
    _, moved = standing_still([Pause(since, ground=ground)], each.target_at, due_at)
    later = _later(since, _LONG)
    then = f"{_due(moved)}{', as before' if moved == due_at else ' any more'}"
    yield f"{each.commitment.id}: its clock is stopped at {_at(since)} on the ground of {ground}, and nobody resumes it: {then}."
    if _stands(each, moved, later) is Verdict.RUNNING:
        yield f"{each.commitment.id}: at {_at(later)}, ten years on with nothing done, it still runs and is not missed."


def _extended(each: Planned, by: str) -> Iterator[str]:
    """More time is taken at the last instant, ten years of it."""
    if each.deadline is None:
        return
    due_at, until = each.deadline.due_at, _later(each.deadline.due_at, _LONG)
    at = _later(due_at, JUST_AFTER)
    yield f"{each.commitment.id}: at {_at(due_at)} {by} extends it until {_at(until)}, and nothing in the clause is in the way."
    yield f"{each.commitment.id}: just after {_at(due_at)} it would be {_stands(each, due_at, at)}; it is {_stands(each, until, at)}."


def left_out(agreement: Agreement, stage: Stage, case: Case, of: Plan) -> Iterator[str]:
    """What is planned for the party that the stage is about, and what would be if it were bound by every clause."""
    for uri in stage.about:
        as_it_is, otherwise = _as_it_binds(agreement, uri, case.filed_at), _as_if_bound(agreement, uri)
        if not any(each.uri == uri for each in case.directory):
            continue
        here = [] if as_it_is is None else _for(uri, plan(case, of(as_it_is)))
        if not here:
            yield f"{uri}: has a part in the case; no obligation is planned in which it owes or is owed anything."
        for each in _for(uri, plan(case, of(otherwise))):
            creditor = f" to {each.creditor.name}" if each.creditor else ""
            yield f"{uri}: were it bound, {each.commitment.id} would be owed by {each.debtor.name}{creditor}."


def _as_it_binds(agreement: Agreement, uri: str, at: datetime) -> Agreement | None:
    """With the reservations of its transcription, in force for every signatory."""
    given = agreement.articles.transcription
    if uri not in agreement.parties or given is None:
        return agreement
    reserved = {each.party: each.reserved for each in given.parties}
    start = min(agreement.in_force_from, at)
    signed = [Membership(each, start, start, reserved=reserved.get(each, frozenset())) for each in agreement.parties]
    return as_bound(agreement, signed, at)


def _as_if_bound(agreement: Agreement, uri: str) -> Agreement:
    clauses = (replace(each, signatories=(each.signatories or frozenset()) | {uri}) for each in agreement.commitments)
    return replace(agreement, commitments=tuple(clauses))


def _for(uri: str, planned: Sequence[Planned]) -> list[Planned]:
    return [each for each in planned if each.debtor.uri == uri or (each.creditor and each.creditor.uri == uri)]


def _stands(each: Planned, due_at: datetime | None, at: datetime) -> Verdict:
    return verdict(Standing(due_at, each.commitment.discharged_by, each.provisional, each.predicted), (), at)


def _due(at: datetime | None) -> str:
    return "no instant is due" if at is None else f"it is due {_at(at)}"


def _later(at: datetime, span: timedelta) -> datetime:
    try:
        return at + span
    except OverflowError:
        return at


def _at(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
