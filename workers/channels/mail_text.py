"""The words of a mail. They say that something waits and by when, and nothing of what it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from workers.channels import Cover, Letter

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_THIS_WEEK = timedelta(days=6)  # within it, the name of a day can only mean one day

_ABOUT = (
    "This message deliberately says nothing about the incident. Opening the link changes nothing; acknowledging takes one "
    "click there and confirms receipt only, neither awareness nor admission."
)


def compose(letter: Letter, sender: str, token: str) -> EmailMessage:
    """The mail for a letter, the same for every attempt but for its Date. `token` names the notification (`incident.reach.returns`).

    Raises:
        ValueError: when an address is not one mailbox.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Démarche", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.address)
    message["Subject"] = subject(letter)
    message["Date"] = format_datetime(letter.sent_at.astimezone(UTC))
    message["Message-ID"] = message_id(token, sender)
    message["Auto-Submitted"] = "auto-generated"
    if letter.cover.exercise:
        message["X-Demarche-Exercise"] = "yes"
    message.set_content(text(letter.cover), cte="quoted-printable")
    message.add_alternative(_html(letter.cover, _lines(letter.cover)), subtype="html", cte="quoted-printable")
    message.set_boundary(f"demarche-{letter.notification_id.hex}")
    return message


def message_id(token: str, sender: str) -> str:
    """`<token@domain>`: the same for every attempt, so that a mailbox can drop the second copy."""
    return f"<{token}@{sender.rpartition('@')[2]}>"


def subject(letter: Letter) -> str:
    """Reference, severity and by when to acknowledge, or by when the duty is due; EXERCISE before everything else."""
    cover = letter.cover
    parts = [letter.subject, cover.incident_ref, f"severity {cover.severity}"]
    if cover.acknowledge_by is not None:
        parts.append(f"acknowledge by {both(cover.acknowledge_by, cover.zone, letter.sent_at)}")
    elif cover.due_at is not None:
        parts.append(f"due by {both(cover.due_at, cover.zone, letter.sent_at)}")
    line = f"[Démarche] {' · '.join(part for part in parts if part)}"
    return f"EXERCISE {line}" if cover.exercise else line


def both(at: datetime, zone: str, seen_at: datetime | None = None) -> str:
    """`Sat 04:40 KST (Fri 19:40 UTC)`, with dates unless `seen_at` is so near that the days suffice; UTC once, where it is local."""
    near = seen_at is not None and timedelta() <= at - seen_at < _THIS_WEEK
    local, universal = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    there = _spoken(universal, near)
    return there if local.tzname() == "UTC" else f"{_spoken(local, near)} ({there})"


def _spoken(at: datetime, near: bool) -> str:
    date = "" if near else f" {at.day} {_MONTHS[at.month - 1]} {at.year}"
    name = at.tzname() or ""
    zone = name if name.isalpha() else f"UTC{at.strftime('%z')[:3]}:{at.strftime('%z')[3:5]}"
    return f"{_DAYS[at.weekday()]}{date} {at:%H:%M} {zone}"


def _lines(cover: Cover) -> list[tuple[str, str]]:
    lines = [("Reference", cover.incident_ref), ("Severity", cover.severity)]
    if cover.acknowledge_by is not None:
        lines.append(("Acknowledge by", both(cover.acknowledge_by, cover.zone)))
    if cover.due_at is not None:
        lines.append(("Due by", both(cover.due_at, cover.zone)))
    if cover.note:
        lines.append(("Late", cover.note))
    return lines


def _opening(cover: Cover) -> str:
    if cover.test:
        return "This is a test of this channel. There is no incident."
    return "EXERCISE. This is not a real incident." if cover.exercise else "An incident notice is waiting for you."


def _asked(cover: Cover) -> str:
    return "Say there that it arrived" if cover.test else "Read and acknowledge it here"


def text(cover: Cover) -> str:
    """The same in plain words, for mail and for whatever else carries the cover alone."""
    facts = "\n".join(f"{name}: {value}" for name, value in _lines(cover))
    about = "" if cover.test else f"\n{_ABOUT}\n"
    return f"{_opening(cover)}\n\n{facts}\n\n{_asked(cover)}:\n{cover.link}\n{about}"


def _html(cover: Cover, lines: list[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><th align="left">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in lines)
    link, about = escape(cover.link), "" if cover.test else f"<p>{escape(_ABOUT)}</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Démarche</title></head><body>'
        f"<p><strong>{escape(_opening(cover))}</strong></p><table>{rows}</table>"
        f'<p><a href="{link}">{_asked(cover)}</a><br>{link}</p>{about}</body></html>'
    )
