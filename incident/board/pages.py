"""Lists, page by page by key, and what has changed since a cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board import cursors
from incident.board.looking import looks_by_obligation
from incident.board.staying import stays_because
from incident.errors import Fault, Invalid, NotFound
from incident.records import obligations as records
from incident.records.cases.tables import incident as incident_table
from incident.records.obligations.tables import obligation as obligation_table
from incident.records.outbox.tables import notice as notice_table
from incident.records.outbox.tables import notification as notification_table
from incident.records.parties import directory
from incident.records.parties.tables import deployment as deployment_table
from incident.rules.planning import Verdict
from incident.work import Work

Row = sa.Row[Any]
MOST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its items, the cursor of the next one if there is one, and the cursor that gives what changes from now on."""

    items: list[answers.Json]
    next: str | None
    changed_since: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A list: its name, its columns in page order (an instant and the id), and whether the newest come first."""

    name: str
    table: sa.Table
    order: sa.Column[Any]
    newest_first: bool


_INCIDENTS = _Shelf("incidents", incident_table, incident_table.c.filed_at, True)
_OBLIGATIONS = _Shelf("obligations", obligation_table, obligation_table.c.sort_at, False)
_NOTIFICATIONS = _Shelf("notifications", notification_table, notification_table.c.created_at, True)
_INBOX = _Shelf("inbox", notification_table, notification_table.c.created_at, False)
_NOTICES = _Shelf("notices", notice_table, notice_table.c.created_at, True)


def incidents(work: Work, *, limit: int = 50, cursor: str | None = None, changed_since: str | None = None) -> Page:
    """The incidents that the caller filed or operates, newest first."""
    return _page(work, _INCIDENTS, [], limit, cursor, changed_since, incident_shapes)


def obligations(
    work: Work,
    *,
    verdict: str | None = None,
    due_before: datetime | None = None,
    owed_by: str | None = None,
    agreement: str | None = None,
    incident: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
    changed_since: str | None = None,
) -> Page:
    """The obligations that the caller may see, soonest target first; duties without an instant last.

    Superseded ones are left out unless asked for; among the changes they are told, for whoever keeps a copy must drop them.

    Raises:
        Invalid: `owed_by` is nobody.
    """
    where: list[sa.ColumnElement[bool]] = []
    if verdict is not None:
        where.append(_with_verdict(verdict, work.now))
    elif changed_since is None:
        where.append(obligation_table.c.superseded_by.is_(None))
    if due_before is not None:
        where.append(obligation_table.c.due_at < due_before)
    if owed_by is not None:
        where.append(obligation_table.c.debtor == _party(work, owed_by, "owed_by"))
    if agreement is not None:
        where += [obligation_table.c.source_name == agreement, obligation_table.c.source_kind == "agreement"]
    if incident is not None:
        where.append(obligation_table.c.case_id == incident)
    return _page(work, _OBLIGATIONS, where, limit, cursor, changed_since, obligation_shapes)


def notifications(
    work: Work,
    *,
    incident: UUID | None = None,
    state: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
    changed_since: str | None = None,
) -> Page:
    """Notifications of the caller's cases and those addressed to it, newest first."""
    where = [notification_table.c.case_id == incident] if incident else []
    where += [notification_table.c.state == state] if state else []
    return _page(work, _NOTIFICATIONS, where, limit, cursor, changed_since, notification_shapes)


def collection(work: Work, *, every: bool = False, limit: int = 50, cursor: str | None = None, changed_since: str | None = None) -> Page:
    """What lies in the caller's inbox, oldest first: each notice with its state; without `every` only what waits to be collected."""
    table = notification_table
    states = ("sent", "delivered", "opened", "acknowledged") if every else ("sent",)
    mine = [table.c.party_id == work.actor.party, table.c.kind == "inbox", table.c.notice_id.is_not(None), table.c.state.in_(states)]
    return _page(work, _INBOX, mine, limit, cursor, changed_since, inbox_shapes)


def notices(
    work: Work, *, incident: UUID | None = None, limit: int = 50, cursor: str | None = None, changed_since: str | None = None
) -> Page:
    """Notices of the caller's cases and those released to it, newest first."""
    where = [notice_table.c.case_id == incident] if incident else []
    return _page(work, _NOTICES, where, limit, cursor, changed_since, notice_shapes)


