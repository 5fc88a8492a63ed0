"""Notices, and how each travels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.collect_notice import collect_notice
from incident.actions.commands import DoneBy
from incident.actions.hold_notice import hold_notice
from incident.actions.release_notice import release_notice
from incident.work import Work
from web.schemas.acts import AcknowledgementSchema, NothingSchema, ReasonSchema
from web.schemas.answers import page_of
from web.schemas.queries import InboxQuery, NoticeQuery, NotificationQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import NOTICE, Answer, Json, acting, body, etag
from web.views.api.paging import paged

notices = Calls("notices", description="What each party may be told, and how it travels.")


@notices.get("/notifications")
@acting(answers={200: page_of("Notification")}, query=NotificationQuery)
def get_notifications(work: Work, asked: dict[str, Any]) -> Answer:
    """The notifications of your incidents and those addressed to you, newest first."""
    return paged(board.notifications(work, **asked))


@notices.get("/notices")
@acting(answers={200: page_of("Notice")}, query=NoticeQuery)
def get_notices(work: Work, asked: dict[str, Any]) -> Answer:
    """The notices of your incidents and those released to you, newest first: the in-app inbox."""
    return paged(board.notices(work, **asked))


@notices.get("/inbox")
@acting(answers={200: page_of("InboxItem")}, query=InboxQuery)
def get_inbox(work: Work, asked: dict[str, Any]) -> Answer:
    """What waits in your inbox, oldest first. Reading it changes nothing: say of each what you have taken, with its receipt."""
    return paged(board.collection(work, every=asked.pop("all") == "yes", **asked))


@notices.post("/inbox/<uuid:notification_id>/receipt")
@acting(answers={200: "Collected"}, takes=body(NothingSchema))
def post_receipt(work: Work, notification_id: UUID, given: dict[str, Any]) -> Json:
    """Say that you have taken it: delivered from then on, which is no acknowledgement. Saying it twice is saying it once."""
    return collect_notice(work, notification_id)


@notices.get("/notices/<uuid:notice_id>")
@acting(answers={200: "Notice"})
def get_notice(work: Work, notice_id: UUID) -> Answer:
    """One notice, with the obligations that it announces as they stand now; the ETag is that of the notice alone."""
    return Answer(board.notice(work, notice_id), headers=etag(board.version_of_notice(work, notice_id)))


@notices.post("/notices/<uuid:notice_id>/release")
@acting(answers={200: "Notice"}, takes=body(NothingSchema), refuses=(403, 412), if_match=NOTICE)
def post_release(work: Work, notice_id: UUID, given: dict[str, Any]) -> Json:
    """Let it go exactly as it was frozen. Releasing twice is releasing once."""
    return release_notice(work, notice_id)


@notices.post("/notices/<uuid:notice_id>/hold")
@acting(answers={200: "Notice"}, takes=body(ReasonSchema), refuses=(403, 412), if_match=NOTICE)
def post_hold(work: Work, notice_id: UUID, given: dict[str, Any]) -> Json:
    """Hold it back. It will not go, and the reason is kept; the clocks that call for it run on."""
    return hold_notice(work, notice_id, given["reason"])


@notices.post("/notices/<uuid:notice_id>/acknowledgements")
@acting(answers={200: "Notice"}, takes=body(AcknowledgementSchema))
def post_notice_acknowledgement(work: Work, notice_id: UUID, given: DoneBy) -> Json:
    """Acknowledge that you received it: receipt only, neither awareness nor admission."""
    return acknowledge_notice(work, notice_id, given)
