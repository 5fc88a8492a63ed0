"""What came of a what-if, for reading: the sentence, its warnings, the rows, and where they stand on two weeks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from incident.rules.legaltime import CalendarRefused, calendar, zone
from web.page_context import Json, instant
from web.views.pages.what_if_form import DAYS, Supposed

SHOWN_DAYS = 14
MOST_DRAWN = 12
_STAFFED = (time(8), time(18))
LETTERS = 32  # of a label; more are cut off
_LETTER = 1.9  # percent of the narrowest drawing that one takes
CHANGES = {
    "same": "as now", "added": "new", "gone": "no longer owed", "earlier": "earlier than now", "later": "later than now",
    "other": "changed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A clock, or several that differ in who owes alone. `own`: of the agreement that is tried. `at` is when it is due, or was where
    it is `gone`; None where it has no date. `was`: under the version in force."""

    title: str
    clause: str
    cite: str
    own: bool
    owed_by: tuple[str, ...]
    change: str
    started_at: datetime | None
    at: datetime | None
    was: datetime | None
    provisional: bool
    predicted: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A row on the timeline, in percent. `beyond`: it ends after the last day shown. `before` is where it would end now."""

    row: Row
    start: float
    end: float
    before: float | None
    beyond: bool
    label: float
    backward: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of it. `waiting` depend on what is not supposed. `closed` are stretches of days on which the deployment's country does not
    work, `marks` the days."""

    rows: Sequence[Row]
    warnings: Sequence[str]
    waiting: int
    bars: Sequence[Bar]
    closed: Sequence[tuple[float, float, str]]
    marks: Sequence[tuple[float, str]]
    left_out: int
    in_place_of: str | None

    @property
    def starts(self) -> int:
        """How many clocks have a date under the version, and depend on nothing unknown."""
        return sum(len(each.owed_by) for each in self.rows if each.at and each.change != "gone" and not each.provisional)

    @property
    def own(self) -> Sequence[Row]:
        """Those of the agreement, and whatever else it changes."""
        return [each for each in self.rows if each.own or each.change != "same"]

    @property
    def others(self) -> Sequence[Row]:
        """Those of laws and other agreements, which run as they would without it."""
        return [each for each in self.rows if not (each.own or each.change != "same")]

    def count(self, change: str) -> int:
        """How many are new, gone, earlier, later, other or the same."""
        return sum(len(each.owed_by) for each in self.rows if each.change == change)


def outcome(case: Json, tried: str, about: Supposed, country: str, parties: Mapping[str, Json], unattended: Collection[str]) -> Outcome:
    """What a simulation answers of one case, which is about `about` in that country, and of the agreement named `tried`.

    `unattended` are the clauses of the agreement that need nobody at a desk.
    """
    rows = _merged(_row(each, tried) for each in case["clocks"])
    scale = _Scale(about.monday, about.zone)
    dated = sorted((each for each in rows if each.at), key=lambda each: not (each.own or each.change != "same"))[:MOST_DRAWN]
    replaced = case["in_place_of"]
    return Outcome(
        rows, [*_asleep(rows, parties, unattended), *_conflicts(case, parties)],
        sum(len(each.owed_by) for each in rows if each.provisional and each.change != "gone"),
        [_bar(each, scale) for each in sorted(dated, key=_when)], _closed(scale, country), _marks(scale),
        sum(1 for each in rows if each.at) - len(dated),
        f"{replaced[0]['name']} {replaced[0]['version']}" if replaced else None,
    )  # fmt: skip


def _row(clock: Json, tried: str) -> Row:
    shown = clock["then"] or clock["before"]
    before = clock["before"] or {}
    source = clock["source"]
    return Row(
        clock["title"], clock["commitment"], source["cite"], source["kind"] == "agreement" and source["name"] == tried,
        (clock["owed_by"],), clock["change"], instant(shown["started_at"]), instant(shown["due_at"] or shown["target_at"]),
        instant(before.get("due_at") or before.get("target_at")) if clock["change"] in ("earlier", "later") else None,
        shown["provisional"], shown["predicted"],
    )  # fmt: skip


