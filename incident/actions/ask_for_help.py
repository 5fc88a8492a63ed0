"""Ask those who told us: this is not ours, or a person should call."""

from __future__ import annotations

from uuid import UUID

from incident import answers, db
from incident.actions import permission
from incident.actions.commands import Asks
from incident.actions.consequences import acting, linking, outcomes, telling
from incident.errors import Fault, Invalid
from incident.ids import new_id
from incident.records import cases, outbox
from incident.records.cases import Row
from incident.records.outbox import asks
from incident.records.outbox.tables import ask
from incident.records.parties import directory
from incident.work import Work

_TITLES = {"not_ours": "Not theirs, says {}", "human": "A call is asked for by {}"}


def ask_for_help(work: Work, notice_id: UUID, asked: Asks) -> answers.Json:
    """Put it before the filer's liaison. It ends nothing: what the notice announces stays owed until that is resolved.

    The same asked again while it waits is the one that waits.

    Raises:
        NotFound: the notice was not sent to the caller.
        Gone: the link has expired, was revoked or used up, or its notice withdrawn.
        Invalid: a person is asked for, and no number given.
    """
    row = permission.receives(work, notice_id)
    linking.may_still_act(work)
    if asked.kind == "human" and not asked.call_back:
        raise Invalid([Fault("/call_back", "required", "expected a number, and the hours at which somebody answers it")])
    acting.widen(work, row.case_id)
    row = outbox.find(work.connection, notice_id)
    waiting = [each for each in asks.of_notice(work.connection, notice_id) if each.kind == asked.kind and each.answered_at is None]
    return outcomes.ask(work, waiting[0].id if waiting else _put(work, row, asked))


def _put(work: Work, row: Row, asked: Asks) -> UUID:
    id_, by = new_id(), linking.named(work, asked.by)
    made = {
        "id": id_, "case_id": row.case_id, "notice_id": row.id, "party_id": row.recipient, "kind": asked.kind, "how": work.actor.how ,
        "by_name": by, "reason": asked.reason, "call_back": asked.call_back if asked.kind == "human" else None, "asked_at": work.now,
        "origin": work.node.settings.node_name,
    }  # fmt: skip
    db.put(work.connection, {ask: [made]})
    linking.use(work, row, asked.kind, by)
    detail = {"ask": str(id_), "reason": asked.reason, "call_back": made["call_back"], "how": made["how"]}
    if asked.kind == "human":
        acting.note(work, row.case_id, "asked_for_a_human", notice=row.id, by=by, party=row.recipient, detail=detail)
    else:
        acting.note(work, row.case_id, "said_not_ours", notice=row.id, by=by, party=row.recipient, detail=detail)
    _tell(work, row, id_, asked)
    return id_


def _tell(work: Work, row: Row, id_: UUID, asked: Asks) -> None:
    incident = cases.find(work.connection, row.case_id)
    who = directory.by_ids(work.connection, [row.recipient])[row.recipient]
    telling.tell(
        work, incident, [incident.filed_by], kind="ask", title=_TITLES[asked.kind].format(who.name), effect=f"ask:{id_}",
        about=row.obligations, extra={"asked_by": who.uri}, rule="What a recipient asks is told to the filer",
    )  # fmt: skip
