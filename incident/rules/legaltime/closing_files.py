"""The shipped files of closing days: what they may say, and how they are read. `docs/calendars.md` shows one line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from incident.canonical import digest
from incident.rules.legaltime.calendar_layers import AfterEaster, Yearly, recurring
from incident.rules.legaltime.shipped import ShippedFault, Spot, names, read

_DATA = "incident.rules.legaltime.closing_days"
_HORIZON = "horizon.yaml"
_STANDING = "until changed"
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_KEYS = ("id", "parts", "title", "version", "base", "covered_from", "published_until", "source", "evidence", "doubts", "every_year")


@dataclass(frozen=True, slots=True)
class ClosingFile:
    """One shipped calendar: a base, and what is closed or open besides.

    `version` is the date of the file and its digest; `lists` has the source of each list of a single year.
    """

    id: str
    title: str
    version: str
    base: str
    covered_from: int | None
    published_until: int | None
    source: str
    evidence: str
    doubts: tuple[str, ...]
    lists: Mapping[int, str]
    closed: Mapping[date, str]
    opened: frozenset[date]
    yearly: tuple[Yearly, ...]


@cache
def closing_files() -> Mapping[str, ClosingFile]:
    """Every shipped calendar by its id.

    Raises:
        ShippedFault: with the file, the place in it and what was expected.
    """
    found: dict[str, ClosingFile] = {}
    for name in names(_DATA):
        for file in () if name == _HORIZON else closing_file(read(_DATA, name)):
            if file.id in found:
                raise ShippedFault(f"{name}: id: {file.id!r} is the id of another file too")
            found[file.id] = file
    return found


@cache
def published_until() -> int:
    """The last year for which official lists were out when the files were written, where no file says otherwise."""
    spot = read(_DATA, _HORIZON)
    spot.only("version", "published_until", "cite", "evidence")
    spot.at("version").day()
    spot.at("cite").text()
    return spot.at("published_until").whole()


@cache
def overrides_version() -> str:
    """Names the shipped files as a whole: the date of the latest and a digest of them all."""
    spots = [read(_DATA, name) for name in names(_DATA)]
    return f"{max(spot.at('version').day() for spot in spots).isoformat()}/{digest([spot.value for spot in spots])[7:15]}"


def closing_file(spot: Spot) -> tuple[ClosingFile, ...]:
    """The calendar of one file; one for each of its `parts` when it has any, `GB:bank` with part `ENG` being `GB-ENG:bank`.

    Raises:
        ShippedFault: for an unknown key, no source, a day that stands twice, or one outside the years of its list or file.
    """
    spot.only(*_KEYS, "closed", "open", "lists")
    first = spot.at("covered_from").whole() if spot.has("covered_from") else None
    last = _horizon(spot.at("published_until"))
    closed = dict(_days(spot, "closed", first, last))
    opened = frozenset(day for day, _ in _days(spot, "open", first, last))
    if both := opened & set(closed):
        raise spot.fault(f"{min(both)} is listed both as closed and as open")
    for day, name, place in _listed(spot, last):
        if day in closed or day in opened:
            raise place.fault(f"{day} stands twice in this file")
        closed[day] = name
    file = ClosingFile(
        id=spot.at("id").text(),
        title=spot.at("title").text(),
        version=f"{spot.at('version').day().isoformat()}/{digest(spot.value)[7:15]}",
        base=spot.at("base").text(),
        covered_from=first,
        published_until=last,
        source=spot.at("source").text(),
        evidence=_evidence(spot),
        doubts=tuple(each.text() for each in spot.many("doubts")),
        lists={each.at("year").whole(): _list_source(each) for each in spot.many("lists")},
        closed=closed,
        opened=opened,
        yearly=tuple(_yearly(each) for each in spot.many("every_year")),
    )
    parts = [each.text() for each in spot.many("parts")]
    return tuple(_for_part(file, part) for part in parts) if parts else (file,)


def _for_part(file: ClosingFile, part: str) -> ClosingFile:
    def narrowed(id: str) -> str:
        country, _, category = id.partition(":")
        return f"{country}-{part}:{category}"

    return replace(file, id=narrowed(file.id), base=narrowed(file.base), title=f"{file.title} ({part})")


def _horizon(spot: Spot) -> int | None:
    return None if spot.value == _STANDING else spot.whole()


def _evidence(spot: Spot) -> str:
    return spot.at("evidence").one_of("read", "secondary")


def _days(spot: Spot, key: str, first: int | None, last: int | None) -> Iterator[tuple[date, str]]:
    """Days of their own, each with its source, within the years of the file and none twice."""
    seen: set[date] = set()
    for each in spot.many(key):
        each.only("on", "name", "source")
        day = each.at("on").day()
        each.at("source").text()
        if day in seen:
            raise each.fault(f"{day} stands twice in {key}")
        if (first is not None and day.year < first) or (last is not None and day.year > last):
            raise each.fault(f"{day} lies outside the years of this file, {first or 'the first'} to {last}")
        seen.add(day)
        yield day, each.at("name").text()


def _listed(spot: Spot, last: int | None) -> Iterator[tuple[date, str, Spot]]:
    """Days of the lists of single years; a list beyond `published_until` has to say why it is only provisional."""
    years: set[int] = set()
    for each in spot.many("lists"):
        each.only("year", "source", "evidence", "provisional", "closed")
        year = each.at("year").whole()
        each.at("source").text()
        _evidence(each)
        if year in years:
            raise each.fault(f"there is another list of {year}")
        if (last is not None and year > last) != each.has("provisional"):
            raise each.fault(f"expected 'provisional' with a reason exactly where the year ({year}) is after published_until ({last})")
        if each.has("provisional"):
            each.at("provisional").text()
        years.add(year)
        for member in each.at("closed").items():
            member.only("on", "name")
            day = member.at("on").day()
            if day.year != year:
                raise member.fault(f"{day} lies outside the year of this list, {year}")
            yield day, member.at("name").text(), member


def _list_source(spot: Spot) -> str:
    source = spot.at("source").text()
    return f"{source} (provisional: {spot.at('provisional').text()})" if spot.has("provisional") else source


def _yearly(spot: Spot) -> Yearly:
    """A day or span of every year: `on`, `from` and `to`, or `easter` with a number of days after Easter Sunday."""
    spot.only("on", "from", "to", "easter", "name", "since", "source")
    name = spot.at("name").text()
    spot.at("source").text()
    since = spot.at("since").whole() if spot.has("since") else None
    match [key for key in ("on", "from", "to", "easter") if spot.has(key)]:
        case ["easter"]:
            return AfterEaster(spot.at("easter").whole(), name, since)
        case ["on"]:
            day = _month_day(spot.at("on"))
            return recurring(day, day, name, since)
        case ["from", "to"]:
            return recurring(_month_day(spot.at("from")), _month_day(spot.at("to")), name, since)
    raise spot.fault("expected one of: on; from and to; easter")


def _month_day(spot: Spot) -> tuple[int, int]:
    found = _MONTH_DAY.fullmatch(spot.text())
    try:
        day = found and date(2000, int(found[1]), int(found[2]))
    except ValueError:
        day = None
    if not day:
        raise spot.fault(f"expected month and day such as 12-29, found {spot.value!r}")
    return day.month, day.day