def obligation(work: Work, id_: UUID) -> answers.Json:
    """One obligation, with the acts about it that the caller may see.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = records.find(work.connection, id_)
    shown = obligation_shapes(work, [row])[0]
    acts = records.acts_about(work.connection, [id_]).get(id_, [])
    looks = looks_by_obligation(records.firings_of(work.connection, [id_])).get(id_, [])
    slugs = _slugs(work, [each.by_party for each in acts])
    because = [*shown["because"], *stays_because(work, [row]).get(id_, [])]
    return shown | {"because": because, "acts": [act_shape(each, slugs) for each in acts], "inputs": row.inputs, "looks": looks}


def readings(work: Work, id_: UUID) -> list[answers.Json]:
    """The live readings of the duty that this obligation is one of, the stated one first; as far as the caller may see them.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    found = records.readings_of(work.connection, records.find(work.connection, id_))
    return obligation_shapes(work, found)


_SAID = frozenset({"acknowledged", "notice_acknowledged", "confirmed"})
_BY_ONE_WORD = frozenset({"submitted", "called", "acknowledged_by_word", "word_disputed", "said_not_ours"})
"""What happened outside the node, or is an opinion: known by the word of whoever said it, until somebody else says the same."""


def act_shape(row: Row, slugs: dict[UUID, str]) -> answers.Json:
    """One act, as callers get it. `word_of`: the one party by whose word it is known; None for what this node saw, or both sides said.

    `source`: by what the party knows it; `proof`: what it shows for it, both as it says.
    """
    back_dated = row.occurred_at < row.recorded_at and row.by_name != "node" and not row.detail.get("co_signed_by")
    one_word = row.kind in _BY_ONE_WORD or bool(row.detail.get("logged_for_debtor")) or (back_dated and row.kind in _SAID)
    return {
        "id": str(row.id), "obligation": str(row.obligation_id) if row.obligation_id else None,
        "notice": str(row.notice_id) if row.notice_id else None, "kind": row.kind, "party": slugs[row.by_party], "by": row.by_name,
        "occurred_at": answers.at(row.occurred_at), "recorded_at": answers.at(row.recorded_at),
        "source": row.detail.get("source"), "proof": row.detail.get("proof"), "word_of": slugs[row.by_party] if one_word else None,
        "detail": row.detail,
    }  # fmt: skip


def _page(
    work: Work,
    shelf: _Shelf,
    where: list[sa.ColumnElement[bool]],
    limit: int,
    cursor: str | None,
    changed_since: str | None,
    shape: Callable[[Work, list[Row]], list[answers.Json]],
) -> Page:
    horizon = cursors.horizon(work.connection)
    count = max(1, min(limit, MOST))
    question = sa.select(shelf.table).where(*where)
    if changed_since is not None:
        question = _changes(question, shelf, changed_since, horizon)
    else:
        question = _keyset(question, shelf, cursor)
    rows = list(work.connection.execute(question.limit(count + 1)).all())
    more, rows = len(rows) > count, rows[:count]
    items = shape(work, rows)
    if changed_since is not None:
        told = cursors.write(f"{shelf.name}~", rows[-1].changed, rows[-1].id) if more else cursors.write(f"{shelf.name}~", horizon, _FIRST)
        return Page(items, None, told)
    ended = cursors.write(shelf.name, rows[-1]._mapping[shelf.order.name].isoformat(), rows[-1].id) if more else None
    return Page(items, ended, cursors.write(f"{shelf.name}~", horizon, _FIRST))


_FIRST = UUID(int=0)


def _keyset(question: sa.Select[Any], shelf: _Shelf, cursor: str | None) -> sa.Select[Any]:
    table, order = shelf.table, shelf.order
    if cursor is not None:
        at, id_ = cursors.read(shelf.name, cursor, 2)
        here = sa.tuple_(order, table.c.id)
        there = sa.tuple_(sa.literal(_instant(at), order.type), sa.literal(_uuid(id_), table.c.id.type))
        question = question.where(here < there if shelf.newest_first else here > there)
    return question.order_by(order.desc(), table.c.id.desc()) if shelf.newest_first else question.order_by(order, table.c.id)


def _changes(question: sa.Select[Any], shelf: _Shelf, changed_since: str, horizon: int) -> sa.Select[Any]:
    since, id_ = cursors.read(f"{shelf.name}~", changed_since, 2, name="changed_since")
    table = shelf.table
    try:
        bounds = {"since": str(int(since)), "horizon": str(horizon), "after": str(_uuid(id_))}
    except (ValueError, TypeError) as error:
        raise _bad("changed_since") from error
    name = table.name
    moved = sa.text(
        f"({name}.changed, {name}.id) > (cast(:since as xid8), cast(:after as uuid)) and {name}.changed < cast(:horizon as xid8)"
    ).bindparams(**bounds)
    return question.where(moved).order_by(table.c.changed, table.c.id)


