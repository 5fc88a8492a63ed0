"""The registry of counting rules, and the check that a period can be counted with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import Literal

from incident.errors import Refused
from incident.rules.legaltime.counting.values import Counted, Start, spoken_amount
from incident.rules.legaltime.values import Because, Period, Unit

_CENTURY: Mapping[Unit, int] = {
    "min": 52_560_000,
    "h": 876_000,
    "d": 36_500,
    "bd": 26_000,
    "w": 5_200,
    "mo": 1_200,
    "y": 100,
}


class PeriodRefused(Refused, ValueError):
    """A period that cannot be counted. Codes: `unknown_rule`, `wrong_unit`, `not_positive`, `too_long`,
    `unknown_option`, `bad_cut_off`, `missing_anchor`, `unknown_anchor`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


Count = Callable[[Start], Counted]
Strict = Callable[[Start], datetime]
Turns = Callable[[Start, Start], Iterable[Start]]
Ending = Literal["limit", "last_day", "opening"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A counting rule. `strict` gives the strictest defensible end, which the caller still bounds by the legal one.

    `ending` says what the instant means: a `limit`, the `last_day` before an event from which is counted backwards, or an
    `opening`, before which nothing may happen. `usual` is the length that the law itself sets, where it sets one. `line` is
    what every derivation says of the rule. `anchors` names the anchors of a rule that has several. A rule with `turns` is not
    monotone in its anchor: it can end earlier from a later start, and `turns` names the starts between two others that can
    give the latest or strictest end.
    """

    name: str
    says: str
    units: tuple[Unit, ...]
    count: Count
    strict: Strict
    cite: str | None
    options: frozenset[str]
    cuts_off: bool
    asks_calendar: Callable[[Mapping[str, bool]], bool]
    disputed_when: str | None
    ending: Ending
    usual: tuple[int, Unit] | None
    anchors: tuple[str, ...]
    turns: Turns | None
    version: int
    line: Because

    @property
    def monotone(self) -> bool:
        """Whether a later start never gives an earlier end."""
        return self.turns is None


_RULES: dict[str, Rule] = {}


def rule(
    name: str,
    says: str,
    units: tuple[Unit, ...],
    strict: Strict,
    *,
    cite: str | None = None,
    options: tuple[str, ...] = (),
    cuts_off: bool = False,
    asks_calendar: bool | str = False,
    disputed_when: str | None = None,
    ending: Ending = "limit",
    usual: tuple[int, Unit] | None = None,
    anchors: tuple[str, ...] = (),
    turns: Turns | None = None,
    version: int = 1,
) -> Callable[[Count], Count]:
    """Register the decorated function under `name`. `asks_calendar` names the option under which it asks one."""

    def asks(given: Mapping[str, bool]) -> bool:
        return given.get(asks_calendar, False) if isinstance(asks_calendar, str) else asks_calendar

    def register(count: Count) -> Count:
        if name in _RULES:
            raise ValueError(f"the counting rule {name!r} is registered twice")
        flags, line = frozenset(options), Because("rule", f"{says} (rule {name})", cite)
        _RULES[name] = Rule(
            name, says, units, count, strict, cite, flags, cuts_off, asks, disputed_when, ending, usual, anchors, turns, version, line
        )  # fmt: skip
        return count

    return register


def rules() -> Mapping[str, Rule]:
    """Every rule by its name."""
    return MappingProxyType(_RULES)


def find(name: str) -> Rule:
    """The rule of that name.

    Raises:
        PeriodRefused: `unknown_rule`.
    """
    if name not in _RULES:
        raise PeriodRefused("unknown_rule", f"{name!r} is no counting rule; there are: {', '.join(sorted(_RULES))}.")
    return _RULES[name]


def check(period: Period) -> Rule:
    """The rule of `period`, which can be counted with it.

    Raises:
        PeriodRefused: with what is wrong and what the rule accepts.
    """
    found = find(period.rule)
    if period.unit not in found.units:
        accepted = " or ".join(found.units)
        raise PeriodRefused("wrong_unit", f"{found.name} counts in {accepted}, not in {period.unit!r}.")
    if not isinstance(period.n, int) or isinstance(period.n, bool) or period.n <= 0:
        raise PeriodRefused("not_positive", f"A period is a whole number above zero, not {period.n!r}.")
    if period.n > _CENTURY[period.unit]:
        raise PeriodRefused("too_long", f"{spoken_amount(period.n, period.unit)} is more than a century.")
    for option, value in period.options.items():
        if option not in found.options or not isinstance(value, bool):
            known = ", ".join(sorted(found.options)) or "none"
            raise PeriodRefused("unknown_option", f"{found.name} has no flag {option}={value!r}; its flags, true or false: {known}.")
    cut_off(period, found)
    return found


def cut_off(period: Period, found: Rule) -> time | None:
    """The local cut-off of `period` as a time of day.

    Raises:
        PeriodRefused: `bad_cut_off`.
    """
    if period.at is None:
        return None
    if not found.cuts_off:
        raise PeriodRefused("bad_cut_off", f"{found.name} has no local cut-off, but {period.at!r} was given.")
    try:
        clock = time.fromisoformat(period.at)
    except (TypeError, ValueError) as error:
        raise PeriodRefused("bad_cut_off", f"{period.at!r} is no time of day such as 17:30.") from error
    if clock.tzinfo is not None:
        raise PeriodRefused("bad_cut_off", f"{period.at!r} has an offset; a cut-off is on the clocks of the place.")
    return clock
