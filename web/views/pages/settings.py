"""How the party is reached, its API keys, and the keys by which it signs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import add_signing_key, revoke_signing_key, set_channel, test_channel, verify_channel
from incident.errors import Conflict, Invalid
from incident.reach import services
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.signing import RevocationSchema, SigningKeySchema
from web.views.pages import forms
from web.views.pages.blueprint import pages

_KEY_LABELS = {"name": "Name of the key", "public_key": "Public key", "reason": "Reason"}


@pages.get("/settings")
@page
def settings(work: Work) -> str:
    """Channels and keys."""
    return _shown(work)


@pages.post("/settings/channels/<any(webhook, email, chat, pager):kind>")
@page
def put(work: Work, kind: str) -> Response | str | tuple[str, int]:
    """Set a channel; the secret of a webhook is shown this once."""
    address = forms.text("address")
    try:
        made = set_channel.set_channel(work, kind, address)
    except Invalid as refused:
        return _refused(work, kind, address, refused), 422
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


@pages.post("/settings/channels/<kind>/verification")
@page
def verify(work: Work, kind: str) -> Response | tuple[str, int]:
    """Say that a test arrived over it."""
    try:
        verify_channel.verify_channel(work, kind)
    except Conflict as refused:
        return _shown(work, faults=forms.shown(refused)), 409
    door.flash("The channel is verified, by your word.", "done")
    return redirect("/settings", 303)


@pages.post("/settings/signing-keys")
@page
def add_key(work: Work) -> Response | tuple[str, int]:
    """Register a public key by which the party signs."""
    entered = {"name": forms.text("key_name"), "public_key": forms.text("public_key")}
    try:
        given = forms.loaded(SigningKeySchema(), **entered)
        key, new = add_signing_key.add_signing_key(work, given["public_key"], given["name"])
    except (Invalid, Conflict) as refused:
        status = 422 if isinstance(refused, Invalid) else 409
        return _shown(
            work, key_faults=forms.shown(refused, _KEY_LABELS), tried={"key_name": entered["name"], "public_key": entered["public_key"]}
        ), status
    door.flash(f"{key['name']} is registered: what it signs counts." if new else f"It is registered already, as {key['name']}.", "done")
    return redirect("/settings#signing", 303)


@pages.post("/settings/signing-keys/<string:fingerprint>/revocation")
@page
def revoke_key(work: Work, fingerprint: str) -> Response | tuple[str, int]:
    """Revoke one; what it signed before stays."""
    try:
        given = forms.loaded(RevocationSchema(), reason=forms.text("reason"))
    except Invalid as refused:
        return _shown(work, revoking=fingerprint, key_faults=forms.shown(refused, _KEY_LABELS)), 422
    key = revoke_signing_key.revoke_signing_key(work, fingerprint, given["reason"])
    door.flash(f"{key['name']} is revoked and signs nothing from now on. What it signed before stays.", "done")
    return redirect("/settings#signing", 303)


def _refused(work: Work, kind: str, address: str, refused: Invalid) -> str:
    """The URL of a service is a secret: it is not written back into the page."""
    faults = forms.shown(refused)
    if kind not in services.KINDS:
        return _shown(work, faults=faults, tried={kind: address})
    return _shown(work, faults=[replace(each, field=f"{kind}_url") for each in faults])


def _shown(work: Work, **values: Any) -> str:
    signing = [each for each in board.signing_keys(work) if each["party"] == work.actor.slug]
    shared = {
        "faults": [], "key_faults": [], "tried": {}, "revoking": "", "shown_once": [], "keys": board.keys(work), "signing": signing,
        "channels": board.channels(work), "gaps": board.unreachable(work).get(work.actor.slug, []),
    }  # fmt: skip
    return rendered(work, "settings.html", nav="settings", **(shared | values))
