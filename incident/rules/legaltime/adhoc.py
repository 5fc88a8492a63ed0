"""Calendars that a document defines for itself: a country's holidays from the `holidays` package, with days added and removed.

Taken literally: the corrections that ship with the rules do not apply, so that a case means the same wherever it is worked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import metadata
from types import MappingProxyType

import holidays

from incident.canonical import digest
from incident.errors import Fault, Invalid
from incident.rules.legaltime.calendars import Calendar, CalendarRefused, calendar
from incident.rules.legaltime.zones import weekday

KEYS = ("country", "subdiv", "categories", "add", "remove", "open", "weekend", "year_end_closed")
_SAYS = ("title", "note", "source")
_SATURDAY_SUNDAY = (5, 6)
_DAYS = 4_096

Why = Callable[[date], str | None]


def defined(id: str, definition: Mapping[str, object]) -> Calendar:
    """The calendar that `definition` describes.

    `country`, `subdiv` and `categories` (default: public) choose holidays; `add` closes more days and `remove` takes
    holidays away; `weekend` lists the closed weekdays, Monday being 0 (default: Saturday and Sunday, whatever the country);
    `open` opens days in any case, such as a Saturday that is worked; `year_end_closed` is `[month, day, month, day]`, both
    inclusive. Without any key nothing is ever closed.

    Raises:
        Invalid: each fault with its pointer in `definition`.
    """
    if not isinstance(definition, Mapping):
        raise _wrong("", "type", f"{definition!r} is no calendar; expected an object with some of {', '.join(KEYS)}")
    for key in definition:
        if key not in KEYS + _SAYS:
            raise _wrong(f"/{key}", "unknown_key", f"{key!r} is not known; expected some of {', '.join(KEYS)}")
    given = {key: definition[key] for key in KEYS if definition.get(key) is not None}
    if not given:
        return Calendar(id, "no closing days", "none", _never)
    named, horizon = _holidays(given)
    why = _reasons(
        named,
        weekend=frozenset(_whole(given, "weekend", 0, 6) or ()) if "weekend" in given else frozenset(_SATURDAY_SUNDAY),
        added=frozenset(_days(given, "add")),
        removed=frozenset(_days(given, "remove")),
        opened=frozenset(_days(given, "open")),
        year_end=_year_end(given),
    )
    version = f"as given, {digest(given)[7:15]}" + (f"; holidays {metadata.version('holidays')}" if "country" in given else "")
    return Calendar(id, f"the calendar {id} as given", version, why, None, horizon)


def joined(calendars: Iterable[Calendar]) -> Calendar:
    """A calendar that is open only when all of them are."""
    every = tuple(calendars)
    if len(every) == 1:
        return every[0]

    @lru_cache(maxsize=_DAYS)
    def why(day: date) -> str | None:
        return "; ".join(f"{reason} ({each.id})" for each in every if (reason := each.closed(day))) or None

    horizons = [each.published_until for each in every if each.published_until is not None]
    begins = [each.covered_from for each in every if each.covered_from is not None]
    return Calendar(
        " + ".join(each.id for each in every),
        "open when all are open",
        "; ".join(f"{each.id}: {each.version}" for each in every),
        why,
        max(begins, default=None),
        min(horizons, default=None),
    )


def _reasons(
    named: Why,
    *,
    weekend: frozenset[int],
    added: frozenset[date],
    removed: frozenset[date],
    opened: frozenset[date],
    year_end: Why,
) -> Why:
    @lru_cache(maxsize=_DAYS)
    def why(day: date) -> str | None:
        if day in opened:
            return None
        reasons = (
            "closed by the calendar as given" if day in added else None,
            named(day) if day not in removed else None,
            year_end(day),
            weekday(day) if day.weekday() in weekend else None,
        )
        return " and ".join(reason for reason in reasons if reason) or None

    return why


def _never(day: date) -> str | None:
    return None


def _holidays(given: Mapping[str, object]) -> tuple[Why, int | None]:
    """The holidays by name, and the last year for which they are published."""
    if "country" not in given:
        for key in ("subdiv", "categories"):
            if key in given:
                raise _wrong(f"/{key}", "no_country", f"{key} chooses among the holidays of a country; expected country beside it")
        return _never, None
    country, subdiv = _word(given, "country"), _word(given, "subdiv") if "subdiv" in given else None
    listed = given.get("categories", ["public"])
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise _wrong("/categories", "type", f"{listed!r} is no list of categories such as [public, bank]")
    try:
        known = [calendar(f"{country}{'-' + subdiv if subdiv else ''}:{category}") for category in listed]
    except CalendarRefused as refused:
        raise _wrong("/country", "unknown_calendar", str(refused)) from refused
    categories = tuple(listed)

    def named(day: date) -> str | None:
        return _year(country, subdiv, categories, day.year).get(day)

    return named, known[0].published_until


@lru_cache(maxsize=4096)
def _year(country: str, subdiv: str | None, categories: tuple[str, ...], year: int) -> Mapping[date, str]:
    languages = getattr(holidays, country).supported_languages
    language = next((code for code in ("en_US", "en_GB", "en_IN") if code in languages), None)
    found = holidays.country_holidays(country, subdiv=subdiv, years=year, categories=categories, language=language)
    return MappingProxyType({day: str(name) for day, name in found.items()})


def _year_end(given: Mapping[str, object]) -> Why:
    bounds = _whole(given, "year_end_closed", 1, 31)
    if bounds is None:
        return _never
    if len(bounds) != 4 or bounds[0] > 12 or bounds[2] > 12:
        raise _wrong("/year_end_closed", "type", f"{list(bounds)!r} is not [month, day, month, day], such as [12, 29, 1, 3]")
    first, last = bounds[:2], bounds[2:]

    def why(day: date) -> str | None:
        at = (day.month, day.day)
        inside = first <= at <= last if first <= last else at >= first or at <= last
        return "closed over the year end" if inside else None

    return why


def _word(given: Mapping[str, object], key: str) -> str:
    found = given[key]
    if not isinstance(found, str):
        raise _wrong(f"/{key}", "type", f"{found!r} is no text; expected a code such as {'EE' if key == 'country' else 'ENG'}")
    return found


def _whole(given: Mapping[str, object], key: str, least: int, most: int) -> tuple[int, ...] | None:
    found = given.get(key)
    if found is None:
        return None
    listed = found if isinstance(found, list) else [found]
    if any(isinstance(each, bool) or not isinstance(each, int) or not least <= each <= most for each in listed):
        raise _wrong(f"/{key}", "type", f"{found!r} is no list of whole numbers from {least} to {most}")
    return tuple(listed)


def _days(given: Mapping[str, object], key: str) -> Iterable[date]:
    listed = given.get(key, [])
    if not isinstance(listed, list):
        raise _wrong(f"/{key}", "type", f"{listed!r} is no list of dates such as 2026-12-28")
    for index, each in enumerate(listed):
        try:
            yield date.fromisoformat(each)
        except (TypeError, ValueError) as error:
            raise _wrong(f"/{key}/{index}", "not_a_date", f"{each!r} is no date; expected a form such as 2026-12-28") from error


def _wrong(pointer: str, code: str, message: str) -> Invalid:
    return Invalid([Fault(pointer, code, f"{message}.")], f"{message}.")
