"""Who is on call: the contact whose weekly window holds an instant, by the clocks of the window's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, get_args

from incident.rules.commitment import OnCall
from incident.rules.legaltime import TimeRefused, zone

Contact = Literal["duty_desk", "deputy", "manager"]
LADDER: tuple[Contact, ...] = get_args(Contact)
"""From whom one goes to first upwards."""

Kept = list[object]
"""One window as plain values, to be kept with an obligation: contact, zone, days, and the minutes from which and until which."""


def contact(windows: Iterable[OnCall], place: Mapping[str, str], at: datetime) -> Contact:
    """The contact on call at `at`; where several are, the lowest on the ladder, and outside every window the duty desk.

    `place` gives the zone of `owed_by`, `owed_to` and `operator`; windows with a zone of their own need none. A window is read
    on the clock of the wall: an hour that a change of the clocks skips is in none, one that comes twice is in it both times.
    A window whose zone nobody knows holds no instant. Any order of the windows gives the same.
    """
    return named(windows, place, at) or "duty_desk"


def named(windows: Iterable[OnCall], place: Mapping[str, str], at: datetime) -> Contact | None:
    """The same, and None outside every window."""
    on_call = {each.contact for each in windows if _holds(each, place, at)}
    return next((each for each in LADDER if each in on_call), None)


def above(first: Contact) -> tuple[Contact, ...]:
    """That contact and whoever is to be told in its place, in order, where it cannot be reached."""
    return LADDER[LADDER.index(first) :]


def placed(windows: Iterable[OnCall], place: Mapping[str, str]) -> tuple[OnCall, ...]:
    """The same windows, each with a zone of its own."""
    return tuple(replace(each, zone_of=f"fixed:{_zone_name(each, place)}") for each in windows)


def kept(windows: Iterable[OnCall]) -> list[Kept]:
    """Placed windows as plain values."""
    return [[each.contact, each.zone_of.removeprefix("fixed:"), sorted(each.days), each.since, each.until] for each in windows]


def read(found: Iterable[Kept]) -> tuple[OnCall, ...]:
    """What `kept` made of them."""
    return tuple(_read(*each) for each in found)


def _read(whom: object, name: object, days: object, since: object, until: object) -> OnCall:
    if whom not in LADDER or not isinstance(days, list) or not isinstance(since, int) or not isinstance(until, int):
        raise ValueError(f"{whom!r} {days!r} {since!r} {until!r} is no window of a contact on call")
    return OnCall(whom, f"fixed:{name}", frozenset(days), since, until)


def _holds(window: OnCall, place: Mapping[str, str], at: datetime) -> bool:
    try:
        local = at.astimezone(zone(_zone_name(window, place)))
    except TimeRefused:
        return False
    minute, today, before = local.hour * 60 + local.minute, local.weekday(), (local.weekday() - 1) % 7
    if window.since < window.until:
        return today in window.days and window.since <= minute < window.until
    return (today in window.days and minute >= window.since) or (before in window.days and minute < window.until)


def _zone_name(window: OnCall, place: Mapping[str, str]) -> str:
    fixed = window.zone_of.startswith("fixed:")
    return window.zone_of.removeprefix("fixed:") if fixed else place.get(window.zone_of, "")
