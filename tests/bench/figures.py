"""What is measured, beside what, and what is asked of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one round; `floor` was taken in the same round, in the same unit."""

    figure: str
    value: float
    floor: float | None = None
    unit: str = ""
    """For a figure without a goal, which names its own."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How a figure is judged: its value, or its ratio to the floor (`floor / value` where `share`), against a limit."""

    unit: str
    of: Literal["value", "ratio", "share"]
    sense: Literal["<=", ">="]
    limit: float
    beside: str = ""

    def ratio(self, value: float, floor: float) -> float:
        """The ratio as the target states it."""
        above, below = (floor, value) if self.of == "share" else (value, floor)
        return above / below if below else float("inf")

    def met(self, judged: float) -> bool:
        """Whether the limit is kept."""
        return judged <= self.limit if self.sense == "<=" else judged >= self.limit

    @property
    def target(self) -> str:
        """As in the table of targets."""
        sign = "≤" if self.sense == "<=" else "≥"
        what = {"value": self.unit, "ratio": f"× {self.beside}", "share": f"= {self.beside} / it"}[self.of]
        return f"{sign} {self.limit:g} {what}".strip()


GOALS: dict[str, Goal] = {
    "intake through HTTP, one client, p50": Goal("ms", "ratio", "<=", 8, "the raw floor"),
    "intake through HTTP, 16 clients": Goal("1/s", "ratio", ">=", 0.2, "the raw floor"),
    "intake through HTTP, 16 clients, beside the plain service": Goal("1/s", "ratio", ">=", 4, "the plain service"),
    "processor per intake, web and PostgreSQL": Goal("ms", "share", ">=", 0.20, "the raw floor"),
    "SQL statements per intake": Goal("", "value", "<=", 8),
    "SQL statements per incident with one delivery": Goal("", "value", "<=", 16),
    "answer of an intake to its receivers, production, p50": Goal("ms", "value", "<=", 25),
    "request of an intake to its receivers, production, p50": Goal("ms", "ratio", "<=", 1, "the plain service"),
    "answer of an intake to its receivers, embedded, p50": Goal("ms", "value", "<=", 60),
    "sustained delivery": Goal("1/s", "ratio", ">=", 0.9, "the bare claim-and-POST loop"),
    "200 timers due at one instant, p99 lateness": Goal("ms", "value", "<=", 500),
    "spread timers, p50 lateness": Goal("ms", "value", "<=", 5),
    "spread timers, p99 lateness": Goal("ms", "value", "<=", 50),
    "claiming the next 100 due of 5 million timers": Goal("ms", "ratio", "<=", 1.3, "the same of 100,000"),
    "board, first 50 of 100,000 clocks, SQL statements": Goal("", "value", "<=", 2),
    "board, first 50 of 100,000 clocks, database time": Goal("ms", "value", "<=", 5),
    "cold start of the embedded node, new home": Goal("s", "value", "<=", 3),
    "cold start of the embedded node, existing home": Goal("s", "value", "<=", 3),
    "idle memory of the embedded node": Goal("MB", "value", "<=", 120),
    "p99 to healthy receivers, 10 % hanging and 10 % refusing": Goal("ms", "ratio", "<=", 2, "the same with none"),
}


def results(rounds: Iterable[Measured]) -> list[dict[str, Any]]:
    """`{figure, value, unit, floor, ratio, target, met}`, medians over the rounds; figures without a goal have no target."""
    found: dict[str, list[Measured]] = {}
    for each in rounds:
        found.setdefault(each.figure, []).append(each)
    return [_result(figure, taken) for figure, taken in found.items()]


def missing(figures: Sequence[str], why: str) -> list[dict[str, Any]]:
    """The same shape for what could not be measured: not met."""
    return [
        {"figure": each, "value": None, "unit": GOALS[each].unit, "floor": None, "ratio": None, "target": GOALS[each].target, "met": False,
         "why": why}
        for each in figures
    ]  # fmt: skip


def _result(figure: str, taken: Sequence[Measured]) -> dict[str, Any]:
    goal = GOALS.get(figure)
    value = statistics.median(each.value for each in taken)
    floors = [each.floor for each in taken if each.floor is not None]
    floor = statistics.median(floors) if floors else None
    shape = goal or Goal(taken[0].unit, "ratio", "<=", 0)
    ratio = statistics.median(shape.ratio(each.value, each.floor) for each in taken if each.floor is not None) if floors else None
    judged = value if goal is None or goal.of == "value" else ratio
    return {
        "figure": figure, "value": _short(value), "unit": shape.unit, "floor": _short(floor), "ratio": _short(ratio),
        "target": goal.target if goal else None, "met": None if goal is None or judged is None else goal.met(judged),
    }  # fmt: skip


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that is not exceeded by `share` of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.4999) - 1))]
