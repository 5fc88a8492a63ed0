"""The mail that the demo's sink caught; nowhere else is there such a page."""

from __future__ import annotations

from incident.errors import NotFound
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.views.pages.blueprint import pages

SHOWN = 50


@pages.get("/demo-mail")
@page
def demo_mail(work: Work) -> str:
    """The newest first."""
    caught = door.mail_messages()
    if caught is None:
        raise NotFound("This node is not a demo; mail goes where it is addressed to.")
    newest = sorted(caught, key=lambda each: each.at, reverse=True)
    return rendered(work, "demo_mail.html", nav="demo-mail", messages=newest[:SHOWN], more=len(newest) - SHOWN)
