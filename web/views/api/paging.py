"""Lists: a page, the link to the next one, and the cursor for what changes afterwards."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from incident.board import Page
from web.views.api.calling import Answer


def paged(page: Page) -> Answer:
    """A page as it is answered; the link keeps the filters that were asked for."""
    headers = {}
    if page.next is not None:
        kept = {name: value for name, value in request.args.items() if name != "cursor"}
        headers["Link"] = f'<{request.path}?{urlencode({**kept, "cursor": page.next})}>; rel="next"'
    return Answer({"items": page.items, "next_changed_since": page.changed_since}, headers=headers)
