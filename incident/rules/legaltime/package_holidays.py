"""What the pinned `holidays` package knows of a country: its categories, subdivisions, weekends and closed days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import metadata
from types import MappingProxyType
from typing import Any

from incident.rules.legaltime.calendar_layers import days_of
from incident.rules.legaltime.calendar_values import CalendarRefused
from incident.rules.legaltime.zones import weekday

# In the package a `workday` is a day that is remembered and worked, and a half-day is not a closed one.
_OPEN_CATEGORIES = frozenset({"workday", "unofficial", "half_day"})
_BEYOND = {"EU": "European Union"}  # not a country of ISO 3166, and not one of the package's
_IN_ENGLISH = ("en_US", "en_GB", "en_IN")


@dataclass(frozen=True, slots=True)
class Country:
    """One country or subdivision of it, with the categories whose days close it."""

    code: str
    part: str | None
    categories: tuple[str, ...]

    def named(self, year: int) -> Mapping[date, str]:
        """The days of that year that are closed by name."""
        return _year(self, year)[0]

    def weekend(self, year: int) -> Mapping[date, str]:
        """The days of that year that are the country's weekend, which can differ by year and by subdivision."""
        return _year(self, year)[1]

    @property
    def first_year(self) -> int:
        """The first year of which the package knows holidays."""
        return max(int(_entity(self.code).start_year), 1)

    @property
    def last_year(self) -> int:
        """The last year for which the package computes holidays."""
        return int(_entity(self.code).end_year)


def country(asked: str, code: str, part: str | None, categories: tuple[str, ...]) -> Country:
    """The country, checked against what the package has; `asked` leads what a refusal says.

    Raises:
        CalendarRefused: for an unknown country, subdivision or category, with those that there are.
    """
    if code not in codes():
        raise CalendarRefused(f"{asked}: no holidays are known for the country {code!r} (ISO 3166 code expected).")
    has = parts(code)
    if part is not None and part not in has:
        raise CalendarRefused(f"{asked}: {code} has no subdivision {part!r}; it has: {', '.join(has) or 'none'}.")
    if not categories:
        raise CalendarRefused(f"{asked}: no category was given; {code} has: {', '.join(closing_categories(code))}.")
    for category in categories:
        if category not in closing_categories(code):
            known = ", ".join(closing_categories(code))
            raise CalendarRefused(f"{asked}: {code} has no calendar of category {category!r}; it has: {known}.")
    return Country(code, part, categories)


@cache
def codes() -> tuple[str, ...]:
    """The ISO 3166 codes of the countries that the package knows, sorted."""
    from holidays import list_supported_countries  # four megabytes that a node without a case need not carry

    return tuple(sorted(list_supported_countries(include_aliases=False)))


def name(code: str) -> str:
    """The English name of a country, such as `United States`; the code itself where the package has none."""
    return _names().get(code, _BEYOND.get(code, code))


def parts(code: str) -> tuple[str, ...]:
    """The subdivisions of a known country, in the package's order."""
    return tuple(_entity(code).subdivisions)


def closing_categories(code: str) -> tuple[str, ...]:
    """The categories of a known country under which a place is closed all day, sorted."""
    return tuple(sorted(set(_entity(code).supported_categories) - _OPEN_CATEGORIES))


@cache
def package_version() -> str:
    """Such as `holidays 0.109`."""
    return f"holidays {metadata.version('holidays')}"


@lru_cache(maxsize=4096)
def _year(where: Country, year: int) -> tuple[Mapping[date, str], Mapping[date, str]]:
    """Named days and weekend; one instance of the package's class costs about a millisecond."""
    entity = _entity(where.code)
    language = next((code for code in _IN_ENGLISH if code in entity.supported_languages), None)
    from holidays import country_holidays

    found = country_holidays(where.code, subdiv=where.part, years=year, expand=False, categories=where.categories, language=language)
    named = {day: str(name) for day, name in found.items() if day.year == year}
    weekend = {day: weekday(day) for day in days_of(year) if found.is_weekend(day)}
    return MappingProxyType(named), MappingProxyType(weekend)


@cache
def _names() -> Mapping[str, str]:
    from holidays.registry import COUNTRIES

    return {entry[1]: key.replace("_", " ").title() for key, entry in COUNTRIES.items()}


def _entity(code: str) -> Any:
    import holidays

    return getattr(holidays, code)
