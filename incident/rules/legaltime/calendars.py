"""Calendars: on which days a place is closed, and why. The `holidays` package computes, shipped files correct it.

Ids: `none` (never closed), `weekend` (Saturdays and Sundays), `EE:public`, `LU:bank`, `DE-BY:public`, and the ids of the
shipped files, such as `US:government` and `EU:institution`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import metadata
from types import MappingProxyType

import holidays

from incident.canonical import digest
from incident.rules.legaltime.shipped import ShippedFault, Spot, names, read
from incident.rules.legaltime.zones import weekday

_DATA = "incident.rules.legaltime.closing_days"
_HORIZON = "horizon.yaml"
_ID = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Za-z0-9 ]{1,12}))?:(?P<category>[a-z_]{2,20})")
_SEARCH = 370


class CalendarRefused(ValueError):
    """A calendar that is not known, or that cannot answer. The message says what was asked for and what there is."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a place is closed. Compare and store by `id` and `version`; `closed` is a pure question.

    `covered_from` and `published_until` are the first and last year that the calendar speaks of with authority;
    outside them days are still computed, and deadlines say so. Both are None where nothing can change.
    """

    id: str
    title: str
    version: str
    why: Callable[[date], str | None]
    covered_from: int | None = None
    published_until: int | None = None

    def closed(self, day: date) -> str | None:
        """Why `day` is not a working day, such as `Good Friday` or `Saturday`; None when it is one."""
        return self.why(day)

    def next_open(self, day: date) -> date:
        """`day` itself when it is a working day, else the first one after it.

        Raises:
            CalendarRefused: when a year passes without one.
        """
        for ahead in range(_SEARCH):
            if self.closed(day + timedelta(days=ahead)) is None:
                return day + timedelta(days=ahead)
        raise CalendarRefused(f"The calendar {self.id!r} has no working day within {_SEARCH} days of {day}.")


@lru_cache(maxsize=1024)
def calendar(id: str) -> Calendar:
    """The calendar with that id, with shipped corrections applied.

    Raises:
        CalendarRefused: for an id that nobody knows, or a category that the country's calendar does not have.
    """
    if id == "none":
        return Calendar("none", "no closing days", "none", _never)
    if id == "weekend":
        return Calendar("weekend", "Saturdays and Sundays", "weekend", _weekend)
    shipped = _shipped().get(id)
    return _computed(id) if shipped is None else _corrected(shipped)


@cache
def overrides_version() -> str:
    """Names the shipped corrections: the date of the latest and a digest of them all."""
    spots = [read(_DATA, name) for name in names(_DATA)]
    latest = max(spot.at("version").day() for spot in spots)
    return f"{latest.isoformat()}/{digest([spot.value for spot in spots])[7:15]}"


def _version() -> str:
    return f"holidays {metadata.version('holidays')}; corrections {overrides_version()}"


def _never(day: date) -> str | None:
    return None


def _weekend(day: date) -> str | None:
    return weekday(day) if day.weekday() >= 5 else None


def _computed(id: str) -> Calendar:
    parts = _ID.fullmatch(id)
    if parts is None:
        raise CalendarRefused(
            f"{id!r} is no calendar; expected none, weekend, one of {', '.join(sorted(_shipped()))}, "
            "or a country and category such as EE:public, LU:bank or DE-BY:public."
        )
    country, part, category = parts["country"], parts["part"], parts["category"]
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise CalendarRefused(f"{id!r}: no holidays are known for the country {country!r} (ISO 3166 code expected).")
    entity = getattr(holidays, country)
    if part is not None and part not in entity.subdivisions:
        has = ", ".join(entity.subdivisions) or "none"
        raise CalendarRefused(f"{id!r}: {country} has no subdivision {part!r}; it has: {has}.")
    if category not in entity.supported_categories:
        has = ", ".join(sorted(entity.supported_categories))
        raise CalendarRefused(f"{id!r}: {country} has no calendar of category {category!r}; it has: {has}.")
    categories = (category,) if category in ("public", "government") else ("public", category)

    def why(day: date) -> str | None:
        named, weekend = _year(country, part, categories, day.year)
        reasons = [name for name in (named.get(day), weekday(day) if day.weekday() in weekend else None) if name]
        return " and ".join(reasons) or None

    title = f"{country}{'-' + part if part else ''} {category} holidays"
    version = _version()
    return Calendar(id, title, version, why, max(entity.start_year, 1), _published_until())


@lru_cache(maxsize=4096)
def _year(country: str, part: str | None, categories: tuple[str, ...], year: int) -> tuple[Mapping[date, str], frozenset[int]]:
    """The named closing days and the weekend of one year; one instance of the package's class costs about 1 ms."""
    entity = getattr(holidays, country)
    language = next((code for code in ("en_US", "en_GB", "en_IN") if code in entity.supported_languages), None)
    found = holidays.country_holidays(country, subdiv=part, years=year, categories=categories, language=language)
    return MappingProxyType({day: str(name) for day, name in found.items()}), frozenset(found.weekend)


@cache
def _published_until() -> int:
    spot = read(_DATA, _HORIZON)
    spot.only("version", "published_until", "cite", "evidence")
    spot.at("cite").text()
    return spot.at("published_until").whole()


@cache
def _shipped() -> Mapping[str, Spot]:
    spots = (read(_DATA, name) for name in names(_DATA) if name != _HORIZON)
    return {spot.at("id").text(): spot for spot in spots}


def _corrected(spot: Spot) -> Calendar:
    """The calendar of one shipped file: its base, with days closed or opened."""
    spot.only(*("id", "title", "version", "base", "published_until", "covered_from", "source", "evidence", "closed", "open"))
    spot.at("source").text()
    id, base_id = spot.at("id").text(), spot.at("base").text()
    base = calendar(base_id) if base_id != id else _computed(id)
    closed = {day: reason for each in spot.many("closed") for day, reason in [_closing(each)]}
    opened = {day for each in spot.many("open") for day, _ in [_closing(each)]}
    if both := opened & set(closed):
        raise ShippedFault(f"{spot.where}{min(both)} is listed both as closed and as open")

    def why(day: date) -> str | None:
        return None if day in opened else closed.get(day) or base.closed(day)

    return replace(
        base,
        id=id,
        title=spot.at("title").text(),
        version=_version(),
        why=why,
        covered_from=spot.at("covered_from").whole() if spot.has("covered_from") else base.covered_from,
        published_until=spot.at("published_until").whole(),
    )


def _closing(spot: Spot) -> tuple[date, str]:
    spot.only("on", "name", "source")
    return spot.at("on").day(), spot.at("name").text()
