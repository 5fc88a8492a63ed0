"""Who can be reached when: the hours in which nobody is named to be on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from incident.rules.commitment import OnCall
from incident.rules.legaltime import zone
from incident.rules.legaltime.zones import at_wall
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.hours import CLOSES, OFFICE_DAYS, OPENS
from incident.rules.terms.linting.finding import Book, Look, Said, Stage, elapsed

BOOK = Book()
_A_MONDAY = date(2026, 1, 5)
_YEARS = range(1975, 9000)
_WEEK = timedelta(days=7)
_Gap = tuple[datetime, datetime]


@BOOK.rule(
    "nobody_at_night",
    "warning",
    """The clause names who is on call, and leaves a night or a weekend open in which its acknowledgement, or without one its ladder, can
    run out: nobody is named, and a duty desk that nobody promised is rung. Office hours, Monday to Friday from 08:00 to 18:00, are taken
    to be staffed. Cover the other hours with a window, or give more time.""",
)
def _nobody_at_night(look: Look) -> Iterator[Said]:
    clause = look.clause
    span = elapsed(clause.acknowledge_within or (clause.period if clause.ladder else None))
    if not clause.on_call or span is None:
        return
    longest = max(_gaps(clause.on_call, look.agreement), key=lambda gap: gap[1] - gap[0], default=None)
    if longest is None or longest[1] - longest[0] < span:
        return
    home = zone(look.agreement.zone)
    since, until = (each.astimezone(home).strftime("%A %H:%M") for each in longest)
    named = f"from {since} to {until} ({home.key})"
    remark = f"{clause.id}: {named} no window of on_call is open, and nobody is named."
    stage = Stage((clause.id,), at=longest[0] + timedelta(minutes=1), remarks=(remark,))
    yield look.say("/on_call", f"nobody is named to be on call {named}, and its time can run out in those hours.", stage)


def _gaps(windows: tuple[OnCall, ...], agreement: Agreement) -> Iterator[_Gap]:
    """The hours of a week of the term, in UTC, that neither a window nor office hours cover.

    Where a role decides whose clocks count, those of the agreement.
    """
    monday = _monday(agreement)
    office = (OnCall("duty_desk", place, OFFICE_DAYS, OPENS, CLOSES) for place in sorted({each.zone_of for each in windows}))
    covered = sorted(each for window in (*windows, *office) for each in _open(window, agreement.zone, monday))
    begins = datetime.combine(monday, time(), UTC)
    end = covered[0][1]
    for since, until in covered:
        if since > end and begins <= end < begins + _WEEK:
            yield end, since
        end = max(end, until)


def _open(window: OnCall, home: str, monday: date) -> Iterator[_Gap]:
    """When it is open in that week, and in the weeks around it."""
    place = zone(window.zone_of.removeprefix("fixed:") if window.zone_of.startswith("fixed:") else home)
    over = 0 if window.until > window.since else 1
    for offset in range(-7, 14):
        if offset % 7 in window.days:
            day = datetime.combine(monday + timedelta(days=offset), time())
            walls = (day + timedelta(minutes=window.since), day + timedelta(days=over, minutes=window.until))
            since, until = (at_wall(each, place) for each in walls)
            yield since, until


def _monday(agreement: Agreement) -> date:
    """The first one after the term has begun."""
    if agreement.in_force_from.year not in _YEARS:
        return _A_MONDAY
    day = agreement.in_force_from.date() + timedelta(days=1)
    return day + timedelta(days=-day.weekday() % 7)
