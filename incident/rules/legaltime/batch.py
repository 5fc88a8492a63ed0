"""Cases as a lawyer writes them down, worked one by one: a rule, a number, a start, a place; the answer or what is wrong with it.

Known keys of a case: `id`, `rule`, `n`, `unit`, `start` (with or without offset; `24:00` is the end of that day; a date alone is
known to the day), `fold`, `precision`, `zone`, `cal` (one name, a definition, or a list that must all be open), `opts` (the
rule's flags, `at` for a local cut-off, and the anchors of a rule that has several), `basis`, `source`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite

from incident.errors import Fault, Invalid
from incident.rules.legaltime.calendars import Calendar, CalendarRefused, calendar
from incident.rules.legaltime.counting import PeriodRefused, Rule, find
from incident.rules.legaltime.dating import dated
from incident.rules.legaltime.moments import moment
from incident.rules.legaltime.stated_calendars import joined, stated
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Period
from incident.rules.legaltime.zones import TimeRefused, Zone, day_end, zone

_READ = frozenset({"id", "rule", "n", "unit", "start", "fold", "precision", "zone", "cal", "cals", "calendar", "opts", "options", "at"})
_READ |= {"anchors", "basis", "source", "cite"}
_DESCRIBES = frozenset({"regime", "stage", "due_utc", "due_local", "due", "target", "target_utc", "why", "note"})
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ]24:00(?::00)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ANCHORS = {"classified": "classified_at", "classified_at": "classified_at", "aware": "aware_at", "aware_at": "aware_at"}
_POINTS = {"unknown_rule": "/rule", "wrong_unit": "/unit", "not_positive": "/n", "too_long": "/n", "bad_cut_off": "/opts/at"}
_POINTS |= {"unknown_option": "/opts", "missing_anchor": "/start", "unknown_anchor": "/anchors"}
_ASSUMED = Because(
    "calendar_assumed",
    "No calendar is named: Saturdays and Sundays are closed and nothing else is; holidays are not looked at.",
)
_FIRST_PASS = "The clocks showed {text} twice; it is taken as the first pass. Give an offset or fold 1 for the second."  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Worked:
    """A case with its deadline. `ending` says what the instant is (see `Rule`); `ignored` names keys that nobody read."""

    id: str | int
    zone: Zone
    ending: str
    deadline: Deadline
    ignored: tuple[str, ...] = ()

    @property
    def due_local(self) -> str:
        """The due instant on the clocks of the place, without offset; the end of a day is its `24:00`."""
        at = self.deadline.due_at
        before = (at - timedelta(microseconds=1)).astimezone(self.zone).date()
        if self.ending != "opening" and day_end(before, self.zone) == at:
            return f"{before}T24:00"
        return _short(at.astimezone(self.zone).replace(tzinfo=None))

    @property
    def due_utc(self) -> str:
        """Such as `2026-11-20T15:40Z`, with seconds where there are some."""
        return _short(self.deadline.due_at.replace(tzinfo=None)) + "Z"

    @property
    def target_utc(self) -> str:
        """The strictest reading, written as `due_utc` is."""
        return _short(self.deadline.target_at.replace(tzinfo=None)) + "Z"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A case that cannot be worked, with what is wrong at which pointer of it."""

    id: str | int
    faults: tuple[Fault, ...]


def calendars_of(block: object) -> Mapping[str, Calendar | Refusal]:
    """The calendars that a document defines, by name; one that cannot be is a refusal, met by the cases that name it.

    Raises:
        Invalid: when `block` is not an object.
    """
    if block is None:
        return {}
    if not isinstance(block, Mapping):
        raise Invalid([Fault("/calendars", "type", "expected an object of calendars by name")])
    return {str(name): _calendar(str(name), definition) for name, definition in block.items()}


def worked(case: object, known: Mapping[str, Calendar | Refusal], *, id: str = "") -> Worked | Refusal:
    """The deadline of one case; `known` are the calendars of its document, `id` names a case that does not name itself."""
    if not isinstance(case, Mapping):
        return Refusal(id, (Fault("", "type", f"{case!r} is no case; expected an object with a rule, a start and a zone."),))
    given = case.get("id", id)
    name = given if isinstance(given, str | int) else str(given)
    try:
        return _worked(name, case, known)
    except Invalid as invalid:
        return Refusal(name, tuple(invalid.faults))


