"""How the party is reached, and its keys."""

from __future__ import annotations

from typing import Any

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import set_channel, test_channel
from incident.errors import Invalid
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.views.pages import forms
from web.views.pages.blueprint import pages


@pages.get("/settings")
@page
def settings(work: Work) -> str:
    """Channels and keys."""
    return _shown(work)


@pages.post("/settings/channels/<any(webhook, email):kind>")
@page
def put(work: Work, kind: str) -> Response | str | tuple[str, int]:
    """Set a channel; the secret of a webhook is shown this once."""
    address = forms.text("address")
    try:
        made = set_channel.set_channel(work, kind, address)
    except Invalid as refused:
        return _shown(work, faults=forms.shown(refused), tried={kind: address}), 422
    if "secret" in made:
        return _shown(work, shown_once=[("Signing secret", made["secret"]), ("Public key", made["public_key"])])
    door.flash("The address is set. Send a test to see that it arrives.", "done")
    return redirect("/settings", 303)


@pages.post("/settings/channels/<kind>/test")
@page
def send_test(work: Work, kind: str) -> Response:
    """Send a test over it."""
    sent = test_channel.test_channel(work, kind)
    door.flash(f"A test is on its way to {sent['address'] or 'the inbox'}.", "done")
    return redirect("/settings", 303)


def _shown(work: Work, **values: Any) -> str:
    shared = {"faults": [], "tried": {}, "shown_once": [], "keys": board.keys(work), "channels": board.channels(work)}
    return rendered(work, "settings.html", nav="settings", **(shared | values))
