"""Set how the duty desk of the caller's party is reached."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.errors import Fault, Invalid, Refused, Unavailable
from incident.reach import services
from incident.reach.mailboxes import check_mailbox
from incident.reach.signatures import endpoint_key, new_secret, public_key_text
from incident.reach.targets import Egress, check_url
from incident.records.parties import channels
from incident.work import Work

FIELD = {"webhook": "url", "email": "address", "inbox": "address", **dict.fromkeys(services.KINDS, "url")}


def set_channel(work: Work, kind: str, address: str) -> answers.Json:
    """The channel; for a webhook also its signing secret, which is shown this once, and the public key of this endpoint.

    The URL of a chat or paging service is a secret itself: what is answered, listed and recorded is what may be shown of it.

    Raises:
        Invalid: the address cannot be used; says what was expected.
    """
    party = permission.speaks_for(work, what="set a channel")
    shown = _checked(work, kind, address)
    text, secret = new_secret() if kind == "webhook" else (None, address.encode() if kind in services.KINDS else None)
    id_ = channels.put_channel(work.connection, party=party, role="duty_desk", kind=kind, address=shown, secret=secret, now=work.now)
    work.wake("rotas")  # which looks at what lay in the inbox alone, and at who can be reached
    work.record("channel.set", party, {"kind": kind, "address": shown})
    answer: answers.Json = {"kind": kind, FIELD[kind]: shown, "contact": "duty_desk"}
    return answer | {"secret": text, "public_key": public_key(work, id_)} if text else answer


def public_key(work: Work, channel: UUID) -> str:
    """What the receiver at this endpoint verifies `v1a` signatures with: `whpk_…`."""
    if work.node.key is None:
        raise Unavailable("This node has no signing key.")
    return public_key_text(endpoint_key(work.node.key, channel))


def _checked(work: Work, kind: str, address: str) -> str:
    """What may be shown of the address, if it can be used."""
    allow = Egress(work.node.settings.egress_allow)
    try:
        if kind in services.KINDS:
            return services.service(address, allow=allow).shown
        if kind == "webhook":
            check_url(address, allow=allow)
        elif kind == "email":
            check_mailbox(address)
    except Refused as refused:
        raise Invalid([Fault(f"/{FIELD[kind]}", refused.code, refused.message)]) from refused
    return address