def _with_verdict(verdict: str, now: datetime) -> sa.ColumnElement[bool]:
    """By the settled column, and for what is not settled by the time: the same as the verdict that is shown."""
    table = obligation_table
    unsettled = table.c.settled_as.is_(None)
    passed = unsettled & (table.c.due_at < now) & table.c.predicted.is_(False)
    undecided = table.c.provisional | table.c.prohibited_at.is_not(None)
    match Verdict(verdict):
        case Verdict.RUNNING:
            return unsettled & sa.or_(table.c.due_at.is_(None), table.c.due_at >= now, table.c.predicted.is_(True))
        case Verdict.MISSED:
            return (table.c.settled_as == "missed") | (passed & ~undecided)
        case Verdict.UNRESOLVED:
            return (table.c.settled_as == "unresolved") | (passed & undecided)
        case other:
            return table.c.settled_as == other.value


def incident_shapes(work: Work, rows: list[Row]) -> list[answers.Json]:
    slugs = _slugs(work, [party for row in rows for party in (row.filed_by, row.operator_id)])
    ids = [row.deployment_id for row in rows]
    named = work.connection.execute(
        sa.select(deployment_table.c.id, deployment_table.c.slug, deployment_table.c.jurisdiction).where(deployment_table.c.id.in_(ids))
    )
    at = {row.id: row for row in named}
    return [
        answers.incident(row._mapping, slugs=slugs, deployment=at[row.deployment_id].slug, home=at[row.deployment_id].jurisdiction)
        for row in rows
    ]


def obligation_shapes(work: Work, rows: list[Row]) -> list[answers.Json]:
    slugs = _slugs(work, [party for row in rows for party in (row.debtor, row.creditor) if party])
    refs = case_names(work, rows)
    return [
        answers.obligation(
            row._mapping,
            slugs=slugs,
            verdict=records.seen_verdict(row, work.now).value,
            incident_ref=refs.get(row.case_id, ""),
            doubt=work.held(row.due_at),
        )
        for row in rows
    ]


def notification_shapes(work: Work, rows: list[Row]) -> list[answers.Json]:
    slugs, refs = _slugs(work, [row.party_id for row in rows]), case_names(work, rows)
    return [answers.notification(row._mapping, slugs=slugs, incident_ref=refs.get(row.case_id, "")) for row in rows]


def inbox_shapes(work: Work, rows: list[Row]) -> list[answers.Json]:
    """Those whose notice may still be read: one that was withdrawn lies there no more."""
    told = work.connection.execute(sa.select(notice_table).where(notice_table.c.id.in_([row.notice_id for row in rows]))).all()
    shown = {row.id: shape for row, shape in zip(told, notice_shapes(work, list(told)), strict=True)}
    return [
        {
            "id": str(row.id), "state": row.state, "placed_at": answers.at(row.sent_at), "received_at": answers.at(row.delivered_at),
            "notice": shown[row.notice_id],
        } for row in rows if row.notice_id in shown
    ]  # fmt: skip


def notice_shapes(work: Work, rows: list[Row]) -> list[answers.Json]:
    slugs, refs = _slugs(work, [row.recipient for row in rows]), case_names(work, rows)
    return [
        answers.notice(row._mapping, slugs=slugs, incident_ref=refs.get(row.case_id, row.items.get("incident_ref", ""))) for row in rows
    ]


def case_names(work: Work, rows: Iterable[Row]) -> dict[UUID, str]:
    """The references of these cases; a recipient, who does not see the case, knows it from the notice."""
    ids = {row.case_id for row in rows if row.case_id}
    named = sa.select(incident_table.c.id, incident_table.c.ref).where(incident_table.c.id.in_(ids))
    known = {row.id: row.ref for row in work.connection.execute(named)}
    missing = ids - known.keys()
    if missing:
        told = sa.select(notice_table.c.case_id, notice_table.c["items"]["incident_ref"].astext).where(notice_table.c.case_id.in_(missing))
        known |= {case: ref for case, ref in work.connection.execute(told) if ref}
    return known


def _slugs(work: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    return {id_: party.slug for id_, party in directory.by_ids(work.connection, ids).items()}


def _party(work: Work, slug: str, name: str) -> UUID:
    """The party that a parameter names; nobody is no party without obligations, but a mistake."""
    try:
        return directory.by_slug(work.connection, slug).id
    except NotFound as absent:
        raise Invalid([Fault(f"/{name}", "unknown_party", f"there is no party {slug!r}")], "The query has faults.") from absent


def _instant(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _bad("cursor") from error


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise _bad("cursor") from error


def _bad(name: str) -> Invalid:
    return Invalid([Fault(f"/{name}", "bad_cursor", "expected a cursor that this list gave out")])
