"""The port that every way of reaching somebody implements: a letter in, an outcome out.

A channel keeps no state between letters and may be used from several threads. Trouble on the network is an outcome, never an
exception; a mistake in our own code is an exception, never an outcome.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Channel", "Cover", "Delivered", "GaveUp", "Letter", "Outcome", "TryLater", "readable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What may be read by whoever carries the letter: no content of the incident.

    `zone` is the recipient's (IANA), `acknowledge_by` an aware instant or None, `due_at` that of the duty which the message reminds
    of, or None, `link` where the notice is read. `note` says why the message comes as it does, or nothing. A `test` is of no incident.

    Raises:
        ValueError: for a control character, or an instant without a zone.
        zoneinfo.ZoneInfoNotFoundError: for an unknown zone.
    """

    incident_ref: str
    severity: str
    link: str
    acknowledge_by: datetime | None = None
    due_at: datetime | None = None
    zone: str = "UTC"
    exercise: bool = False
    note: str = ""
    test: bool = False

    def __post_init__(self) -> None:
        for name in ("incident_ref", "severity", "link", "note"):
            _refuse_control(name, getattr(self, name))
        for name in ("acknowledge_by", "due_at"):
            at = getattr(self, name)
            if at is not None and at.tzinfo is None:
                raise ValueError(f"{name} {at.isoformat()} has no zone; expected an aware instant")
        ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One attempt to hand one notification over.

    `notification_id` is the same for every attempt: receivers use it to act once. `address` is a URL, a mailbox or, for the
    inbox, anything. `body` is the whole message of a webhook and must have a canonical form; mail carries `cover` alone.
    `subject` says in a few neutral words what kind of message it is (`Reminder`), or nothing. `sent_at` is the instant of this
    attempt. `secret` is the HMAC key, `signing_key` an Ed25519 key or its 32 raw bytes; neither is shown by `repr`.

    Raises:
        ValueError: for an attempt below 1, an instant without a zone, or a control character in the subject.
    """

    notification_id: UUID
    attempt: int
    address: str
    cover: Cover
    sent_at: datetime
    body: Mapping[str, object] = field(default_factory=dict, repr=False)
    subject: str = ""
    secret: bytes | None = field(default=None, repr=False)
    signing_key: Ed25519PrivateKey | bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _refuse_control("subject", self.subject)
        if self.attempt < 1:
            raise ValueError(f"attempt {self.attempt}: the first is 1")
        if self.sent_at.tzinfo is None:
            raise ValueError(f"sent_at {self.sent_at.isoformat()} has no zone; expected an aware instant")


@dataclass(frozen=True, slots=True)
class Delivered:
    """Handed over. `receipt` is what shows it: `kind`, and for what crossed a network its status and an excerpt of the reply."""

    receipt: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not handed over, or not known to be. `retry_after` is the receiver's wish, at most 24 h."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Trying again would not help. `disable` when the address itself is no longer good for anything."""

    reason: str
    disable: bool = False


Outcome = Delivered | TryLater | GaveUp


class Channel(Protocol):
    """One way of reaching somebody."""

    def send(self, letter: Letter) -> Outcome:
        """Try once, within the channel's own time limit."""
        ...


def readable(said: bytes | str, most: int = 300) -> str:
    """What somebody else's machine said, fit for a row and a page: at most `most` characters, on one line, no controls."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kept = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in text[: 4 * most])
    return " ".join(kept.split())[:most]


def _refuse_control(name: str, text: str) -> None:
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in text):
        raise ValueError(f"{name} {text[:80]!r} holds a line break or control character")
