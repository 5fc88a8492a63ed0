"""Mail addresses, in the one plain form that every mail server reads alike."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from incident.errors import Refused

_LOCAL = re.compile(r"(?![.-])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)\Z")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")


class MailboxRefused(Refused):
    """Not an address that mail is sent to; the message says what is expected."""

    code = "mailbox_refused"


def check_mailbox(address: str) -> None:
    """Accept one bare address such as `duty@cert.example.ee`: no display name, list, quotes, comments or line breaks.

    Raises:
        MailboxRefused: naming what is expected.
    """
    local, at, domain = address.rpartition("@")
    if not (at and _LOCAL.match(local) and ".." not in local and _DOMAIN.match(domain)):
        raise MailboxRefused(f"{address[:80]!r} is not a mail address; expected one such as duty@cert.example.ee, in ASCII.")


def in_clear(server: str) -> bool:
    """Whether mail to the server at that URL would leave this machine without TLS, which `smtps://` and `?starttls=1` ask for."""
    parts = urlsplit(server)
    asked = parse_qs(parts.query).get("starttls", ["0"])[-1].lower() in ("1", "true", "yes")
    return parts.scheme != "smtps" and not asked and parts.hostname not in ("localhost", "127.0.0.1", "::1")
