"""Calendars: on which days a place is closed, and why. The `holidays` package computes, shipped files correct it.

Ids: `none` (never closed), `weekend` (Saturdays and Sundays), `EE:public`, `LU:bank`, `DE-BY:public`, and the ids of the
shipped files, such as `US:government` and `EU:institution`. Whose calendar counts, the recipient's or the notifier's, is
not said here: a commitment's counting chooses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from incident.rules.legaltime import package_holidays
from incident.rules.legaltime.adhoc_calendars import adhoc
from incident.rules.legaltime.calendar_layers import Layer, nothing, weekdays
from incident.rules.legaltime.calendar_values import FIRST_YEAR, LAST_YEAR, Calendar, CalendarRefused, Years, frozen
from incident.rules.legaltime.closing_files import ClosingFile, closing_files, overrides_version, published_until

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "CalendarRefused",
    "Known",
    "adhoc",
    "calendar",
    "frozen",
    "known",
    "overrides_version",
    "shipped",
]

_ID = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Za-z0-9 ]{1,12}))?:(?P<category>[a-z_]{2,20})")
_SATURDAY_SUNDAY = frozenset({5, 6})
_WEEKDAYS = weekdays(_SATURDAY_SUNDAY)


@dataclass(frozen=True, slots=True)
class Known:
    """What calendars there are of one country: the categories for all of it, its subdivisions, and categories that only those have."""

    code: str
    name: str
    categories: tuple[str, ...]
    parts: tuple[str, ...]
    categories_of_parts: tuple[str, ...]


def calendar(id: str) -> Calendar:
    """The calendar with that id, with shipped corrections applied. It is made once; asking again is a lookup.

    Raises:
        CalendarRefused: for an id that nobody knows, or a category that the country's calendar does not have.
    """
    return _made(id)[0]


def known() -> tuple[Known, ...]:
    """Every country with calendars, by code; `EU` with those of its institutions."""
    codes = {*package_holidays.codes(), *(_country(id) for id in closing_files())}
    return tuple(Known(code, package_holidays.name(code), _categories(code), _parts(code), _of_parts(code)) for code in sorted(codes))


def shipped() -> tuple[Calendar, ...]:
    """The calendars that have a file of their own, by id."""
    return tuple(calendar(id) for id in sorted(closing_files()))


@lru_cache(maxsize=2048)
def _made(id: str) -> tuple[Calendar, Layer]:
    match id:
        case "none":
            made = Calendar(id, "no closing days", id, Years(id, nothing), source="by definition", evidence="by definition")
            return made, Layer(nothing, nothing)
        case "weekend":
            layer = Layer(nothing, _WEEKDAYS)
            made = Calendar(id, "Saturdays and Sundays", id, Years(id, layer.year), source="by definition", evidence="by definition")
            return made, layer
    file = closing_files().get(id)
    return _computed(id) if file is None else _corrected(file)


def _computed(id: str) -> tuple[Calendar, Layer]:
    """The calendar of a country as the package has it."""
    parts = _ID.fullmatch(id)
    if parts is None:
        raise CalendarRefused(
            f"{id!r} is no calendar; expected none, weekend, one of {', '.join(sorted(closing_files()))}, "
            "or a country and category such as EE:public, LU:bank or DE-BY:public."
        )
    code, part, category = parts["country"], parts["part"], parts["category"]
    if code not in package_holidays.codes() and _categories(code):
        raise CalendarRefused(
            f"{id!r}: {package_holidays.name(code)} has no calendar of category {category!r}; it has: {', '.join(_categories(code))}."
        )
    where = package_holidays.country(repr(id), code, part, ("public",))
    if category not in package_holidays.closing_categories(code):
        raise _no_category(id, code, part, category)
    where = package_holidays.country(repr(id), code, part, tuple(dict.fromkeys(("public", category))))
    layer = Layer(where.named, where.weekend)
    made = Calendar(
        id=id,
        title=f"{package_holidays.name(code)}{f' ({part})' if part else ''}, {category} holidays",
        version=package_holidays.package_version(),
        years=Years(id, layer.year),
        covered_from=where.first_year,
        published_until=published_until(),
        computed_until=where.last_year,
        source=f"computed by the open-source package {package_holidays.package_version()}; no list of its own was checked",
        evidence="computed",
    )
    return made, layer


def _no_category(id: str, code: str, part: str | None, category: str) -> CalendarRefused:
    """Says also where a file has that category for another extent of the same country."""
    place = code if part is None else f"{code}-{part}"
    has = package_holidays.closing_categories(code) if part else _categories(code)
    others = sorted(each for each in closing_files() if _country(each) == code and each.endswith(f":{category}"))
    hint = f" There is {', '.join(others)}." if others else ""
    return CalendarRefused(
        f"{id!r}: {place} has no calendar of category {category!r}; it has: {', '.join(has)}. "
        f"The package knows none and none is shipped, because no source was found.{hint}"
    )


def _corrected(file: ClosingFile) -> tuple[Calendar, Layer]:
    """The calendar of one shipped file: its base, with days closed or opened."""
    base, under = _computed(file.id) if file.base == file.id else _made(file.base)
    layer = Layer(
        named=under.corrected,
        weekend=under.weekend,
        closed=file.closed,
        opened=(under.opened - set(file.closed)) | file.opened,
        yearly=file.yearly,
    )
    made = Calendar(
        id=file.id,
        title=file.title,
        version=f"{base.version}; corrections {file.version}",
        years=Years(file.id, layer.year),
        covered_from=base.covered_from if file.covered_from is None else file.covered_from,
        published_until=file.published_until,
        computed_until=max(file.lists, default=None) if base.computed_until is None else base.computed_until,
        source=file.source,
        evidence=file.evidence,
        doubts=file.doubts,
        lists=file.lists,
    )
    return made, layer


def _country(id: str) -> str:
    return id.partition(":")[0].partition("-")[0]


def _categories(code: str) -> tuple[str, ...]:
    computed = package_holidays.closing_categories(code) if code in package_holidays.codes() else ()
    return tuple(sorted({*computed, *(id.partition(":")[2] for id in closing_files() if id.startswith(f"{code}:"))}))


def _parts(code: str) -> tuple[str, ...]:
    return package_holidays.parts(code) if code in package_holidays.codes() else ()


def _of_parts(code: str) -> tuple[str, ...]:
    return tuple(sorted({id.partition(":")[2] for id in closing_files() if id.startswith(f"{code}-")} - set(_categories(code))))
