"""Draft versions: what a party writes before it proposes anything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.discard_draft import discard_draft
from incident.actions.restore_draft import restore_draft
from incident.actions.save_draft import save_draft
from incident.actions.start_draft import start_draft
from incident.errors import Fault, Invalid, NotFound
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import items_of
from web.schemas.parties import DraftChangeSchema, DraftSchema
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

drafts = Calls("drafts", description="Versions that are being written. They bind nobody, and only their own party sees them.")


@drafts.get("/agreements/drafts")
@acting(answers={200: items_of("AgreementDraft")})
def get_drafts(work: Work) -> Json:
    """The draft versions of your party, without their texts; what was changed last comes first."""
    return {"items": board.drafts(work)}


@drafts.post("/agreements/drafts")
@acting(answers={201: "AgreementDraftInFull"}, takes=body(DraftSchema))
def post_draft(work: Work, given: dict[str, Any]) -> Answer:
    """Begin one. The text need not be an agreement yet; `based_on` is the version on record that it began as."""
    try:
        made = start_draft(work, given["text"], based_on=given["based_on"])
    except NotFound as absent:
        raise Invalid([Fault("/based_on", "unknown_agreement", absent.message)]) from absent
    return Answer(made, 201, {"Location": f"/api/v1/agreements/drafts/{made['id']}"})


@drafts.get("/agreements/drafts/<uuid:draft_id>")
@acting(answers={200: "AgreementDraftInFull"})
def get_draft(work: Work, draft_id: UUID) -> Json:
    """One with its text."""
    return board.draft(work, draft_id)


@drafts.put("/agreements/drafts/<uuid:draft_id>")
@acting(answers={200: "AgreementDraftInFull"}, takes=body(DraftChangeSchema), refuses=(409,))
def put_draft(work: Work, draft_id: UUID, given: dict[str, Any]) -> Json:
    """Write its text anew. `revision` is the one that you changed; if there is a later one, nothing is done and the answer is 409."""
    return save_draft(work, draft_id, given["text"], revision=given["revision"])


@drafts.delete("/agreements/drafts/<uuid:draft_id>")
@acting(answers={200: "AgreementDraftInFull"}, refuses=(409,))
def delete_draft(work: Work, draft_id: UUID) -> Json:
    """Discard it: it leaves the list. It is not erased, and can be restored."""
    return discard_draft(work, draft_id)


@drafts.post("/agreements/drafts/<uuid:draft_id>/restoration")
@acting(answers={200: "AgreementDraftInFull"}, takes=body(NothingSchema))
def post_restoration(work: Work, draft_id: UUID, given: dict[str, Any]) -> Json:
    """Take a discarded one out again."""
    return restore_draft(work, draft_id)
