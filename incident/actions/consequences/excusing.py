"""What a clause lets a side of an obligation do about its clock: on which ground, under which provision, for how long."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from incident import answers
from incident.actions.commands import Ground
from incident.errors import Fault, Invalid, NotAllowed
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.rules.commitment import Excuse, Side
from incident.rules.legaltime import deadline
from incident.rules.legaltime.values import Basis, Moment, Period, Place
from incident.rules.planning import Pause, stood
from incident.work import Work

SIDES = {"owed_by": "the party that owes it", "owed_to": "the party that it is owed to", "both": "either side"}
_WHAT = {"pause": ("stop this clock", "not_pausable"), "excuse": ("be excused from it", "not_excusable")}


def ground_of(row: Row, kind: str, given: Ground, sides: Collection[str]) -> Excuse:
    """The excuse of the clause that `given` names, which must be open to one of these sides.

    Raises:
        NotAllowed: the clause, or the law, names no such ground at all; or this one is for the other side.
        Invalid: the clause names other grounds, or this one under another provision.
    """
    known = allowing.excuses(row, kind)
    what, code = _WHAT[kind]
    if not known:
        rests = "a statutory clock" if row.source_kind == "regime" else "the agreement"
        raise NotAllowed(f"Nobody may {what}: {row.cite} names no ground for it ({rests}).", code=code)
    named = [each for each in known if each.ground == given.ground]
    if not named:
        listed = "; ".join(f"{each.ground} ({each.cite})" for each in known)
        raise Invalid([Fault("/ground", "wrong_ground", f"{row.cite} knows these grounds: {listed}; not {given.ground!r}")])
    fitting = [each for each in named if given.clause == each.cite]
    if not fitting:
        cites = " or ".join(repr(each.cite) for each in named)
        raise Invalid([Fault("/clause", "wrong_clause", f"the ground {given.ground!r} rests on {cites}, not {given.clause!r}")])
    may_take(fitting[0].by, sides, f"{what} on the ground of {given.ground}, under {fitting[0].cite}")
    return fitting[0]


def may_take(by: Side, sides: Collection[str], what: str) -> None:
    """Refuse the side that the clause does not name.

    Raises:
        NotAllowed: it is for the other side.
    """
    if by != "both" and by not in sides:
        raise NotAllowed(f"Only {SIDES[by]} may {what}.")


def by_whom(work: Work, row: Row, excuse: Excuse | None, sides: Collection[str]) -> dict[str, Any]:
    """In whose name: the side that the clause asks for, else the debtor's; and whether somebody else logged it for the debtor."""
    if excuse is not None and excuse.by != "both":
        side: str = excuse.by
    else:
        side = "owed_to" if work.actor.party == row.creditor and excuse is not None else "owed_by" if "owed_by" in sides else "owed_to"
    logged = side == "owed_by" and work.actor.party != row.debtor
    return {"by": side, **({"logged_for_debtor": True} if logged else {})}


def spoken(ground: str) -> str:
    """`force_majeure` as `force majeure`."""
    return ground.replace("_", " ")


def at_most(row: Row, most: Period, since: datetime, cite: str) -> datetime:
    """`most` from `since`, counted where the clock of the obligation is counted."""
    place = row.inputs["place"]
    return deadline(most, Moment.exactly(since), Place(place["zone"], place["calendar"]), basis=Basis.CONTRACT, cite=cite).due_at


def pause_ends_at(row: Row, excuse: Excuse, pauses: Iterable[Pause], now: datetime) -> datetime | None:
    """By when a pause that begins now runs out: what the clause allows, less the time already taken under it. None: no limit.

    Raises:
        NotAllowed: all of it has been taken.
    """
    if excuse.most is None:
        return None
    taken: timedelta = stood((each for each in pauses if (each.ground, each.cite) == (excuse.ground, excuse.cite)), now)
    ends_at = at_most(row, excuse.most, now, excuse.cite) - taken
    if ends_at <= now:
        raise NotAllowed(f"The clock has stood still for as long as {excuse.cite} allows.", code="pause_used_up")
    return ends_at


def line(code: str, text: str, cite: str | None, at: datetime) -> dict[str, Any]:
    """A line of a derivation, as it is kept."""
    return {"code": code, "text": text, "cite": cite, "at": answers.at(at)}
