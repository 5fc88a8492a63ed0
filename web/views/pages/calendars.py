"""A year of a calendar, month by month: which days are closed, why, and how far that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from incident import board
from incident.rules.legaltime.calendar_years import CalendarYear, ClosedDay, year_of
from incident.rules.legaltime.calendars import FIRST_YEAR, LAST_YEAR, CalendarRefused, calendar, known
from incident.work import Work
from web.door import page
from web.page_context import rendered
from web.views.pages.blueprint import pages

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it is drawn: weeks from Monday to Sunday, None where a day belongs to another month, and its named days."""

    name: str
    weeks: tuple[tuple[date | None, ...], ...]
    named: tuple[ClosedDay, ...]


@pages.get("/calendars")
@page
def calendars(work: Work) -> str | tuple[str, int]:
    """The year that was asked for; else this year where the party is at home."""
    asked = _asked(work)
    countries = known()
    shared = {"nav": "calendars", "asked": asked, "countries": countries, "first": FIRST_YEAR, "last": LAST_YEAR}
    shared["chosen"] = next((each for each in countries if each.code == asked["country"]), None)
    try:
        found = year_of(calendar(_id(asked)), _year(asked["year"]))
    except CalendarRefused as refused:
        return rendered(
            work, "calendars.html", refusal=refused.message, found=None, **shared
        ), 404 if refused.code == CalendarRefused.code else 422
    return rendered(work, "calendars.html", refusal=None, found=found, months=months(found), closed=_by_day(found), **shared)


def months(found: CalendarYear) -> list[Month]:
    """The twelve months of the year."""
    return [_month(found, number) for number in range(1, 13)]


def weeks_of(year: int, number: int) -> tuple[tuple[date | None, ...], ...]:
    """The weeks of a month from Monday to Sunday, None for days of the months beside it."""
    first = date(year, number, 1)
    blank: list[date | None] = [None] * first.weekday()
    days = [*blank, *(day for ahead in range(31) if (day := first + timedelta(days=ahead)).month == number)]
    days += [None] * (-len(days) % 7)
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))


def name_of(number: int) -> str:
    """The name of a month."""
    return _MONTHS[number - 1]


def _month(found: CalendarYear, number: int) -> Month:
    named = tuple(each for each in found.named if each.on.month == number)
    return Month(name_of(number), weeks_of(found.year, number), named)


def _asked(work: Work) -> dict[str, str]:
    """What the form asks for. Category and subdivision were chosen for the country `of`: with another one they start anew."""
    given = {name: request.args.get(name, "").strip() for name in ("country", "part", "category", "year", "of")}
    if not given["country"]:
        given["country"] = str(board.me(work)["jurisdiction"])
    if given["of"] and given["of"] != given["country"]:
        given |= {"part": "", "category": ""}
    return given | {"category": given["category"] or "public", "year": given["year"] or str(work.now.year)}


def _id(asked: Mapping[str, str]) -> str:
    part = f"-{asked['part']}" if asked["part"] else ""
    return f"{asked['country']}{part}:{asked['category']}"


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise CalendarRefused(f"{text!r} is no year; expected one from {FIRST_YEAR} to {LAST_YEAR}.", "bad_year")
    return int(text)


def _by_day(found: CalendarYear) -> Mapping[date, ClosedDay]:
    return {each.on: each for each in found.days}
