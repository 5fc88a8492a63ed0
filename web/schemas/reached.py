"""How parties are reached, described for the OpenAPI document."""

from __future__ import annotations

from typing import Final

from incident.rules.escalation.states import STATES
from web.schemas.answers import AT, FLAG, ID, MAYBE_AT, MAYBE_ID, MAYBE_TEXT, TEXT, WHOLE, Shape, ref, whole, words

_CHANNEL_OF: Shape = {
    "contact": TEXT, "name": TEXT, "kind": TEXT, "address": TEXT, "disabled_at": MAYBE_AT, "disabled_because": MAYBE_TEXT,
    "changed_at": AT, "verified_at": {**MAYBE_AT, "description": "When something last arrived over it."}, "verified_how": MAYBE_TEXT,
    "taken_at": {**MAYBE_AT, "description": "When a carrier last took something; that shows less."}, "failed_at": MAYBE_AT,
    "failed_because": MAYBE_TEXT, "verification": words("never", "long_ago", "current"), "failing": FLAG, "public_key": TEXT,
}  # fmt: skip
_CHANNEL_SET: Shape = {"kind": TEXT, "url": TEXT, "address": TEXT, "contact": TEXT, "secret": TEXT, "public_key": TEXT}
_FINDING: Shape = {
    "id": ID, "kind": TEXT, "title": TEXT, "incident": MAYBE_ID, "incident_ref": MAYBE_TEXT, "what": TEXT, "to_do": TEXT,
    "since": AT, "last_found_at": AT, "times": WHOLE, "gone_at": MAYBE_AT, "seen_by": MAYBE_TEXT, "seen_at": MAYBE_AT,
}  # fmt: skip

REACHED: Final[dict[str, Shape]] = {
    "Channel": whole(_CHANNEL_OF, optional=("public_key",)),
    "ChannelSet": whole(_CHANNEL_SET, optional=("url", "address", "secret", "public_key"), about="The secret is shown this once."),
    "InboxItem": whole({"id": ID, "state": words(*STATES), "placed_at": MAYBE_AT, "received_at": MAYBE_AT, "notice": ref("Notice")}),
    "Collected": whole(
        {"id": ID, "notice": ID, "state": words(*STATES), "received_at": MAYBE_AT},
        about="Received by a machine: neither opened nor acknowledged by it.",
    ),
    "ChannelVerified": whole({"kind": TEXT, "verified_at": AT, "verified_how": TEXT}),
    "Finding": whole(
        _FINDING, about="What the audit found; `seen_by` is the first of your party who said so, and `times` how often it came."
    ),
    "TestSent": whole({"notification": ID, "channel": TEXT, "address": TEXT, "state": TEXT}),
}
"""By name."""
