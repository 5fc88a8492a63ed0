"""Say that the recipient of a dead letter was told on the telephone: one party's word, and labelled so."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, dead_letters, delivering, outcomes, settling
from incident.records import outbox
from incident.records.parties import directory
from incident.work import Work


def tell_by_call(
    work: Work, notification_id: UUID, *, with_whom: str, said: str, source: str, occurred_at: datetime | None = None, proof: Any = None
) -> answers.Json:
    """The letter needs nobody any more, and what its notice performs was sent when the call was made, by the caller's word alone.

    Raises:
        NotFound, NotAllowed: the caller has no part in its case.
        Conflict: it is no dead letter any more.
        Invalid: the call is said to have been made in the future.
    """
    row = permission.sees_to(work, notification_id, what="log calls about it")
    when = permission.not_in_the_future(work, occurred_at) or work.now
    row = dead_letters.taken_up(work, row)
    notice = outbox.find(work.connection, row.notice_id)
    party = directory.by_ids(work.connection, [row.party_id])[row.party_id]
    detail = {
        "notification": str(row.id), "with": str(party.id), "with_party": party.slug, "with_whom": with_whom, "said": said,
        "source": source, "proof": proof, "word_of": work.actor.slug,
    }  # fmt: skip
    acting.note(work, row.case_id, "told_by_call", notice=notice.id, occurred_at=when, detail=detail)
    told = f"Told by telephone: {with_whom}, by the word of {work.actor.name} ({work.actor.slug}) alone."
    dead_letters.let_go(work, row, "cancelled", told)
    if delivering.performed(work, notice, "sent", detail, occurred_at=when):
        settling.after_an_act(work, row.case_id, why="a call")
    return outcomes.notification(work, row.id)
