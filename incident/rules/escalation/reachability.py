"""When nobody of a party can be reached: found before an incident, hour by hour, from who is on call and which ways lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from incident.rules.commitment import OnCall
from incident.rules.escalation import on_call
from incident.rules.escalation.on_call import Contact
from incident.rules.escalation.rota import Rota
from incident.rules.legaltime import TimeRefused, zone
from incident.rules.legaltime.zones import Zone, readings

AHEAD = timedelta(days=14)
"""How far one looks: two weeks show every weekly window twice, and the change of the clocks before it comes."""

PROVEN_FOR = timedelta(days=30)
"""How long a channel counts as verified: a desk changes its people, keys and addresses about so often."""

Way = Literal["works", "unproven", "failed", "inbox", "none"]
"""How a contact is reached at best: over a channel that was verified lately, over one that works as far as is known, over none but
such as failed when last tried, only by looking into the inbox, which rouses nobody, or not at all."""

Why = Literal["no_window", "no_channel", "only_inbox", "failing"]
_WHY: Mapping[Way, Why] = {"failed": "failing", "inbox": "only_inbox", "none": "no_channel"}
_BEST: tuple[Way, ...] = ("works", "unproven", "failed", "inbox", "none")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `since` up to `until` a notice goes to `contact`; `why` says why it reaches nobody, None where it reaches somebody."""

    since: datetime
    until: datetime
    contact: Contact
    why: Why | None


def is_failing(failed_at: datetime | None, verified_at: datetime | None, taken_at: datetime | None) -> bool:
    """Whether a channel failed since it last worked."""
    worked = max((at for at in (verified_at, taken_at) if at is not None), default=None)
    return failed_at is not None and (worked is None or failed_at >= worked)


def way(kind: str, now: datetime, *, failed_at: datetime | None, verified_at: datetime | None, taken_at: datetime | None) -> Way:
    """How one channel in use reaches its contact, by what it has shown of itself; a chat or a pager rings as a letter does."""
    if kind == "inbox":
        return "inbox"
    if is_failing(failed_at, verified_at, taken_at):
        return "failed"
    return "works" if verified_at is not None and now - verified_at <= PROVEN_FOR else "unproven"


def better(one: Way, other: Way) -> Way:
    """The better of two ways."""
    return min(one, other, key=_BEST.index)


def stretches(rota: Rota, ways: Mapping[Contact, Way], since: datetime, until: datetime) -> tuple[Stretch, ...]:
    """The time from `since` up to `until` without a gap, cut where the contact or the answer changes.

    As in addressing, a contact without a channel is passed over for the next one up. Outside every window and turn of a party that
    keeps a rota nobody is named: the duty desk is rung, and nobody promised that it answers, so that this is said even where it has
    channels. A party without a rota is taken to staff its duty desk always.

    Raises:
        ValueError: an instant without its zone.
    """
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("since and until need their zones")
    found: list[Stretch] = []
    for start, end in _cut(rota, since.astimezone(UTC), until.astimezone(UTC)):
        contact, why = judged(rota, ways, start)
        if found and (found[-1].contact, found[-1].why) == (contact, why):
            found[-1] = replace(found[-1], until=end)
        else:
            found.append(Stretch(start, end, contact, why))
    return tuple(found)


def unreachable(rota: Rota, ways: Mapping[Contact, Way], since: datetime, until: datetime) -> tuple[Stretch, ...]:
    """Those of the `stretches` in which nobody is reached."""
    return tuple(each for each in stretches(rota, ways, since, until) if each.why is not None)


def judged(rota: Rota, ways: Mapping[Contact, Way], at: datetime) -> tuple[Contact, Why | None]:
    """Whom a notice goes to at `at`, and why that reaches nobody; None where it reaches somebody."""
    named = rota.named(at)
    first: Contact = named or "duty_desk"
    reached = [each for each in on_call.above(first) if ways.get(each, "none") in ("works", "unproven")]
    if reached and (named is not None or not rota.is_kept):
        return reached[0], None
    if reached:
        return first, "no_window"
    best = min((ways.get(each, "none") for each in on_call.above(first)), key=_BEST.index)
    return first, _WHY[best]


def _cut(rota: Rota, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The span in pieces within which nothing changes."""
    edges = {each for turn in rota.turns for each in (turn.since, turn.until)}
    for window in rota.windows:
        edges.update(_edges(window, since, until))
    inside = sorted(each.astimezone(UTC) for each in edges if since < each < until)
    points = [since, *inside, until]
    yield from ((start, end) for start, end in pairwise(points) if start < end)


def _edges(window: OnCall, since: datetime, until: datetime) -> Iterator[datetime]:
    """The instants at which the clock on the wall comes to the beginning or the end of the window, or is moved."""
    try:
        place = zone(window.zone_of.removeprefix("fixed:"))
    except TimeRefused:
        return  # it holds no instant, so it changes nothing
    yield from _moved(place, since, until)
    day = since.astimezone(place).date() - _DAY
    while day <= until.astimezone(place).date() + _DAY:
        for minute in (window.since, window.until):
            yield from readings(datetime.combine(day, time(minute // 60, minute % 60)), place)
        day += _DAY


def _moved(place: Zone, since: datetime, until: datetime) -> Iterator[datetime]:
    """When the clocks of a place are moved between two instants, to the second."""
    at = since
    while at < until:
        later = min(at + _HOUR, until)
        offset = at.astimezone(place).utcoffset()
        if later.astimezone(place).utcoffset() != offset:
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if middle.astimezone(place).utcoffset() == offset else (low, middle)
            yield high.replace(microsecond=0)
        at = later


def merged(found: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Stretches that meet as one, whatever the contact, while the reason is the same: what a directory says in one line."""
    made: list[Stretch] = []
    for each in found:
        if made and made[-1].until == each.since and made[-1].why == each.why:
            made[-1] = replace(made[-1], until=each.until)
        else:
            made.append(each)
    return tuple(made)
