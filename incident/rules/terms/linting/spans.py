"""Periods, zones, calendars and the term."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incident.rules.commitment import AFFECTED, Commitment, Role
from incident.rules.legaltime import CalendarRefused, calendar
from incident.rules.terms.linting.casting import slots
from incident.rules.terms.linting.finding import Book, Look, Said, Stage, Whole
from incident.rules.terms.linting.places import clause_of
from incident.rules.terms.linting.staging import planned_on

BOOK = Book()
_OPEN_TERM = 10  # years for which an agreement without an end is looked at
_SEVERAL = (Role.SUPPLIERS, *AFFECTED, Role.ANY_PARTY, Role.COMPETENT)
_MOST = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=2), "bd": timedelta(days=8), "mo": timedelta(days=36)}


@BOOK.rule(
    "extends_nothing",
    "warning",
    """The clause may be extended, but has no period: there is no due instant that an extension could move.""",
)
def _extends_nothing(look: Look) -> Iterator[Said]:
    if look.clause.period is None and look.clause.extendable is not None:
        yield look.say("/extendable", "may be extended, but has no period.", fix=look.removing("/extendable"))


@BOOK.rule(
    "no_ceiling",
    "warning",
    """The duty has no period and no planning target: *without undue delay* and nothing to plan by. It is never late, nobody is
    reminded, and no verdict can be reached. Give `within`, or a planning target.""",
)
def _no_ceiling(look: Look) -> Iterator[Said]:
    planned = any(name == look.clause.id for name, _ in look.agreement.targets)
    # A ladder or an extension without a period is said by rules of their own.
    if look.clause.period is None and not planned and not look.clause.ladder and look.clause.extendable is None:
        yield look.say("", "has no period and no planning target; nothing ever makes it late.")


@BOOK.rule(
    "zone_unsaid",
    "warning",
    """The period ends with a local day, and by default that is the creditor's. Here there may be several creditors in several
    countries: the one clause then has as many due instants as they have zones. Say `counting.zone` to have it meant.""",
)
def _zone_unsaid(look: Look) -> Iterator[Said]:
    by_day = look.clause.period is not None and look.clause.period.unit in ("d", "bd", "mo")
    room = len(look.agreement.parties) > len(slots(look.agreement.commitments))
    if by_day and room and look.clause.owed_to.role in _SEVERAL and "zone" not in clause_of(look).get("counting", {}):
        yield look.say("/within", "does not say in whose zone its last day ends, and there may be several creditors.")


@BOOK.rule(
    "zone_ambiguous",
    "warning",
    """The zone is an abbreviation or a bare offset, not a place: `EST` keeps winter time all year, `CET` is claimed by several
    countries, and the signs of `Etc/GMT+5` are turned round. Name a place, such as `America/New_York`, or UTC.""",
)
def _zone_ambiguous(look: Look) -> Iterator[Said]:
    zone = look.clause.counting.zone_of.removeprefix("fixed:")
    if look.clause.counting.zone_of.startswith("fixed:") and _is_ambiguous(zone):
        stage = Stage((look.clause.id,), remarks=(_offsets(zone),))
        yield look.say("/counting/zone", f"{zone} names no place whose clocks could be asked.", stage)
    for place, each in enumerate(look.clause.on_call):
        zone = each.zone_of.removeprefix("fixed:")
        if each.zone_of.startswith("fixed:") and _is_ambiguous(zone):
            stage = Stage((look.clause.id,), remarks=(_offsets(zone),))
            yield look.say(f"/on_call/{place}/zone", f"{zone} names no place whose clocks could be asked.", stage)


@BOOK.also("zone_ambiguous")
def _term_ambiguous(whole: Whole) -> Iterator[Said]:
    zone = whole.agreement.zone
    if _is_ambiguous(zone):
        stage = Stage((), remarks=(_offsets(zone),))
        yield Said("/zone", f"{zone} names no place; the term begins and ends by nobody's clock.", stage)


@BOOK.rule(
    "unknown_calendar",
    "error",
    """The clause counts by a calendar that is not known here, so none of its clocks can be dated: every case makes an obligation to
    look at the clause instead.""",
)
def _unknown_calendar(look: Look) -> Iterator[Said]:
    name = look.clause.counting.calendar_of.removeprefix("fixed:")
    if look.clause.period is None or not look.clause.counting.calendar_of.startswith("fixed:"):
        return
    try:
        calendar(name)
    except CalendarRefused as refused:
        yield look.say(_calendar_at(look), f"no calendar is called {name}. {refused}")


@BOOK.rule(
    "calendar_horizon",
    "warning",
    """Business days are counted by a calendar that has no data for the whole term (for ten years where the term has no end): after its
    last year only weekends are known, and a deadline over a holiday comes out too early. Arrange for the calendar to be kept up, or
    count elapsed days.""",
)
def _calendar_horizon(look: Look) -> Iterator[Said]:
    if look.clause.period is None or look.clause.period.unit != "bd" or not look.clause.counting.calendar_of.startswith("fixed:"):
        return
    name = look.clause.counting.calendar_of.removeprefix("fixed:")
    until = look.agreement.in_force_until
    last = look.agreement.in_force_from.year + _OPEN_TERM if until is None else (until - timedelta(microseconds=1)).year
    try:
        known = calendar(name).computed_until
    except CalendarRefused:
        return
    if known is not None and known < last:
        at = max(datetime(known + 1, 1, 5, 9, tzinfo=UTC), look.agreement.in_force_from)
        yield look.say(_calendar_at(look), f"the calendar {name} ends with {known}, the term later.", Stage((look.clause.id,), at=at))


@BOOK.rule(
    "term_too_short",
    "warning",
    """Even of a case on the first day of the term, this duty falls due after the term has ended: there is no case in which the
    agreement is still in force when it is performed. Duties that run survive here, but whoever signs should not have to rely on it:
    lengthen the term.""",
)
def _term_too_short(look: Look) -> Iterator[Said]:
    ends = look.agreement.in_force_until
    if ends is None or ends - look.agreement.in_force_from > _longest(look.agreement.commitments):
        return
    stage = Stage((look.clause.id,), at=look.agreement.in_force_from)
    _, planned = planned_on(look.agreement, stage)
    dues = [each.deadline.due_at for each in planned if each.commitment.id == look.clause.id and each.deadline]
    if dues and min(dues) >= ends:
        yield look.say("/within", f"falls due after the term has ended on {ends:%Y-%m-%d}, even of a case on its first day.", stage)


def _is_ambiguous(zone: str) -> bool:
    return zone not in ("UTC", "Etc/UTC") and ("/" not in zone or zone.startswith("Etc/"))


def _offsets(zone: str) -> str:
    winter, summer = (datetime(2026, month, 15, 12, tzinfo=ZoneInfo(zone)).strftime("%z") for month in (1, 7))
    return f"{zone} is UTC{winter} in January and UTC{summer} in July."


def _calendar_at(look: Look) -> str:
    return "/within/calendar" if "calendar" in clause_of(look).get("within", {}) else "/counting/calendar"


def _longest(clauses: tuple[Commitment, ...]) -> timedelta:
    """More than all periods one after another can last."""
    return sum((each.period.n * _MOST.get(each.period.unit, timedelta(days=400)) for each in clauses if each.period), timedelta(days=60))
