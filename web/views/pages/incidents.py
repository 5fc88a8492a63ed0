"""Incidents that the party filed or operates."""

from __future__ import annotations

from flask import request, url_for

from incident import board
from incident.work import Work
from web.door import page
from web.page_context import rendered
from web.views.pages.blueprint import pages


@pages.get("/incidents")
@page
def incidents(work: Work) -> str:
    """A page of them, newest first."""
    found = board.incidents(work, cursor=request.args.get("cursor") or None)
    more = url_for("pages.incidents", cursor=found.next) if found.next else None
    return rendered(work, "incidents.html", nav="incidents", incidents=found.items, next=found.next, more_url=more)
