"""Where mail of ours comes back to: an address that names the notification and the attempt, and that nobody else can make.

What comes back is believed for the token in it alone, so a stranger can neither fail nor confirm a delivery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from incident.errors import Refused
from incident.reach.mailboxes import check_mailbox

LONGEST_LOCAL = 64
"""Characters before the @ (RFC 5321, section 4.5.3.1.1)."""
LONGEST_ATTEMPT = 999
_TOKEN = re.compile(r"(?<![0-9a-z])([0-9a-f]{32})-([0-9]{1,3})-([a-z2-7]{13})(?![0-9a-z])")


class ReturnAddressRefused(Refused):
    """The address for what comes back cannot be used; the message says what is expected."""

    code = "return_address_refused"


@dataclass(frozen=True, slots=True)
class Mailed:
    """What a token names: a notification and its attempt; attempt 0 is the notification as such, whichever attempt it was."""

    notification: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Returns:
    """The tokens of one node: made with its secret, at `address` when mail has an address to come back to.

    Raises:
        ReturnAddressRefused: when the address leaves no room for a token.
        MailboxRefused: when it is no mailbox.
    """

    secret_key: str = field(repr=False)
    address: str | None = None

    def __post_init__(self) -> None:
        if self.address is None:
            return
        check_mailbox(self.address)
        local = self.address.rpartition("@")[0]
        most = LONGEST_LOCAL - len("+") - len(token(self.secret_key, UUID(int=0), LONGEST_ATTEMPT))
        if len(local) > most or "+" in local:
            expected = f"a mailbox with at most {most} characters and no + before the @, such as bounces@example.ee"
            raise ReturnAddressRefused(f"{self.address!r} cannot carry a token: expected {expected}.")

    @classmethod
    def none(cls) -> Self:
        """For trials of the mail channel alone: tokens that no node knows, and nowhere to come back to."""
        return cls("none")

    def at(self, address: str) -> Self:
        """The same with that address.

        Raises:
            ReturnAddressRefused, MailboxRefused: as when it is made.
        """
        return replace(self, address=address)

    def token(self, notification: UUID, attempt: int = 0) -> str:
        """The token of one attempt, or of the notification as such; letters, digits and hyphens, in lower case."""
        return token(self.secret_key, notification, min(attempt, LONGEST_ATTEMPT))

    def path(self, notification: UUID, attempt: int) -> str | None:
        """The return path of one attempt, `bounces+TOKEN@DOMAIN`; None when nothing is to come back."""
        if self.address is None:
            return None
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{self.token(notification, attempt)}@{domain}"

    def found(self, *texts: str) -> Mailed | None:
        """The first token in these texts that this node made; one of an attempt before one of the notification as such."""
        made = [mailed for text in texts for mailed in self._made_here(text)]
        return next((each for each in made if each.attempt), made[0] if made else None)

    def _made_here(self, text: str) -> list[Mailed]:
        found = []
        for id_, attempt, mac in _TOKEN.findall(text.lower()):
            mailed = Mailed(UUID(id_), int(attempt))
            if hmac.compare_digest(mac, _mac(self.secret_key, mailed.notification, mailed.attempt)):
                found.append(mailed)
        return found


def token(secret_key: str, notification: UUID, attempt: int) -> str:
    """`NOTIFICATION-ATTEMPT-MAC`, at most 50 characters."""
    return f"{notification.hex}-{attempt}-{_mac(secret_key, notification, attempt)}"


def _mac(secret_key: str, notification: UUID, attempt: int) -> str:
    """64 bits: a guess costs a mail each, and a lower-case alphabet survives servers that fold addresses."""
    said = b"demarche return v1 " + notification.bytes + attempt.to_bytes(2, "big")
    mac = hmac.new(secret_key.encode(), said, hashlib.sha256).digest()[:8]
    return base64.b32encode(mac).decode().lower().rstrip("=")
