"""Ask for more time for a duty that a notice announced."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import Claims
from incident.actions.consequences import acting, claiming, linking, outcomes
from incident.errors import NotFound
from incident.records import obligations
from incident.work import Work


def ask_for_more_time(work: Work, notice_id: UUID, obligation_id: UUID, until: datetime, reason: str, by: str) -> answers.Json:
    """Refused at once, with the reason, where no clause lets anybody extend the clock; otherwise a claim that moves nothing until
    whom the clause entitles to it grants it. Asking for the same again is asking once.

    Raises:
        NotFound: the notice was not sent to the caller, or announces no such duty of the caller's.
        NotAllowed: a statutory or fixed clock.
        Invalid: an instant that is not later than the present one.
        Conflict: the clock has ended, another wish about it waits, or the clause lets the caller extend it alone.
        Gone: the link has expired, was revoked or used up, or its notice withdrawn.
    """
    row = permission.receives(work, notice_id)
    linking.may_still_act(work)
    if obligation_id not in row.obligations:
        raise NotFound("The notice announces no such duty.")
    duty = obligations.find(work.connection, obligation_id)
    if duty.debtor != row.recipient:
        raise NotFound("The notice announces no such duty of yours.")
    acting.widen(work, row.case_id)
    named = linking.named(work, by)
    made = claiming.put(work, duty, row.recipient, Claims("more_time", reason, until=until), by=named)
    linking.use(work, row, "more_time", named)
    return outcomes.claim(work, made)
