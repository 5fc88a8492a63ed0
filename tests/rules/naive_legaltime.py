"""The counting rules a second time, slowly: with a clock, a wall calendar and patience.

Written from the texts of the rules and not from the engine, of which nothing is imported. It walks minute by minute, hour by
hour and day by day, and knows only when a case is due. Starts are whole minutes between 2020 and 2040, when every zone changes
its clocks, and its date, on a multiple of fifteen minutes.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import holidays

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Definition = dict[str, Any]


@cache
def zone(name: str) -> ZoneInfo:
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def holidays_of(country: str, subdiv: str | None, categories: tuple[str, ...], year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdiv, years=year, categories=categories))


class Desk:
    """Somebody in one place with one calendar."""

    def __init__(self, zone_name: str, definition: Definition) -> None:
        self.tz = zone(zone_name)
        self.definition = definition

    def shows(self, at: datetime) -> datetime:
        """What the clock on the wall shows."""
        return at.astimezone(self.tz).replace(tzinfo=None, fold=0)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def is_closed(self, day: date) -> bool:
        given = self.definition
        if not given:
            return False
        if day.weekday() in given.get("weekend", [5, 6]) or day.isoformat() in given.get("add", []):
            return True
        if "year_end_closed" in given:
            m1, d1, m2, d2 = given["year_end_closed"]
            if (day.month, day.day) >= (m1, d1) or (day.month, day.day) <= (m2, d2):
                return True
        if "country" not in given or day.isoformat() in given.get("remove", []):
            return False
        categories = tuple(given.get("categories", ["public"]))
        return day in holidays_of(given["country"], given.get("subdiv"), categories, day.year)

    def end_of(self, day: date) -> datetime:
        """When the day is over for good: the last time that the date on the wall passes beyond it."""
        at = datetime.combine(day + DAY, time(), UTC) - 15 * HOUR
        over = None
        was_over = self.day(at) > day
        for _ in range(28 * 4):
            at += 15 * MINUTE
            is_over = self.day(at) > day
            if is_over and not was_over:
                over = at
            was_over = is_over
        assert over is not None
        return over

    def first_showing(self, wall: datetime, waiting_from: datetime) -> datetime:
        """The first instant from then on at which the clock on the wall shows this time or a later one."""
        at = waiting_from
        while self.shows(at) < wall:
            at += HOUR if self.shows(at) < wall - 30 * HOUR else MINUTE
        return at

    def on(self, day: date, clock: time) -> datetime:
        return self.first_showing(datetime.combine(day, clock), self.end_of(day - DAY))

    def open_from(self, day: date) -> date:
        while self.is_closed(day):
            day += DAY
        return day

    def open_days_after(self, day: date) -> Iterator[date]:
        while True:
            day += DAY
            if not self.is_closed(day):
                yield day

    def nth_open_after(self, day: date, n: int) -> date:
        days = self.open_days_after(day)
        for _ in range(n - 1):
            next(days)
        return next(days)

    def nth_open_before(self, day: date, n: int) -> date:
        while n:
            day -= DAY
            if not self.is_closed(day):
                n -= 1
        return day


def months_later(day: date, n: int) -> date:
    """The same date so many months on, looked up at the end: a short month in between changes nothing."""
    year, month = day.year, day.month
    for _ in range(n):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def days_later(day: date, n: int) -> date:
    for _ in range(n):
        day += DAY
    return day


def hours_later(at: datetime, n: float) -> datetime:
    for _ in range(int(n)):
        at += HOUR
    for _ in range(int(n * 60) % 60):
        at += MINUTE
    return at


def full_hour_after(desk: Desk, at: datetime) -> datetime:
    at += MINUTE
    while desk.shows(at).minute != 0:
        at += MINUTE
    return at


def regulation_1182(desk: Desk, event: date, last: date, n: int, unit: str) -> datetime:
    """Articles 3(4) and 3(5) for a period that is expressed in days or more."""
    last = desk.open_from(last)
    if unit != "d" or n >= 2:
        while sum(not desk.is_closed(event + ahead * DAY) for ahead in range(1, (last - event).days + 1)) < 2:
            last = desk.open_from(last + DAY)
    return desk.end_of(last)


def noon_rule(desk: Desk, day: date, end: datetime) -> datetime:
    return desk.on(desk.open_from(day), time(12)) if desk.is_closed(day) else end


def due(case: dict[str, Any], definitions: dict[str, Definition], start: datetime, classified: datetime | None) -> datetime:
    """When the case is due, from `start` (UTC); `classified` is the second anchor of the initial report under DORA."""
    desk = Desk(case["zone"], definitions[case["cal"]] if "cal" in case else {})
    rule, n, opts = case["rule"], case["n"], case.get("opts", {})
    event = desk.day(start)
    if rule.startswith("dora"):
        return due_dora(desk, rule, n, opts, start, classified)
    if rule.startswith(("cpr", "frcp")):
        return due_court(desk, rule, n, start, event)
    if rule.startswith("eu1182"):
        return due_eu(desk, rule, n, opts, start, event)
    if rule == "elapsed_hours":
        return hours_later(start, n)
    if rule == "wall_hours":
        return desk.first_showing(desk.shows(start) + n * HOUR, start)
    if rule == "business_days":
        day = desk.nth_open_after(event, n)
        return desk.on(day, time.fromisoformat(opts["at"])) if "at" in opts else desk.end_of(day)
    if rule == "days_after_year_end":
        return desk.end_of(days_later(date(event.year, 12, 31), n))
    if rule == "calendar_days":
        last = days_later(event, n - 1 if opts.get("count_first") else n)
    else:
        assert rule == "calendar_months"
        last = months_later(event, n)
    return desk.end_of(desk.open_from(last) if opts.get("roll") else last)


def due_eu(desk: Desk, rule: str, n: int, opts: dict[str, Any], start: datetime, event: date) -> datetime:
    if rule == "eu1182_hours":
        begin = full_hour_after(desk, start)
        end = hours_later(begin, n)
        if not opts.get("two_working_days") or n < 48:
            return end
        first, day, touched = desk.day(begin), desk.day(begin), 0
        while day <= desk.day(end - MINUTE):
            touched += not desk.is_closed(day)
            day += DAY
        return end if touched >= 2 else desk.end_of(desk.nth_open_after(first - DAY, 2))
    if rule == "eu1182_working_days":
        return desk.end_of(desk.nth_open_after(event, n))
    last = {
        "eu1182_days": lambda: days_later(event, n),
        "eu1182_weeks": lambda: days_later(event, 7 * n),
        "eu1182_months": lambda: months_later(event, n),
        "eu1182_years": lambda: months_later(event, 12 * n),
    }[rule]()
    return regulation_1182(desk, event, last, n, "d" if rule == "eu1182_days" else "more")


def due_court(desk: Desk, rule: str, n: int, start: datetime, event: date) -> datetime:
    if rule == "frcp_days":
        return desk.end_of(desk.open_from(days_later(event, n)))
    if rule == "frcp_hours":
        end = hours_later(start, n)
        day = desk.day(end)
        return desk.on(desk.open_from(day), desk.shows(end).time()) if desk.is_closed(day) else end
    short = n <= 5
    if rule == "cpr_forward":
        return desk.end_of(desk.nth_open_after(event, n) if short else days_later(event, n))
    if rule == "cpr_backward":
        return desk.end_of(desk.nth_open_before(event, n + 1) if short else event - (n + 1) * DAY)
    assert rule == "cpr_at_least_after"
    first = desk.nth_open_after(event, n + 1) if short else days_later(event, n + 1)
    return desk.end_of(first - DAY)


def due_dora(desk: Desk, rule: str, n: int, opts: dict[str, Any], start: datetime, classified: datetime | None) -> datetime:
    if rule == "dora_final":
        last = months_later(desk.day(start), n)
        return noon_rule(desk, last, desk.end_of(last))
    if rule == "dora_intermediate":
        end = hours_later(start, n)
    else:
        cap = hours_later(start, 24)
        end = cap if classified is None else hours_later(classified, n)
        if classified is not None and classified <= cap:
            end = min(end, cap)
    return end if opts.get("exempt") else noon_rule(desk, desk.day(end), end)
