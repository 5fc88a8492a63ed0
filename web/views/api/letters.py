"""Dead letters: what reached nobody, and what somebody does about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.go_another_way import go_another_way
from incident.actions.tell_by_call import tell_by_call
from incident.actions.try_again import try_again
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import items_of
from web.schemas.letters import ToldByCallSchema, WaySchema
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body

letters = Calls("letters", description="Dead letters: what reached nobody and needs a person.")


@letters.get("/dead-letters")
@acting(answers={200: items_of("DeadLetter")})
def get_dead_letters(work: Work) -> Json:
    """The dead letters of the incidents that you filed or operate, newest first, with the ways taken and those left; at most 100."""
    return {"items": board.dead_letters(work)}


@letters.post("/notifications/<uuid:notification_id>/tries")
@acting(answers={200: "Notification"}, takes=body(NothingSchema), refuses=(403,))
def post_try(work: Work, notification_id: UUID, given: dict[str, Any]) -> Json:
    """Try a dead letter again, over the way that gave it up."""
    return try_again(work, notification_id)


@letters.post("/notifications/<uuid:notification_id>/ways")
@acting(answers={200: "Notification"}, takes=body(WaySchema), refuses=(403,))
def post_way(work: Work, notification_id: UUID, given: dict[str, Any]) -> Json:
    """Send a dead letter another way; the new notification. It comes back where that contact has no such channel."""
    return go_another_way(work, notification_id, given["contact"], given["channel"])


@letters.post("/notifications/<uuid:notification_id>/calls")
@acting(answers={200: "Notification"}, takes=body(ToldByCallSchema), refuses=(403,))
def post_call_that_told(work: Work, notification_id: UUID, given: dict[str, Any]) -> Json:
    """Say that the recipient was told on the telephone. It is kept as your party's word alone."""
    return tell_by_call(work, notification_id, **given)