def _worked(id: str | int, case: Mapping[str, object], known: Mapping[str, Calendar | Refusal]) -> Worked:
    with _at("/rule"):
        rule = find(_text(case, "rule"))
    with _at("/zone"):
        tz = zone(_text(case, "zone"))
    options, cut_off, others = _options(case)
    period = _period(case, rule, cut_off, options)
    anchor, notes = _anchors(case, rule, tz, others)
    closed = _closed(case, known)
    if closed is None and rule.asks_calendar(options):
        notes = (*notes, _ASSUMED)
    with _at("/cal"):
        closed = closed or calendar("weekend" if rule.asks_calendar(options) else "none")
    with _at(""):
        found = dated(period, anchor, tz, closed, basis=_basis(case), cite=_cite(case))
    ignored = tuple(sorted(str(key) for key in case.keys() - _READ - _DESCRIBES))
    return Worked(id, tz, rule.ending, replace(found, because=(*notes, *found.because)) if notes else found, ignored)


def _period(case: Mapping[str, object], rule: Rule, cut_off: str | None, options: Mapping[str, bool]) -> Period:
    """The period, its number and unit as the law sets them where the case does not."""
    usual = rule.usual or (None, rule.units[0])
    unit = case.get("unit", usual[1])
    if unit not in rule.units:
        raise _wrong("/unit", "wrong_unit", f"{rule.name} counts in {' or '.join(rule.units)}, not in {unit!r}")
    n = case.get("n", usual[0])
    if n is None:
        raise _wrong("/n", "missing", f"n is missing; {rule.name} needs a number of {unit}, above zero")
    if isinstance(n, float) and n.is_integer():
        n = int(n)
    if (
        isinstance(n, float)
        and isfinite(n)
        and n > 0
        and unit == "h"
        and "min" in rule.units
        and (minutes := Decimal(str(n)) * 60) % 1 == 0
    ):
        return Period(int(minutes), "min", rule.name, cut_off, options)
    if isinstance(n, bool) or not isinstance(n, int):
        whole = "a whole number, or hours that are whole minutes" if "min" in rule.units else "a whole number"
        raise _wrong("/n", "not_whole", f"{n!r} cannot be counted by {rule.name}; expected {whole}, above zero")
    return Period(n, next(each for each in rule.units if each == unit), rule.name, cut_off, options)


def _options(case: Mapping[str, object]) -> tuple[Mapping[str, bool], str | None, Mapping[str, object]]:
    """The rule's flags, the local cut-off, and the anchors that stand among them."""
    given = _object(case, "opts") or _object(case, "options")
    at = given.get("at", case.get("at"))
    if at is not None and not isinstance(at, str):
        raise _wrong("/opts/at", "bad_cut_off", f"{at!r} is no time of day; expected a text such as 17:30")
    others = {key: text for key, text in given.items() if key in _ANCHORS} | dict(_object(case, "anchors"))
    flags: dict[str, bool] = {}
    for key, value in given.items():
        if key in _ANCHORS or key in ("at", "fold"):
            continue
        if not isinstance(value, bool):
            raise _wrong(f"/opts/{key}", "unknown_option", f"{key}={value!r} is not understood; expected true or false")
        flags[key] = value
    return flags, None if at == "24:00" else at, others


def _anchors(
    case: Mapping[str, object], rule: Rule, tz: Zone, others: Mapping[str, object]
) -> tuple[Moment | Mapping[str, Moment], tuple[Because, ...]]:
    """What starts the clock. Where a rule has several anchors, `start` is the one that is not named, awareness before others."""
    notes: list[Because] = []
    if not rule.anchors:
        if others:
            key = next(iter(others))
            raise _wrong(f"/opts/{key}", "unknown_option", f"{rule.name} starts from one anchor; expected no {key!r} beside start")
        return _moment(case, "/start", case.get("start"), tz, notes), tuple(notes)
    found: dict[str, Moment] = {}
    for key, text in others.items():
        found[_ANCHORS.get(key, key)] = _moment({}, f"/opts/{key}", text, tz, notes)
    if (start := case.get("start")) is not None:
        read = _moment(case, "/start", start, tz, notes)
        free = [name for name in reversed(rule.anchors) if name not in found]
        if not free and read.earliest not in {each.earliest for each in found.values()}:
            names = " and ".join(rule.anchors)
            raise _wrong("/start", "contradicts", f"{start!r} is neither {names}, which are both given; expected one of them or no start")
        if free:
            found[free[0]] = read
    return found, tuple(notes)


