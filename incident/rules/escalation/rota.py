"""A party's rota: who of it is on call when, by weekly windows and by dated turns; and what a turn is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.commitment import OnCall
from incident.rules.escalation import on_call
from incident.rules.escalation.on_call import LADDER, Contact

OLD_FEED = timedelta(days=2)
"""After so long without a good reading of a calendar one says so: who is on call may have changed unseen."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A contact is on call from `since` up to and without `until`. `said` is what the calendar calls it."""

    contact: Contact
    since: datetime
    until: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Rota:
    """Windows each with a zone of their own, and turns from a calendar.

    A turn outranks every window: it is about that very day. Where several hold an instant, the lowest on the ladder is on call.
    """

    windows: tuple[OnCall, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the party says anything at all of who is on call; one that does not is taken to staff its duty desk always."""
        return bool(self.windows or self.turns)

    def named(self, at: datetime) -> Contact | None:
        """Who is on call at `at`; None where neither a turn nor a window holds it."""
        return turned(self.turns, at) or on_call.named(self.windows, {}, at)


def turned(turns: Iterable[Turn], at: datetime) -> Contact | None:
    """Whose turn it is at `at`, by the dated turns alone."""
    found = {each.contact for each in turns if each.since <= at < each.until}
    return next((each for each in LADDER if each in found), None)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def said(window: OnCall) -> dict[str, object]:
    """A window as an agreement document writes it."""
    since, until = (f"{each // 60:02}:{each % 60:02}" for each in (window.since, window.until))
    days = [DAYS[day] for day in sorted(window.days)]
    return {"contact": window.contact, "zone": window.zone_of.removeprefix("fixed:"), "days": days, "from": since, "until": until}
