"""The calculator: a law or a bare counting rule, facts with times, and every instant with its derivation, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from incident import answers, board, law
from incident.errors import Fault, Invalid
from incident.rules import desk
from incident.rules.legaltime import Moment, Period, Refusal, TimeRefused, Worked, calendar, moment, rules, worked, zone
from incident.rules.planning.values import NOT_PLANNED, Planned
from incident.rules.regimes import catalogue
from incident.rules.regimes import regime as named
from incident.rules.walked_days import Walk, walk
from incident.work import Work
from web import law_words
from web.door import page
from web.page_context import rendered
from web.schemas.supposing import nearest_regimes, supposing
from web.views.pages import calculator_form, forms
from web.views.pages.blueprint import pages
from web.views.pages.calendars import name_of, weeks_of

MOST_MONTHS = 13
_SHOWN_FIRST = 6
Shown = list[forms.Shown]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a walk, with the days of it that are closed by name."""

    name: str
    year: int
    weeks: tuple[tuple[date | None, ...], ...]
    named: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A walk on the calendar of the place where it is counted; `left_out` months in the middle are not drawn."""

    walk: Walk
    zone: str
    months: tuple[Month, ...]
    left_out: int


@pages.get("/calculator")
@page
def calculator(work: Work) -> str | tuple[str, int]:
    """A calculation, which is wholly in the address; without a question, an example."""
    given = MultiDict(request.args)
    by_rule = "rule" in given and not given.get("regime")
    example = not any(each.strip() for each in given.values())
    if example:
        given = MultiDict(calculator_form.EXAMPLE_OF_A_RULE if by_rule else calculator_form.EXAMPLE)
    shown = _by_rule(given) if by_rule else _by_law(work, given)
    shared = {"given": given, "example": example, "by_rule": by_rule, "zone_names": forms.zone_names(), "laws": catalogue()}
    shared["query_with"] = lambda **changes: _query(given, changes)
    found = rendered(
        work, "calculator.html", nav="calculator", words_of=law_words, rules=rules(), units=calculator_form.UNITS, **shared, **shown
    )
    return (found, 422) if shown["faults"] else found


def _query(given: MultiDict[str, str], changes: Mapping[str, str]) -> str:
    """The address of the same calculation with these changes."""
    return urlencode([*((name, value) for name, value in given.items(multi=True) if name not in changes), *changes.items()])


def _by_law(work: Work, given: MultiDict[str, str]) -> dict[str, Any]:
    chosen = named(given.get("regime", ""))
    if chosen is None:
        message = f"There is no regime {given.get('regime', '')!r}{nearest_regimes(given.get('regime', ''))}."
        return {"faults": forms.shown(Invalid([Fault("/regime", "unknown_regime", message)]), calculator_form.LABELS), "law": None}
    if "zone" not in given:
        given["zone"] = _home(work)
    shown: dict[str, Any] = {"law": chosen, "asked": calculator_form.asked(chosen), "faults": [], "result": None}
    try:
        asked = supposing(calculator_form.body(given, chosen))
    except Invalid as refused:
        faults = forms.shown(refused, calculator_form.LABELS)
        return shown | {"faults": faults, "twice": _twice(faults, given)}
    found = desk.work(chosen, asked.supposed)
    drawn = {each.stage.id: _of_stage(each.planned) for each in found.stages}
    return shown | {"result": law.worked(found, asked.supposed), "drawn": drawn, "twice": _twice([], given), "opened": _opened(found)}


def _home(work: Work) -> str:
    return str(board.me(work)["zone"])


def _opened(found: desk.Worked) -> str:
    """The stage that is open at first: the earliest that may apply."""
    dated = [
        (each.planned.deadline.due_at, each.stage.id)
        for each in found.stages
        if each.applies is not False and each.planned.deadline and each.planned.occurrence != NOT_PLANNED
    ]
    return min(dated, default=(None, ""))[1]


def _of_stage(planned: Planned) -> Drawn | None:
    clock, deadline = planned.clock, planned.deadline
    if clock is None or clock.period is None or deadline is None:
        return None
    start = max(each.latest for _, each in clock.starting)
    place = clock.place
    return _drawn(walk(clock.period, start, deadline, zone(place.zone), calendar(place.calendar)), place.zone)


def _by_rule(given: MultiDict[str, str]) -> dict[str, Any]:
    case = calculator_form.case(given)
    shown: dict[str, Any] = {"law": None, "result": None, "one": None, "twice": {}, "drawn": {}, "rule": rules().get(given["rule"])}
    found = _ambiguous(case) or worked(case, {})
    if isinstance(found, Refusal):
        faults = forms.shown(Invalid(list(found.faults)), calculator_form.LABELS)
        return shown | {"faults": faults, "twice": _twice(faults, given)}
    return shown | {"faults": [], "one": found, "answer": answers.due(found), "twice": _twice([], given), "drawn": _of_case(case, found)}


def _ambiguous(case: Mapping[str, Any]) -> Refusal | None:
    """A batch takes the first pass of a time that comes twice; a person is asked."""
    start = case.get("start")
    if "fold" in case or not isinstance(start, str) or len(start) <= 10:
        return None
    try:
        moment(start, zone=case.get("zone"))
    except TimeRefused as refused:
        return Refusal("calculator", (Fault("/start", refused.code, refused.message),)) if refused.code == "ambiguous" else None
    return None


def _of_case(case: Mapping[str, Any], found: Worked) -> Drawn | None:
    rule = rules()[case["rule"]]
    options = {name: True for name, value in case.get("opts", {}).items() if value is True}
    usual = rule.usual or (1, rule.units[0])
    period = Period(int(case.get("n", usual[0])) or 1, case.get("unit", usual[1]), rule.name, None, options)
    closed = calendar(case.get("cal") or ("weekend" if rule.asks_calendar(options) else "none"))
    starts = [line.at for line in found.deadline.because if line.code == "anchor" and line.at is not None]
    if not starts:
        return None
    start = _start(case, found) or starts[-1]
    return _drawn(walk(period, start, found.deadline, found.zone, closed, opening=found.ending == "opening"), found.zone.key)


def _start(case: Mapping[str, Any], found: Worked) -> datetime | None:
    """The latest instant that the start may have been, from which the due instant comes."""
    if not isinstance(start := case.get("start"), str):
        return None
    coarse = "day" if len(start) == 10 else "exact"
    read: Moment = moment(start, zone=found.zone.key, precision=coarse, fold=case.get("fold"), first_pass=True)  # type: ignore[arg-type]
    return read.latest


def _twice(faults: Shown, given: MultiDict[str, str]) -> dict[str, bool]:
    """Which times are asked for their pass, by the name of their field."""
    names = [*(name for name in given if name.startswith(("f.", "s."))), "start"]
    shown = {name: "start" if name == "start" else "submitted" if name[0] == "s" else f"fact-{name[2:]}" for name in names}
    return {name: calculator_form.twice(faults, given, name, shown[name]) for name in names}


def _drawn(walked: Walk, place: str) -> Drawn:
    first, last = walked.span
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    every: Sequence[int] = range(count)
    if count > MOST_MONTHS:
        every = [*range(_SHOWN_FIRST), *range(count - (MOST_MONTHS - _SHOWN_FIRST), count)]
    months = [divmod(first.year * 12 + first.month - 1 + ahead, 12) for ahead in every]
    return Drawn(walked, place, tuple(_month(walked, year, number + 1) for year, number in months), count - len(every))


def _month(walked: Walk, year: int, number: int) -> Month:
    weeks = weeks_of(year, number)
    days = [day for week in weeks for on in week if on and (day := walked.day(on))]
    return Month(name_of(number), year, weeks, tuple((each.on, each.closed or "") for each in days if each.named))