def _moment(case: Mapping[str, object], pointer: str, text: object, tz: Zone, notes: list[Because]) -> Moment:
    if not isinstance(text, str):
        said = "is missing" if text is None else f"is {text!r}"
        raise _wrong(pointer, "not_a_time", f"{pointer.rpartition('/')[2]} {said}; expected a time such as 2026-11-20T17:40")
    fold, precision = case.get("fold", _object(case, "opts").get("fold")), case.get("precision")
    if fold is not None and (isinstance(fold, bool) or fold not in (0, 1)):
        raise _wrong("/fold", "bad_fold", f"fold is {fold!r}; expected 0 for the first pass or 1 for the second")
    with _at(pointer):
        if midnight := _MIDNIGHT.fullmatch(text):
            return _end_of_day(text, midnight[1], midnight[2], tz)
        exact = "day" if _DATE.fullmatch(text) else "exact"
        found = moment(text, zone=tz.key, precision=precision or exact, fold=fold, first_pass=True)  # type: ignore[arg-type]
    if found.fold is not None and fold is None:
        notes.append(Because("first_pass", _FIRST_PASS.format(text=text), None, found.earliest))
    return found


def _end_of_day(text: str, day: str, offset: str | None, tz: Zone) -> Moment:
    """The instant of `24:00`, which is the next midnight, also where the clocks change at it."""
    begins = moment(f"{day}T00:00{offset or 'Z'}")
    at = begins.earliest + timedelta(days=1) if offset else day_end(date.fromisoformat(day), tz)
    return Moment(at, at, "exact", text, tz.key)


def _closed(case: Mapping[str, object], known: Mapping[str, Calendar | Refusal]) -> Calendar | None:
    """The calendar of a case: none named, one, or several that must all be open."""
    asked = next((case[key] for key in ("cal", "cals", "calendar") if case.get(key) is not None), None)
    if asked is None:
        return None
    every = asked if isinstance(asked, list) else [asked]
    if not every:
        raise _wrong("/cal", "unknown_calendar", "the list of calendars is empty; expected a name such as EE:public")
    return joined(_named(each, known) for each in every)


def _named(asked: object, known: Mapping[str, Calendar | Refusal]) -> Calendar:
    if isinstance(asked, Mapping):
        asked, known = "as given", {"as given": _calendar("as given", asked)}
    found = known.get(asked) if isinstance(asked, str) else None
    if isinstance(found, Refusal):
        raise _wrong("/cal", "bad_calendar", f"the calendar {asked!r} cannot be used: {found.faults[0].message.rstrip('.')}")
    if found is not None:
        return found
    if not isinstance(asked, str):
        raise _wrong("/cal", "unknown_calendar", f"{asked!r} is no calendar; expected a name or a definition")
    try:
        return calendar(asked)
    except CalendarRefused as refused:
        names = f" This document defines: {', '.join(sorted(known))}." if known else ""
        raise _wrong("/cal", "unknown_calendar", f"{str(refused).rstrip('.')}.{names}".rstrip(".")) from refused


def _calendar(name: str, definition: object) -> Calendar | Refusal:
    if name == "none" and not definition:
        return calendar("none")
    try:
        return stated(name, definition)
    except Invalid as invalid:
        return Refusal(name, tuple(invalid.faults))


def _object(case: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = case.get(key)
    if found is not None and not isinstance(found, Mapping):
        raise _wrong(f"/{key}", "type", f"{found!r} is not understood; expected an object")
    return found or {}


def _basis(case: Mapping[str, object]) -> Basis:
    asked = case.get("basis", Basis.PLANNING.value)
    if asked not in [each.value for each in Basis]:
        raise _wrong("/basis", "unknown_basis", f"{asked!r} is no basis; expected one of {', '.join(Basis)}")
    return Basis(asked)


def _cite(case: Mapping[str, object]) -> str | None:
    cite = case.get("cite", case.get("source"))
    return cite if isinstance(cite, str) else None


def _text(case: Mapping[str, object], key: str) -> str:
    found = case.get(key)
    if not isinstance(found, str):
        expected = "a counting rule such as eu1182_days" if key == "rule" else "an IANA name such as Europe/Tallinn"
        raise _wrong(f"/{key}", "missing", f"{key} is {'missing' if found is None else repr(found)}; expected {expected}")
    return found


@contextmanager
def _at(pointer: str) -> Iterator[None]:
    """Say where in the case a refusal of the rules belongs."""
    try:
        yield
    except (PeriodRefused, TimeRefused) as refused:
        where = _POINTS.get(refused.code, pointer)
        raise Invalid([Fault(where, refused.code, refused.message)], refused.message) from refused
    except CalendarRefused as refused:
        raise Invalid([Fault("/cal", "unknown_calendar", str(refused))], str(refused)) from refused


def _short(naive: datetime) -> str:
    """ISO 8601 to the minute, or as exact as it has to be."""
    if naive.microsecond:
        return naive.isoformat()
    return naive.isoformat(timespec="seconds" if naive.second else "minutes")


def _wrong(pointer: str, code: str, message: str) -> Invalid:
    return Invalid([Fault(pointer, code, f"{message}.")], f"{message}.")
