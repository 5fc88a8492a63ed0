"""What the audit found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.see_finding import see_finding
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import items_of
from web.schemas.queries import FindingQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body

findings = Calls("findings", description="What the audit found to be otherwise than it has to be, and what to do about it.")


@findings.get("/findings")
@acting(answers={200: items_of("Finding")}, query=FindingQuery)
def get_findings(work: Work, asked: dict[str, Any]) -> Json:
    """What stands about your cases and, for a party that files, about this node, the oldest first; with `past=yes` what is mended."""
    return {"items": board.findings(work, past=asked["past"] == "yes")}


@findings.post("/findings/<uuid:finding_id>/seen")
@acting(answers={200: "Finding"}, takes=body(NothingSchema), refuses=(403,))
def post_seen(work: Work, finding_id: UUID, given: dict[str, Any]) -> Json:
    """Say that your party has seen it. It stands until it is mended."""
    return see_finding(work, finding_id)
