"""Answer what a recipient asked of us."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes
from incident.records.outbox import asks
from incident.records.outbox.tables import ask
from incident.work import Work


def answer_ask(work: Work, ask_id: UUID, answer: str) -> answers.Json:
    """The liaison says what became of it, and it waits no longer. Answered before, the first answer stands.

    Raises:
        NotFound, NotAllowed: the caller's party did not file the case.
    """
    row = permission.is_asked(work, ask_id, what="answer what was asked")
    acting.hold(work, [row.case_id])
    row = asks.find(work.connection, ask_id)  # as it stands now
    if row.answered_at is None:
        values = {"answered_at": work.now, "answered_by": work.actor.name, "answer": answer}
        work.connection.execute(sa.update(ask).where(ask.c.id == ask_id).values(values))
        acting.note(work, row.case_id, "answered", notice=row.notice_id, detail={"ask": str(ask_id), "kind": row.kind, "answer": answer})
    return outcomes.ask(work, ask_id)
