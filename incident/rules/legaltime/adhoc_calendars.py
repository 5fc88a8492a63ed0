"""Calendars made on the spot from plain values: a country, or none, and days and recurring spans closed or opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from incident.canonical import digest
from incident.rules.legaltime.calendar_layers import Layer, Recurring, nothing, recurring, weekdays
from incident.rules.legaltime.calendar_values import FIRST_YEAR, LAST_YEAR, Calendar, CalendarRefused, Years
from incident.rules.legaltime.closing_files import published_until
from incident.rules.legaltime.package_holidays import Country, package_version
from incident.rules.legaltime.package_holidays import country as known_country

_SATURDAY_SUNDAY = frozenset({5, 6})


def adhoc(
    name: str,
    *,
    country: str | None = None,
    subdivision: str | None = None,
    categories: Sequence[str] = ("public",),
    add: Iterable[date | str] | Mapping[str, str] = (),
    remove: Iterable[date | str] = (),
    weekend: Iterable[int] | None = None,
    every_year: Iterable[Sequence[int]] = (),
) -> Calendar:
    """A calendar called `name`, made of plain values. Its version names them, so that equal values give equal versions.

    `add` are days to close, or a mapping from the day to why; `remove` are days to open, weekends too. Days are dates
    or texts such as 2026-12-24. `weekend` are the closed weekdays, Monday = 0; left out, it is the country's own and
    changes when the country changes it, or Saturday and Sunday without a country; empty, there is none. `every_year`
    are spans `(month, day, month, day)`, both ends included, such as `(12, 29, 1, 3)`.

    Raises:
        CalendarRefused: for an unknown country, subdivision or category, and `bad_calendar` for a weekday, date or span
            that does not exist, a day that stands twice or in both lists; each with the name and the value.
    """
    asked = f"The calendar {name!r}"
    if country is None and subdivision is not None:
        raise _bad(f"{asked}: the subdivision {subdivision!r} needs a country.")
    where = None if country is None else known_country(asked, country, subdivision, tuple(categories))
    off = None if weekend is None else _weekdays(asked, weekend)
    layer = _layer(asked, where, off, add, remove, every_year)
    made_of = digest([country, subdivision, sorted(categories), None if off is None else sorted(off), layer.plain()])[7:15]
    return Calendar(
        id=name,
        title=name,
        version=f"ad hoc {made_of}; {package_version()}" if where else f"ad hoc {made_of}",
        years=Years(name, layer.year),
        covered_from=where.first_year if where else None,
        published_until=published_until() if where else None,
        computed_until=where.last_year if where else None,
        source="given with the question",
        evidence="given",
    )


def _layer(
    asked: str,
    where: Country | None,
    off: frozenset[int] | None,
    add: Iterable[date | str] | Mapping[str, str],
    remove: Iterable[date | str],
    every_year: Iterable[Sequence[int]],
) -> Layer:
    closed, opened = _closings(asked, add), frozenset(_days(asked, "remove", remove))
    if both := opened & set(closed):
        raise _bad(f"{asked}: {min(both)} stands both in add and in remove.")
    return Layer(
        named=where.named if where else nothing,
        weekend=where.weekend if where and off is None else weekdays(_SATURDAY_SUNDAY if off is None else off),
        closed=closed,
        opened=opened,
        yearly=tuple(_span(asked, each) for each in every_year),
    )


def _closings(asked: str, add: Iterable[date | str] | Mapping[str, str]) -> Mapping[date, str]:
    why = add if isinstance(add, Mapping) else {}
    return {day: why.get(day.isoformat(), "closing day") for day in _days(asked, "add", add)}


def _days(asked: str, key: str, given: Iterable[date | str]) -> list[date]:
    found: list[date] = []
    for each in given:
        day = _day(asked, key, each)
        if day in found:
            raise _bad(f"{asked}: {day} stands twice in {key}.")
        found.append(day)
    return found


def _day(asked: str, key: str, given: object) -> date:
    try:
        day = date.fromisoformat(str(given))
    except ValueError as error:
        raise _no_date(asked, key, given) from error
    if str(given) != day.isoformat():
        raise _no_date(asked, key, given)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _bad(f"{asked}: {day} in {key} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _no_date(asked: str, key: str, given: object) -> CalendarRefused:
    return _bad(f"{asked}: {given!r} in {key} is no date; expected one such as 2026-12-24.")


def _weekdays(asked: str, weekend: Iterable[int]) -> frozenset[int]:
    given = list(weekend)
    for each in given:
        if not isinstance(each, int) or isinstance(each, bool) or not 0 <= each <= 6:
            raise _bad(f"{asked}: {each!r} in weekend is no weekday; expected 0 (Monday) to 6 (Sunday).")
    if len(set(given)) == 7:
        raise _bad(f"{asked}: a weekend of seven days leaves no working day.")
    return frozenset(given)


def _span(asked: str, given: Sequence[int]) -> Recurring:
    expected = "expected month, day, month, day such as [12, 29, 1, 3]"
    if len(given) != 4 or not all(isinstance(each, int) and not isinstance(each, bool) for each in given):
        raise _bad(f"{asked}: {given!r} in every_year is no span of days; {expected}.")
    try:
        return recurring((given[0], given[1]), (given[2], given[3]), "closed every year")
    except ValueError as error:
        raise _bad(f"{asked}: {given!r} in every_year names a day that no year has; {expected}.") from error


def _bad(message: str) -> CalendarRefused:
    return CalendarRefused(message, "bad_calendar")
