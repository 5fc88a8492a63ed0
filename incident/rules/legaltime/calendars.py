"""Calendars: on which days a place is closed, and why. The `holidays` package computes, shipped files correct it.

Ids: `none` (never closed), `weekend` (Saturdays and Sundays), `EE:public`, `LU:bank`, `DE-BY:public`, and the ids of the
shipped files, such as `US:government` and `EU:institution`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from incident.canonical import digest
from incident.rules.legaltime.adhoc_calendars import adhoc
from incident.rules.legaltime.calendar_layers import Layer, nothing, weekdays
from incident.rules.legaltime.calendar_values import Calendar, CalendarRefused, Years, frozen
from incident.rules.legaltime.package_holidays import country, package_version
from incident.rules.legaltime.shipped import ShippedFault, Spot, names, read

__all__ = ["Calendar", "CalendarRefused", "adhoc", "calendar", "frozen", "overrides_version"]

_DATA = "incident.rules.legaltime.closing_days"
_HORIZON = "horizon.yaml"
_ID = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Za-z0-9 ]{1,12}))?:(?P<category>[a-z_]{2,20})")
_SATURDAY_SUNDAY = frozenset({5, 6})


@lru_cache(maxsize=1024)
def calendar(id: str) -> Calendar:
    """The calendar with that id, with shipped corrections applied.

    Raises:
        CalendarRefused: for an id that nobody knows, or a category that the country's calendar does not have.
    """
    if id == "none":
        return Calendar("none", "no closing days", "none", Years("none", nothing))
    if id == "weekend":
        return Calendar("weekend", "Saturdays and Sundays", "weekend", Years("weekend", weekdays(_SATURDAY_SUNDAY)))
    shipped = _shipped().get(id)
    return _computed(id) if shipped is None else _corrected(shipped)


@cache
def overrides_version() -> str:
    """Names the shipped corrections: the date of the latest and a digest of them all."""
    spots = [read(_DATA, name) for name in names(_DATA)]
    latest = max(spot.at("version").day() for spot in spots)
    return f"{latest.isoformat()}/{digest([spot.value for spot in spots])[7:15]}"


def _version() -> str:
    return f"{package_version()}; corrections {overrides_version()}"


def _computed(id: str) -> Calendar:
    parts = _ID.fullmatch(id)
    if parts is None:
        raise CalendarRefused(
            f"{id!r} is no calendar; expected none, weekend, one of {', '.join(sorted(_shipped()))}, "
            "or a country and category such as EE:public, LU:bank or DE-BY:public."
        )
    code, part, category = parts["country"], parts["part"], parts["category"]
    where = country(repr(id), code, part, tuple(dict.fromkeys(("public", category))))
    return Calendar(
        id=id,
        title=f"{code}{'-' + part if part else ''} {category} holidays",
        version=_version(),
        years=Years(id, Layer(where.named, where.weekend).year),
        covered_from=where.first_year,
        published_until=_published_until(),
        computed_until=where.last_year,
        source=f"computed by the package {package_version()}",
    )


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
    id, base_id = spot.at("id").text(), spot.at("base").text()
    base = calendar(base_id) if base_id != id else _computed(id)
    closed = {day: reason for each in spot.many("closed") for day, reason in [_closing(each)]}
    opened = frozenset(day for each in spot.many("open") for day, _ in [_closing(each)])
    if both := opened & set(closed):
        raise ShippedFault(f"{spot.where}{min(both)} is listed both as closed and as open")
    layer = Layer(base.years.__getitem__, nothing, closed, opened)
    return Calendar(
        id=id,
        title=spot.at("title").text(),
        version=_version(),
        years=Years(id, layer.year),
        covered_from=spot.at("covered_from").whole() if spot.has("covered_from") else base.covered_from,
        published_until=spot.at("published_until").whole(),
        computed_until=base.computed_until,
        source=spot.at("source").text(),
    )


def _closing(spot: Spot) -> tuple[date, str]:
    spot.only("on", "name", "source")
    return spot.at("on").day(), spot.at("name").text()
