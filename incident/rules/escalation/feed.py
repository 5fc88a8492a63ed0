"""Turns from an iCalendar text (RFC 5545): which event means which contact is said by a mapping, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from incident.errors import Refused
from incident.rules.escalation.on_call import Contact
from incident.rules.escalation.rota import Turn
from incident.rules.legaltime.zones import Zone, at_wall

LONGEST = 512 * 1024
"""Characters of a calendar; reading so many takes some seconds."""

MOST_TURNS, MOST_STEPS = 4_000, 200_000
AHEAD, BEHIND = timedelta(days=62), timedelta(days=1)
"""Turns are worked out for so long; the calendar is read again long before they end."""

BY = ("summary", "attendee", "category", "every")
_LENGTHS = {"HOURLY": 1 / 24, "DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}
_SHOWN = 120


class FeedRefused(Refused):
    """A calendar that cannot be used; the message says what is wrong and what was expected."""

    code = "bad_calendar"


@dataclass(frozen=True, slots=True)
class Means:
    """Events that mean a contact: whose title has `text` in it, one of whose attendees (address or name) or categories is `text`,
    or `every` event. Capitals make no difference."""

    contact: Contact
    by: Literal["summary", "attendee", "category", "every"]
    text: str = ""

    def holds(self, event: Any) -> bool:
        """Whether the event means that contact."""
        wanted = self.text.casefold().strip()
        if self.by == "summary":
            return wanted in _title(event).casefold()
        found = _attendees(event) if self.by == "attendee" else _categories(event)
        return self.by == "every" or wanted in {each.casefold().strip() for each in found}


@dataclass(frozen=True, slots=True)
class Read:
    """What a calendar came to: its turns up to `horizon_at`, and the titles of events that mean nobody, each once."""

    turns: tuple[Turn, ...]
    unmatched: tuple[str, ...]
    horizon_at: datetime


def read(text: str, mapping: Sequence[Means], home: Zone, now: datetime) -> Read:
    """The turns of a calendar around `now`; repeated, excepted and moved events as RFC 5545 says.

    Whole days, and times that name no zone, are of the zone `home`. An event that several lines of the mapping fit means the
    contact of the first; one that was cancelled means nobody.

    Raises:
        FeedRefused: it is no calendar, an event of it cannot be read, or it is too much.
    """
    calendar = _calendar(text)
    events = _events(calendar)
    steps = sum(_steps(each, now + AHEAD) for each in events)
    if steps > MOST_STEPS:
        raise FeedRefused(f"its events repeat some {steps:.0f} times until {now + AHEAD:%d %b %Y}; expected at most {MOST_STEPS} times.")
    turns: list[Turn] = []
    unmatched: dict[str, None] = {}
    for event in _repeated(calendar, now):
        means = next((each for each in mapping if each.holds(event)), None)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        if means is None:
            unmatched[_title(event) or "(no title)"] = None
            continue
        since, until = (_instant(each, home) for each in (event.start, event.end))
        if since < until:
            turns.append(Turn(means.contact, since, until, _title(event)))
        if len(turns) > MOST_TURNS:
            raise FeedRefused(f"it has more than {MOST_TURNS} turns until {now + AHEAD:%d %b %Y}; expected fewer and longer ones.")
    return Read(tuple(dict.fromkeys(turns)), tuple(unmatched)[:50], now + AHEAD)


def _repeated(calendar: Any, now: datetime) -> list[Any]:
    import recurring_ical_events  # not at the top: a quarter of a second at every start, for what is rarely read

    try:
        return list(recurring_ical_events.of(calendar, components=["VEVENT"]).between(now - BEHIND, now + AHEAD))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FeedRefused(f"its repetitions cannot be worked out: {_short(error)}") from error


def _calendar(text: str) -> Any:
    import icalendar  # as above

    if len(text) > LONGEST:
        raise FeedRefused(f"it has {len(text)} characters; expected at most {LONGEST}.")
    if not text.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCALENDAR"):
        raise FeedRefused("it does not begin with BEGIN:VCALENDAR; expected an iCalendar text (.ics).")
    try:
        return icalendar.Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise FeedRefused(f"it cannot be read as iCalendar: {_short(error)}") from error


def _events(calendar: Any) -> list[Any]:
    events = list(calendar.walk("VEVENT"))
    if not events:
        raise FeedRefused("it has no events; expected at least one VEVENT.")
    for event in events:
        _check(event)
    return events


def _check(event: Any) -> None:
    """The library reads on where it can; of who is on call nothing is guessed."""
    said = f"the event {_title(event)!r}" if _title(event) else "an event without a title"
    if event.errors:
        name, trouble = event.errors[0]
        raise FeedRefused(f"{said} has a {name} that cannot be read: {_short(trouble)}")
    if "DTSTART" not in event:
        raise FeedRefused(f"{said} has no DTSTART; expected when it begins.")
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        value = event.get(name)
        zone_id = value.params.get("TZID") if value is not None else None
        if zone_id and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            raise FeedRefused(f"{said} is in the zone {str(zone_id)[:60]!r}, which neither a VTIMEZONE nor IANA describes.")


def _steps(event: Any, until: datetime) -> float:
    """How many repetitions would be gone through at most; what repeats by the minute is no turn of anybody."""
    rules = event.get("RRULE", [])
    steps = 1.0
    for rule in rules if isinstance(rules, list) else [rules]:
        often = str((rule.get("FREQ") or [""])[0]).upper()
        if often not in _LENGTHS or rule.get("BYSECOND") or len(rule.get("BYMINUTE") or []) > 1:
            raise FeedRefused(f"the event {_title(event)!r} repeats {often.lower()}; expected at most once an hour.")
        start = event["DTSTART"].dt
        days = max((until.date() - (start.date() if isinstance(start, datetime) else start)).days, 0)
        length = _LENGTHS[often] * max(int((rule.get("INTERVAL") or [1])[0]), 1)
        several = max(len(rule.get("BYHOUR") or []), 1) * max(len(rule.get("BYDAY") or []), 1) * max(len(rule.get("BYMONTHDAY") or []), 1)
        steps += min(days / length * several, float((rule.get("COUNT") or [days / length * several])[0]))
    return steps


def _instant(value: date | datetime, home: Zone) -> datetime:
    if not isinstance(value, datetime):
        return at_wall(datetime.combine(value, time()), home)
    return at_wall(value, home) if value.tzinfo is None else value.astimezone(UTC)


def _title(event: Any) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:_SHOWN]


def _attendees(event: Any) -> list[str]:
    found = event.get("ATTENDEE", [])
    every = found if isinstance(found, list) else [found]
    addresses = [str(each).removeprefix("mailto:").removeprefix("MAILTO:") for each in every]
    return [*addresses, *(str(each.params["CN"]) for each in every if "CN" in getattr(each, "params", {}))]


def _categories(event: Any) -> list[str]:
    return [str(each) for each in event.categories]


def _short(error: object) -> str:
    return " ".join(str(error).split())[:200]
