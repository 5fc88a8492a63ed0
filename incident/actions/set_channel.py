"""Set how the duty desk of the caller's party is reached."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incident import answers
from incident.actions import permission
from incident.records.parties import channels
from incident.rules import addresses
from incident.work import Work


def set_channel(work: Work, kind: str, address: str) -> answers.Json:
    """The channel; for a webhook also its signing secret, which is shown this once, and the node's public key.

    Raises:
        Refused: the address cannot be used; says what was expected.
    """
    party = permission.speaks_for(work, what="set a channel")
    checked = addresses.check(kind, address, allowed=work.node.settings.egress_allow)
    secret = secrets.token_bytes(32) if kind == "webhook" else None
    channels.put_channel(work.connection, party=party, role="duty_desk", kind=kind, address=checked, secret=secret, now=work.now)
    work.record("channel.set", party, {"kind": kind, "address": checked})
    answer: answers.Json = {"kind": kind, "address": checked, "contact": "duty_desk"}
    if secret is not None:
        answer |= {"secret": "whsec_" + base64.b64encode(secret).decode(), "public_key": public_key(work)}
    return answer


def public_key(work: Work) -> str:
    """What receivers verify `v1a` signatures with."""
    if work.node.key is None:
        raise ValueError("this process has no signing key")
    return "whpk_" + base64.b64encode(work.node.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
