"""The bodies of what a party says about a version of an agreement, and of the keys by which it signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields

from incident.errors import Fault, Invalid
from incident.rules.proof.statements import KINDS, LONGEST_REASON
from web.schemas.fields import REQUIRED, Instant, OneOf, Several, Text
from web.schemas.reading import Said, Strict, load


class SigningKeySchema(Strict):
    """A public key by which your party signs."""

    public_key = Text(100, line=True, required=True, metadata={"description": "Base64 of the 32 raw bytes of an Ed25519 public key."})
    name = Text(100, line=True, required=True, metadata={"description": "What people call it.", "example": "legal desk, 2026"})


class RevocationSchema(Strict):
    """Why a key signs no longer."""

    reason = Text(LONGEST_REASON, required=True, metadata={"description": "Why; kept with the key."})


class ActOnAgreementSchema(Strict):
    """Either `envelope`, signed by a key of your party, or what you do as an officer: `kind` and what belongs to it."""

    envelope = fields.Dict(
        keys=fields.String(), error_messages={**REQUIRED, "invalid": Said("wrong_type", "expected a DSSE envelope: an object")},
        metadata={"description": "A DSSE envelope over a statement of the type application/vnd.demarche.agreement-act+json."},
    )  # fmt: skip
    kind = OneOf(KINDS)
    effective_at = Instant()
    reserved = Several(Text(64, line=True), most=300)
    reason = Text(LONGEST_REASON, metadata={"description": "Why; required but for signing."})


@dataclass(frozen=True, slots=True)
class ActGiven:
    """What was sent: an envelope, or an officer's act."""

    envelope: dict[str, Any] | None
    kind: str = ""
    effective_at: datetime | None = None
    reserved: tuple[str, ...] = ()
    reason: str = ""


_ACT = ActOnAgreementSchema()


def act_given(value: object) -> ActGiven:
    """Exactly one of the two ways.

    Raises:
        Invalid: with every bad field by its JSON pointer.
    """
    given = load(_ACT, value)
    if "envelope" not in given and "kind" not in given:
        raise Invalid([Fault("/kind", "required", "expected kind, or an envelope")])
    if "envelope" in given and len(given) > 1:
        extra = sorted({*given} - {"envelope"})
        raise Invalid([Fault(f"/{each}", "not_beside_envelope", "expected nothing beside an envelope: it says all") for each in extra])
    if "envelope" in given:
        return ActGiven(given["envelope"])
    return ActGiven(None, given["kind"], given.get("effective_at"), tuple(given.get("reserved", ())), given.get("reason", ""))
