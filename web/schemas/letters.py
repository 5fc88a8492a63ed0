"""The bodies of what is done about a dead letter."""

from __future__ import annotations

from incident.rules.escalation.on_call import LADDER
from web.schemas.acts import Proof
from web.schemas.fields import Instant, OneOf, Text
from web.schemas.reading import Strict


class WaySchema(Strict):
    """Whom of the recipient it goes to, over which kind of channel."""

    contact = OneOf(LADDER, required=True)
    channel = Text(30, line=True, required=True, metadata={"description": "A kind of channel.", "example": "email"})


class ToldByCallSchema(Strict):
    """A call in which the recipient was told: one party's word, and kept as that."""

    with_whom = Text(200, line=True, required=True, metadata={"description": "Who was spoken to, by name.", "example": "Kari Nordmann"})
    said = Text(2000, required=True)
    source = Text(500, line=True, required=True, metadata={"description": "By what it is known.", "example": "duty telephone, line 3"})
    occurred_at = Instant(load_default=None, allow_none=True)
    proof = Proof(load_default=None, allow_none=True)
