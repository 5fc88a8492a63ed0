"""How long one deadline takes, beside the floor of the arithmetic that it cannot do without.

    make bench          (or: python -m bench.legaltime --rounds 40)

Prints one JSON document. Cases: `tests/golden/cases.yaml`, and the vectors of `../shared/law` where there are some. `as_given` is the
median case from its own start, so many times; `fresh` from starts on so many different days, of which none was met before. Calendars
are warm, as on a node that runs. The floor of a case is what remains of it without rules and reasons: one addition, two conversions
between the clocks and UTC, and a look at whether the day is closed. Times are of the processor, so that what else the machine does
matters less.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from incident.rules.legaltime import Basis, Calendar, Moment, Period, calendars_of, dated, moment, rules, zone
from incident.rules.legaltime import calendar as calendar_of
from web.cli import source

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "tests/golden/cases.yaml", ROOT.parent / "shared/law/vectors.yaml")


def microseconds(what: Callable[[Moment], object], moments: list[Moment]) -> float:
    """Each, over all of them."""
    began = time.process_time_ns()
    for at in moments:
        what(at)
    return (time.process_time_ns() - began) / 1000 / len(moments)


def prepared(case: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[Period, Moment, Any, Calendar]:
    """What a planner holds in its hands before it asks for a deadline."""
    rule = rules()[case["rule"]]
    n, unit = case.get("n", (rule.usual or (1,))[0]), rule.units[0]
    period = Period(n, unit, rule.name) if isinstance(n, int) else Period(int(n * 60), "min", rule.name)
    opts = {key: value for key, value in case.get("opts", {}).items() if isinstance(value, bool)}
    period = replace(period, at=case.get("opts", {}).get("at"), options=opts)
    anchor = moment(case["start"].replace("T24:00", "T23:59"), zone=case["zone"], fold=case.get("fold"), first_pass=True)
    named = case.get("cal", "none")
    closed = known[named] if isinstance(named, str) and named in known else calendar_of("weekend")
    return period, anchor, zone(case["zone"]), closed


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=40)
    rounds = asked.parse_args().rounds
    jobs = []
    for file in FILES:
        if file.exists():
            document: Any = source.value(file.read_text(encoding="utf-8"), quick=True)
            known = calendars_of(document["calendars"])
            jobs += [prepared(case, known) for case in document["vectors"]]
    given, fresh, floor = [], [], []
    for period, anchor, tz, closed in jobs:
        one, least = partial(_one, period, tz, closed), partial(_floor, tz, closed)
        days = [Moment.exactly(anchor.earliest + timedelta(days=day)) for day in range(rounds)]
        microseconds(least, days)
        fresh.append(microseconds(one, days))
        given.append(microseconds(one, days[:1] * rounds))
        floor.append(microseconds(least, days))
    answer: dict[str, float] = {"cases": len(jobs), "rounds": rounds}
    measured = {"as_given": given, "fresh": fresh, "floor": floor}
    answer |= {f"{name}_median_us": round(statistics.median(taken), 1) for name, taken in measured.items()}
    answer |= {"as_given_worst_us": round(max(given), 1), "of_the_floor": round(statistics.median(given) / statistics.median(floor), 1)}
    print(json.dumps(answer, indent=2))


def _one(period: Period, tz: Any, closed: Calendar, at: Moment) -> object:
    return dated(period, at, tz, closed, basis=Basis.STATUTE, cite="Art. 1")


def _floor(tz: Any, closed: Calendar, at: Moment) -> object:
    end = (at.earliest.astimezone(tz) + timedelta(days=3)).replace(hour=0, minute=0, second=0)
    closed.closed(end.date())
    return end.astimezone(UTC)


if __name__ == "__main__":
    main()
