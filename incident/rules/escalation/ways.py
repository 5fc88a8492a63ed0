"""What comes next when a try has failed: the same way later, another channel of the contact, the next contact up, a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.escalation.on_call import LADDER, Contact, above
from incident.rules.escalation.states import ARRIVED, WAITING

LEAST_TURN = timedelta(minutes=10)
"""What a way gets for its tries when the duty has ended already: enough for a receiver that starts anew."""


@dataclass(frozen=True, slots=True)
class Way:
    """One contact over one kind of channel."""

    contact: Contact
    kind: str


@dataclass(frozen=True, slots=True)
class Again:
    """The same way, at `at`. `alone`: its turn has ended, nothing else has arrived or is under way, and there is no other way."""

    at: datetime
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Others:
    """This way has given up, and these are taken in its place."""

    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Enough:
    """This way has given up, and another has arrived or is still under way."""


@dataclass(frozen=True, slots=True)
class Person:
    """No way is left: somebody has to see to it."""


Next = Again | Others | Enough | Person


def turn_ends(created_at: datetime, due_at: datetime | None) -> datetime | None:
    """Until when a way is tried by itself while there are others: for half of the time that was left when it was taken.

    So the next has half of the rest, and so on, and each is tried before the duty ends. Without a due instant nothing presses.
    """
    if due_at is None:
        return None
    return created_at + (due_at - created_at) / 2 if due_at > created_at else created_at + LEAST_TURN


def untaken(first: Contact, taken: Collection[Way], usable: Collection[Way]) -> tuple[Way, ...]:
    """Other channels of that contact, or where it has none those of the next contact up that has some; in one order always.

    No inbox: it rouses nobody.
    """
    for contact in above(first):
        found = {way for way in usable if way.contact == contact and way.kind != "inbox" and way not in taken}
        if found:
            return tuple(sorted(found, key=lambda way: way.kind))
    return ()


def after_failure(
    this: Way, again_at: datetime | None, ends_at: datetime | None, taken: Mapping[Way, str], usable: Collection[Way]
) -> Next:
    """What follows a try over `this` way that failed.

    `again_at` is when the schedule would try it again, None when it would not; `ends_at` when its turn ends (`turn_ends`);
    `taken` are all ways that the notice was sent over, with their states; `usable` those that could be, of every contact.
    The inbox reaches nobody by itself: it counts once somebody has opened what lies there.
    """
    rest = {way: state for way, state in taken.items() if way != this}
    reached = any(state in ARRIVED and (way.kind != "inbox" or state in ("opened", "acknowledged")) for way, state in rest.items())
    others = () if reached else untaken(this.contact, {this, *taken}, usable)
    covered = reached or any(state in WAITING and way.kind != "inbox" for way, state in rest.items())
    late = again_at is not None and ends_at is not None and again_at > ends_at
    if again_at is not None and not (late and others):
        return Again(again_at, alone=late and not covered)
    if covered:
        return Enough()
    return Others(others) if others else Person()


def left(taken: Iterable[tuple[str, str]], kinds: Iterable[str]) -> list[Way]:
    """The ways by those kinds of channel that a notice was not sent over yet; `taken` are contacts and kinds.

    Whether a contact has such a channel is its party's own matter and not asked here.
    """
    gone, kinds = {Way(contact_of(contact), kind) for contact, kind in taken}, list(kinds)
    return [way for contact in LADDER for kind in kinds if kind != "inbox" and (way := Way(contact, kind)) not in gone]


def contact_of(name: str) -> Contact:
    """The contact of that name; whoever is not on the ladder stands at its foot."""
    return next((each for each in LADDER if each == name), LADDER[0])