def _merged(rows: Iterable[Row]) -> list[Row]:
    """Soonest first; what differs in who owes alone is one row, as two suppliers with the same duty are one line to a reader."""
    found: dict[Row, list[str]] = {}
    for each in rows:
        found.setdefault(replace(each, owed_by=()), []).extend(each.owed_by)
    return sorted((replace(row, owed_by=tuple(dict.fromkeys(names))) for row, names in found.items()), key=_when)


def _when(row: Row) -> tuple[bool, datetime]:
    return row.at is None, row.at or datetime.max.replace(tzinfo=UTC)


def _asleep(rows: Sequence[Row], parties: Mapping[str, Json], unattended: Collection[str]) -> Iterator[str]:
    """Clocks of the version that run out before whoever owes them has had an hour of work."""
    titles = [
        f"“{each.title}”"
        for each in rows
        if each.own and each.change != "gone" and each.clause not in unattended and each.started_at and each.at
        if any(not _is_staffed(each.started_at, each.at, parties.get(slug, {}).get("zone", "UTC")) for slug in each.owed_by)
    ]
    if titles:
        falls = "falls" if len(titles) == 1 else "fall"
        yield f"{_joined(list(dict.fromkeys(titles)))} {falls} wholly outside Monday to Friday, 8 to 18, of who owes it."


def _conflicts(case: Json, parties: Mapping[str, Json]) -> Iterator[str]:
    for each in case["conflicts"]:
        if each["new"]:
            to = f" to {_name(each['to'], parties)}" if each["to"] else ""
            yield f"{each['cite']}{to} conflicts: {each['why']}"


def _is_staffed(start: datetime, end: datetime, zone_name: str) -> bool:
    place = zone(zone_name)
    day = start.astimezone(place).date()
    for ahead in range(8):
        on = day + timedelta(days=ahead)
        opens, closes = (datetime.combine(on, hour, place) for hour in _STAFFED)
        if on.weekday() < 5 and max(start, opens) < min(end, closes):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Scale:
    monday: date
    zone: str

    def midnight(self, ahead: int) -> datetime:
        return datetime.combine(self.monday + timedelta(days=ahead), time(), zone(self.zone))

    def x(self, at: datetime) -> float:
        first, last = self.midnight(0).astimezone(UTC), self.midnight(SHOWN_DAYS).astimezone(UTC)
        return round(100 * min(max((at - first) / (last - first), 0.0), 1.0), 2)


def _bar(row: Row, scale: _Scale) -> Bar:
    at = row.at or datetime.max.replace(tzinfo=UTC)
    start, end = scale.x(min(row.started_at or at, at)), scale.x(at)
    beyond = at > scale.midnight(SHOWN_DAYS)
    width, left, right = _LETTER * min(len(row.title), LETTERS), start, max(start, end)
    backward = left + width > 100 and right >= width
    label = right if backward else min(left, max(0.0, 100 - width))
    return Bar(row, start, end, scale.x(row.was) if row.was else None, beyond, label, backward)


def _closed(scale: _Scale, country: str) -> list[tuple[float, float, str]]:
    """Weekends, and the public holidays of the country where its calendar is known."""
    try:
        known = calendar(f"{country}:public")
    except CalendarRefused:
        known = calendar("weekend")
    found = []
    for ahead in range(SHOWN_DAYS):
        on = scale.monday + timedelta(days=ahead)
        if why := known.closed(on):
            start = scale.x(scale.midnight(ahead))
            found.append((start, round(scale.x(scale.midnight(ahead + 1)) - start, 2), f"{DAYS[on.weekday()]} {on.day} {on:%b}: {why}"))
    return found


def _marks(scale: _Scale) -> list[tuple[float, str]]:
    return [(scale.x(scale.midnight(ahead)), DAYS[ahead % 7]) for ahead in range(SHOWN_DAYS)]


def _name(slug: str, parties: Mapping[str, Json]) -> str:
    return str(parties.get(slug, {}).get("name", slug))


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
