"""How the node is: what the audit found, and whether everything that runs by itself has run."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions.see_finding import see_finding
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.views.pages.blueprint import pages


@pages.get("/health")
@page
def health(work: Work) -> str:
    """Findings that stand, those that are mended, and the sweeps."""
    return rendered(work, "health.html", nav="health", **board.state_of_the_node(work))


@pages.post("/health/<uuid:id_>/seen")
@page
def seen(work: Work, id_: UUID) -> Response:
    """Somebody has seen it."""
    see_finding(work, id_)
    door.flash("Kept: your party has seen it. It stands until it is mended.", "done")
    return redirect("/health", 303)
