"""Dead letters: what reached nobody, and what somebody does about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident.actions.go_another_way import go_another_way
from incident.actions.tell_by_call import tell_by_call
from incident.actions.try_again import try_again
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.letters import ToldByCallSchema, WaySchema
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body

letters = Calls("letters", description="Dead letters: `GET /api/v1/notifications?state=dead` lists them.")


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
