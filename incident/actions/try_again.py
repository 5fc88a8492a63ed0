"""Try a dead letter again, over the way that gave it up."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import dead_letters, outcomes
from incident.work import Work


def try_again(work: Work, notification_id: UUID) -> answers.Json:
    """It is due at once and gets what is left of its schedule, at least one more try. What never got an address lies in
    the inbox then.

    Raises:
        NotFound, NotAllowed: the caller has no part in its case.
        Conflict: it is no dead letter any more.
    """
    row = permission.sees_to(work, notification_id, what="try its letters again")
    row = dead_letters.taken_up(work, row)
    dead_letters.try_again(work, row, by=work.actor.name)
    return outcomes.notification(work, row.id)
