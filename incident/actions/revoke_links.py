"""Revoke the links of a notice: whoever holds one opens nothing by it any more."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes
from incident.records import outbox
from incident.records.outbox import links
from incident.work import Work


def revoke_links(work: Work, notice_id: UUID) -> answers.Json:
    """Every link by which this notice was sent to the caller opens nothing from now on; what was done by one stands.

    Raises:
        NotFound: it was not sent to the caller.
        NotAllowed: a link was used; its holder may not.
    """
    permission.speaks_for(work, what="revoke links")
    row = permission.receives(work, notice_id)
    acting.widen(work, row.case_id)
    row = outbox.find(work.connection, notice_id)
    sent = links.of_notice(work.connection, notice_id)
    fresh = [each for each in sent if "revoked" not in links.uses(work.connection, each)]
    for each in fresh:
        links.use(work.connection, row, each, "revoked", work.actor.name, work.now)
    if fresh:
        work.record("links.revoked", row.case_id, {"notice": str(row.id), "to": str(row.recipient), "links": len(fresh)})
    return outcomes.notice(work, notice_id)
