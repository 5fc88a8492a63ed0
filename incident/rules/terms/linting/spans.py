"""Periods, zones, calendars, planning targets and the term."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incident.rules.commitment import Anchor, Commitment, Parties, Role, Source
from incident.rules.legaltime import CalendarRefused, calendar
from incident.rules.legaltime.values import Basis, Period
from incident.rules.terms.linting.casting import slots
from incident.rules.terms.linting.finding import Book, Edit, Look, Said, Stage, elapsed
from incident.rules.terms.linting.places import clause_of
from incident.rules.terms.linting.staging import planned_on

BOOK = Book()
_OPEN_TERM = 10  # years for which an agreement without an end is looked at
_SEVERAL = (Role.SUPPLIERS, Role.AFFECTED_CERTS, Role.ANY_PARTY, Role.COMPETENT)
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
    if look.place == 0 and _is_ambiguous(look.agreement.zone):
        stage = Stage((), remarks=(_offsets(look.agreement.zone),))
        yield Said("/zone", f"{look.agreement.zone} names no place; the term begins and ends by nobody's clock.", stage)
    zone = look.clause.counting.zone_of.removeprefix("fixed:")
    if look.clause.counting.zone_of.startswith("fixed:") and _is_ambiguous(zone):
        stage = Stage((look.clause.id,), remarks=(_offsets(zone),))
        yield look.say("/counting/zone", f"{zone} names no place whose clocks could be asked.", stage)


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


@BOOK.rule(
    "unknown_duty",
    "error",
    """A planning target names a duty that neither this agreement nor a law that is known here has: it plans nothing.""",
    of_document=True,
)
def _unknown_duty(look: Look) -> Iterator[Said]:
    for place, (name, target) in enumerate(look.agreement.targets):
        if not look.known.duties or name in look.known.duties or look.agreement.commitment(name) is not None:
            continue
        near = difflib.get_close_matches(name, look.known.duties, n=1, cutoff=0.9)
        at = f"/planning_targets/{place}/for"
        message = f"{name} is no duty of this agreement or of a law that is known here; the target plans nothing."
        remark = f"{name}: no obligation of that name is planned; the target of {_span(target.period)} is never asked."
        yield Said(at, message, Stage((), remarks=(remark,)), (Edit("replace", at, near[0]),) if near else ())


@BOOK.rule(
    "days_for_hours",
    "warning",
    """The target is in days, but the duty is counted in hours: a day runs to midnight of some zone, and the target comes out up to a
    day later than the same number of hours, past the legal instant perhaps. Say it in hours.""",
    of_document=True,
)
def _days_for_hours(look: Look) -> Iterator[Said]:
    for place, name, target, limit in _targets(look):
        if target.unit == "d" and elapsed(limit) is not None:
            at = f"/planning_targets/{place}/within"
            message = f"plans {name} in days, which is counted in hours ({_span(limit)})."
            yield Said(at, message, _beside(look, name, limit), (Edit("replace", at, {"hours": 24 * target.n}),))


@BOOK.rule(
    "target_after_limit",
    "warning",
    """The target is not earlier than the period of the duty itself, so it never moves the plan: whoever reads it believes in time that
    the duty does not give.""",
    of_document=True,
)
def _target_after_limit(look: Look) -> Iterator[Said]:
    for place, name, target, limit in _targets(look):
        span, most = elapsed(target), elapsed(limit)
        if span is not None and most is not None and span >= most:
            at = f"/planning_targets/{place}/within"
            yield Said(at, f"plans {name} for {_span(target)}, but it is due within {_span(limit)}.", _beside(look, name, limit))


def _targets(look: Look) -> Iterator[tuple[int, str, Period, Period]]:
    """The targets of duties whose period is known."""
    for place, (name, target) in enumerate(look.agreement.targets):
        own = look.agreement.commitment(name)
        limit = own.period if own else look.known.duties.get(name)
        if limit is not None:
            yield place, name, target.period, limit


def _beside(look: Look, name: str, limit: Period) -> Stage:
    """The duty beside the agreement: the law's period, owed by the first debtor of the agreement and counted from the filing."""
    if look.agreement.commitment(name):
        return Stage((name,))
    source = Source("regime", name.rpartition(".")[0], "", "", name)
    filing, debtor = (Anchor("filing"),), look.agreement.commitments[0].owed_by
    duty = Commitment(
        name, name, source, debtor, Parties(Role.AUTHORITY, competence="any"), anchors=filing, period=limit, basis=Basis.STATUTE
    )
    return Stage((), beside=(duty,))


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


def _span(period: Period) -> str:
    unit = {"min": "minutes", "h": "hours", "d": "days", "bd": "business days", "w": "weeks", "mo": "months", "y": "years"}[period.unit]
    return f"{period.n} {unit}"
