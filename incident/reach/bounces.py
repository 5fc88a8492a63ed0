"""What a mail server reports of a mail of ours: RFC 3464 inside RFC 6522, and nothing else.

An answering machine, a receipt that somebody read it, a reply, spam: none of them is a report, and none changes anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal, get_args

Action = Literal["delivered", "relayed", "delayed", "failed"]

LARGEST = 1024 * 1024
"""Bytes of a report that are read; a server returns headers, or the mail itself, which is small."""
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_NO_SUCH_MAILBOX = re.compile(r"5\.1\.(?:1|2|3|6|10)\Z")
_MOST_SAID = 300


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail. `status` is the enhanced code (RFC 3463) or empty, `said` the other server's words, on one line.

    `names` are the texts in which a token of ours may stand, the most exact first: the address that the report came to, the
    envelope's id, the Message-ID of what is returned.
    """

    action: Action
    status: str
    said: str
    names: tuple[str, ...]

    @property
    def no_such_mailbox(self) -> bool:
        """Whether the address itself is no longer good for anything."""
        return self.action == "failed" and no_such_mailbox(self.status)


def no_such_mailbox(status: str) -> bool:
    """Whether an enhanced status code says that nobody is at the recipient's address (RFC 3463, section 3.2).

    5.1.7 and 5.1.8 are about the sender's, and nothing is wrong with the recipient.
    """
    return _NO_SUCH_MAILBOX.match(status) is not None


def read(raw: bytes, *, came_to: str = "") -> Report | None:
    """The report in a mail, or None when it is none. `came_to` is the envelope's recipient, where the mail server says it."""
    try:
        message = message_from_bytes(raw[:LARGEST], policy=compat32)
        status = _status_part(message)
        if status is None:
            return None
        groups = [each for each in _groups(status) if _action(each) is not None]
        if not groups:
            return None
        told = min(groups, key=lambda each: get_args(Action).index(_action(each)))
        return Report(_action(told) or "failed", _status(told), _said(told), _names(message, status, came_to))
    except (MessageError, LookupError, ValueError, RecursionError):
        return None


def _status_part(message: Message) -> Message | None:
    if message.get_content_type() != "multipart/report":
        return None
    if str(message.get_param("report-type", "")).lower() not in ("delivery-status", ""):
        return None
    return next((part for part in message.walk() if part.get_content_type() == "message/delivery-status"), None)


def _groups(status: Message) -> list[Message]:
    """The groups of fields about each recipient; the first group is about the message."""
    parts = status.get_payload()
    return [each for each in parts if isinstance(each, Message)][1:] if isinstance(parts, list) else []


def _action(group: Message) -> Action | None:
    """Sent on by an alias is `expanded`: from there on nobody reports, as with `relayed`."""
    word = _text(group, "Action").split(" ")[0].lower()
    found: dict[str, Action] = {**{each: each for each in get_args(Action)}, "expanded": "relayed"}
    return found.get(word)


def _status(group: Message) -> str:
    found = _STATUS.search(_text(group, "Status"))
    return found[0] if found else ""


def _said(group: Message) -> str:
    """The diagnostic without its type, for people to read: no control characters, and not long."""
    kind, _, text = _text(group, "Diagnostic-Code").partition(";")
    words = (text or kind).strip()
    return "".join(each if each.isprintable() else " " for each in words)[:_MOST_SAID]


def _names(message: Message, status: Message, came_to: str) -> tuple[str, ...]:
    addressed = getaddresses([str(each) for name in _TO for each in message.get_all(name, [])])
    about = status.get_payload()
    envelope = [_text(about[0], "Original-Envelope-Id")] if isinstance(about, list) and isinstance(about[0], Message) else []
    return tuple(each for each in (came_to, *(address for _, address in addressed), *envelope, *_returned(message)) if each)


def _returned(message: Message) -> list[str]:
    """The Message-ID of the mail that the report is about, whole or by its headers alone."""
    found = []
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            found += [_text(each, "Message-ID") for each in part.get_payload() if isinstance(each, Message)]
        elif part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            text = part.get_payload(decode=True)
            found.append(_text(message_from_bytes(text, policy=compat32), "Message-ID") if isinstance(text, bytes) else "")
    return found


def _text(of: Message, name: str) -> str:
    return " ".join(str(of.get(name, "")).split())
