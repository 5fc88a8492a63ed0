"""Calendars that a document of cases states for itself, such as `{country: JP, year_end_closed: [12, 29, 1, 3]}`.

Taken literally: the corrections that ship with the rules do not apply, so that a case means the same wherever it is worked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from incident.errors import Fault, Invalid
from incident.rules.legaltime.adhoc_calendars import adhoc
from incident.rules.legaltime.calendar_values import Calendar, CalendarRefused, Years
from incident.rules.legaltime.calendars import calendar

KEYS = ("country", "subdiv", "categories", "add", "remove", "open", "weekend", "year_end_closed")
_SAYS = ("title", "note", "source")
_SATURDAY_SUNDAY = [5, 6]


def stated(id: str, definition: object) -> Calendar:
    """The calendar that `definition` describes.

    `country`, `subdiv` and `categories` (default: public) choose holidays; `add` closes more days and `remove` takes
    holidays away; `weekend` lists the closed weekdays, Monday being 0 (default: Saturday and Sunday, whatever the country);
    `open` opens days in any case, such as a Saturday that is worked; `year_end_closed` is `[month, day, month, day]`, both
    inclusive. Without any key nothing is ever closed.

    Raises:
        Invalid: each fault with its pointer in `definition`.
    """
    if not isinstance(definition, Mapping):
        raise _wrong("", "type", f"{definition!r} is no calendar; expected an object with some of {', '.join(KEYS)}.")
    for key in definition:
        if key not in KEYS + _SAYS:
            raise _wrong(f"/{key}", "unknown_key", f"{key!r} is not known; expected some of {', '.join(KEYS)}.")
    given = {key: definition[key] for key in KEYS if definition.get(key) is not None}
    if not given:
        return replace(calendar("none"), id=id)
    for key in ("subdiv", "categories"):
        if key in given and "country" not in given:
            raise _wrong(f"/{key}", "no_country", f"{key} chooses among the holidays of a country; expected country beside it.")
    return replace(_made(id, given), published_until=_horizon(given))


def joined(calendars: Iterable[Calendar]) -> Calendar:
    """A calendar that is open only when all of them are."""
    every = tuple(calendars)
    if len(every) == 1:
        return every[0]

    def closed(year: int) -> Mapping[date, str]:
        found: dict[date, str] = {}
        for each in every:
            for day, why in each.years[year].items():
                found[day] = f"{found[day]}; {why} ({each.id})" if day in found else f"{why} ({each.id})"
        return found

    id = " + ".join(each.id for each in every)
    return Calendar(
        id=id,
        title="open when all are open",
        version="; ".join(f"{each.id}: {each.version}" for each in every),
        years=Years(id, closed),
        covered_from=max((each.covered_from for each in every if each.covered_from is not None), default=None),
        published_until=min((each.published_until for each in every if each.published_until is not None), default=None),
        computed_until=min((each.computed_until for each in every if each.computed_until is not None), default=None),
    )


def _made(id: str, given: Mapping[str, Any]) -> Calendar:
    weekend, spans = _list(given, "weekend", _SATURDAY_SUNDAY), [_list(given, "year_end_closed", [])] if "year_end_closed" in given else []
    place = {"country": _word(given, "country"), "subdivision": _word(given, "subdiv"), "categories": _words(given, "categories")}
    days = {key: _list(given, key, []) for key in ("add", "remove", "open")}
    _refused_at("/country", id, **place)
    _refused_at("/weekend", id, weekend=weekend)
    _refused_at("/year_end_closed", id, every_year=spans)
    for key, listed in days.items():
        for index, day in enumerate(listed):
            _refused_at(f"/{key}/{index}", id, add=[day])
    opened = [*days["open"], *(day for day in days["remove"] if day not in days["open"] and not _on(day, weekend))]
    return _refused_at("", id, **place, add=days["add"], remove=opened, weekend=weekend, every_year=spans)


def _refused_at(pointer: str, id: str, **values: Any) -> Calendar:
    """The calendar of these values alone; what is wrong with them is wrong at that place."""
    try:
        return adhoc(id, **values)
    except CalendarRefused as refused:
        raise _wrong(pointer, refused.code, str(refused)) from refused


def _on(day: object, weekend: list[Any]) -> bool:
    """Whether a holiday that is taken away falls on a weekend, which stays closed."""
    return date.fromisoformat(str(day)).weekday() in weekend


def _horizon(given: Mapping[str, Any]) -> int | None:
    if "country" not in given:
        return None
    part = f"-{given['subdiv']}" if "subdiv" in given else ""
    return calendar(f"{given['country']}{part}:{_words(given, 'categories')[0]}").published_until


def _word(given: Mapping[str, Any], key: str) -> str | None:
    found = given.get(key)
    if found is not None and not isinstance(found, str):
        raise _wrong(f"/{key}", "type", f"{found!r} is no text; expected a code such as {'EE' if key == 'country' else 'ENG'}.")
    return found


def _words(given: Mapping[str, Any], key: str) -> list[str]:
    found = given.get(key, ["public"])
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise _wrong(f"/{key}", "type", f"{found!r} is no list of categories such as [public, bank].")
    return found


def _list(given: Mapping[str, Any], key: str, otherwise: list[Any]) -> list[Any]:
    found = given.get(key, otherwise)
    if not isinstance(found, list):
        raise _wrong(f"/{key}", "type", f"{found!r} is no list.")
    return found


def _wrong(pointer: str, code: str, message: str) -> Invalid:
    return Invalid([Fault(pointer, code, message)], message)
