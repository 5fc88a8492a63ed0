"""Settings: the keys by which a party signs are registered and revoked there, as on the command line."""

from __future__ import annotations

import base64

import pytest

from incident.rules.proof.dsse import fingerprint
from tests.web.visitors import OFFICER, VENDOR, Enter, send

RAW = bytes(range(32))
KEY, MARK = base64.b64encode(RAW).decode("ascii"), fingerprint(RAW)


def test_a_key_is_registered_seen_and_revoked_for_good(enter: Enter) -> None:
    officer = enter(OFFICER)
    assert "None is registered." in officer.get("/settings").text
    assert send(officer, "/settings/signing-keys", key_name="legal desk", public_key=KEY).status_code == 303
    assert MARK in officer.get("/settings").text
    assert MARK not in enter(VENDOR).get("/settings").text
    assert send(officer, "/settings/signing-keys", key_name="legal desk", public_key=KEY).status_code == 303
    revocation = f"/settings/signing-keys/{MARK}/revocation"
    assert send(officer, revocation, reason=" ").status_code == 422
    assert send(enter(VENDOR), revocation, reason="Not ours").status_code == 404
    assert send(officer, revocation, reason="The laptop was lost.").status_code == 303
    page = officer.get("/settings").text
    assert "The laptop was lost." in page
    assert "Revoke it" not in page
    again = send(officer, "/settings/signing-keys", key_name="legal desk", public_key=KEY)
    assert again.status_code == 409
    assert "was revoked and cannot come back" in again.text


@pytest.mark.parametrize(("name", "key"), [("", KEY), ("legal desk", "no key"), ("legal desk", ""), ("x" * 200, KEY)])
def test_what_is_no_key_comes_back_as_it_was_typed(name: str, key: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    refused = send(officer, "/settings/signing-keys", key_name=name, public_key=key)
    assert refused.status_code == 422
    assert f'value="{name}"' in refused.text
    assert f'value="{key}"' in refused.text
    assert "None is registered." in refused.text
