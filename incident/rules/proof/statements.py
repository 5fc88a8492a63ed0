"""What a party says about a version of an agreement, as it is signed: RFC 8785 bytes in a DSSE envelope."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from incident.canonical import canonical, instant
from incident.rules.proof import dsse
from incident.rules.proof.dsse import BadEnvelope, Envelope

PAYLOAD_TYPE = "application/vnd.demarche.agreement-act+json"
FORMAT = "agreement-act/1"
KINDS = ("sign", "suspend", "resume", "end")
LONGEST_REASON = 2000
MOST_RESERVED = 300
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acted for the party where the node signed, how the node knew, and which node it is."""

    name: str
    means: str
    node: str


@dataclass(frozen=True, slots=True)
class Statement:
    """`effective_at` None: at the earliest instant that the agreement allows. `reserved`: clauses that are not accepted.

    `previous` is the digest of the act before it of this party about this version; None for its first. `officer` is None
    where the party signed with a key of its own.
    """

    id: UUID
    kind: str
    agreement: str
    version: str
    digest: str
    party: str
    issued_at: datetime
    effective_at: datetime | None = None
    reserved: tuple[str, ...] = ()
    reason: str = ""
    previous: str | None = None
    officer: Officer | None = field(default=None)

    def document(self) -> dict[str, Any]:
        """As it is signed; every member is always there."""
        officer = self.officer
        return {
            "format": FORMAT, "id": str(self.id), "kind": self.kind, "agreement": self.agreement, "version": self.version,
            "digest": self.digest, "party": self.party, "issued_at": instant(self.issued_at),
            "effective_at": None if self.effective_at is None else instant(self.effective_at), "reserved": list(self.reserved),
            "reason": self.reason, "previous": self.previous,
            "officer": None if officer is None else {"name": officer.name, "means": officer.means, "node": officer.node},
        }  # fmt: skip

    def payload(self) -> bytes:
        """The canonical bytes."""
        return canonical(self.document())


def name_of(payload: bytes) -> str:
    """The digest by which the next act names this one."""
    return "sha256:" + hashlib.sha256(payload).hexdigest()


def read(envelope: Envelope) -> Statement:
    """The statement in an envelope; the signature is looked at by `dsse.verify`.

    Raises:
        BadEnvelope: its payload is of another type, not canonical, says a key twice, or is no such statement.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise BadEnvelope(
            f"The payload is of the type {envelope.payload_type[:100]!r}; expected {PAYLOAD_TYPE}.", code="other_payload_type"
        )
    value = dsse.plain_json(envelope.payload, "payload")
    if not isinstance(value, dict):
        raise _wrong("", "expected an object")
    made = _read(value)
    if made.payload() != envelope.payload:
        raise BadEnvelope("The payload is not in its canonical form (RFC 8785).", code="not_canonical")
    return made


def _read(value: Mapping[str, Any]) -> Statement:
    known = (*_MEMBERS, "format", "officer")
    for name in sorted({*value} ^ {*known}):
        raise _wrong(name, "is missing" if name in known else "is not known")
    if value["format"] != FORMAT:
        raise _wrong("format", f"expected {FORMAT}")
    return Statement(**{name: reading(value[name], name) for name, reading in _MEMBERS.items()}, officer=_officer(value["officer"]))


def _text(longest: int, least: int = 1) -> Callable[[Any, str], str]:
    def reading(value: Any, name: str) -> str:
        if not isinstance(value, str) or not least <= len(value) <= longest or "\0" in value:
            raise _wrong(name, f"expected text of {least} to {longest} characters")
        return value

    return reading


def _digest(value: Any, name: str) -> str:
    if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
        raise _wrong(name, "expected sha256: and 64 hexadecimal digits")
    return value


def _id(value: Any, name: str) -> UUID:
    try:
        made = UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise _wrong(name, "expected a UUID") from error
    return made


def _kind(value: Any, name: str) -> str:
    if value not in KINDS:
        raise _wrong(name, f"expected one of {', '.join(KINDS)}")
    return str(value)


def _at(value: Any, name: str) -> datetime:
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        pass  # said below, in the same words as for any other text
    raise _wrong(name, "expected an instant in UTC such as 2026-11-23T09:00:00.000000Z")


def _clauses(value: Any, name: str) -> tuple[str, ...]:
    fits = (
        isinstance(value, list) and len(value) <= MOST_RESERVED and all(isinstance(each, str) and _WORD.fullmatch(each) for each in value)
    )
    if not fits or value != sorted(set(value)):
        raise _wrong(name, "expected the ids of clauses, in order, each once")
    return tuple(value)


def _or_nothing(reading: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    return lambda value, name: None if value is None else reading(value, name)


_MEMBERS: dict[str, Callable[[Any, str], Any]] = {
    "id": _id, "kind": _kind, "agreement": _text(63), "version": _text(40), "digest": _digest, "party": _text(300), "issued_at": _at,
    "effective_at": _or_nothing(_at), "reserved": _clauses, "reason": _text(LONGEST_REASON, 0), "previous": _or_nothing(_digest),
}  # fmt: skip


def _officer(value: Any) -> Officer | None:
    if value is None:
        return None
    if not isinstance(value, dict) or {*value} != {"name", "means", "node"}:
        raise _wrong("officer", "expected null, or an object with name, means and node")
    return Officer(*(_text(300)(value[each], f"officer/{each}") for each in ("name", "means", "node")))


def _wrong(name: str, what: str) -> BadEnvelope:
    return BadEnvelope(f"The statement is not understood: {f'/{name} ' if name else ''}{what}.", code="bad_statement")
