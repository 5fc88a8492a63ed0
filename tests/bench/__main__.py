"""Runs everything, prints the table and writes `tests/bench/results.json`.

    make bench          (or: python -m tests.bench --quick --only intake)

Exit codes: 0 when everything could be measured, whatever the targets say; 1 when something could not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from incident import logs
from tests.bench import arrivals, board, counts, embedded, figures, intake, isolation, others, sustained, timers
from tests.bench.site import Site

SECTIONS = {
    "intake": (intake.intake, intake.FIGURES),
    "counts": (counts.counts, counts.FIGURES),
    "arrivals": (arrivals.arrivals, arrivals.FIGURES),
    "sustained": (sustained.sustained, sustained.FIGURES),
    "isolation": (isolation.isolation, isolation.FIGURES),
    "timers": (timers.timers, timers.FIGURES),
    "claims": (timers.claims, timers.CLAIM_FIGURES),
    "board": (board.board, board.FIGURES),
    "embedded": (embedded.embedded, embedded.FIGURES),
    "others": (others.others, others.FIGURES),
}
RESULTS = Path(__file__).with_name("results.json")


def run(site: Site, only: list[str]) -> tuple[list[dict[str, Any]], bool]:
    """The results of these sections, and whether all could be measured; one that fails keeps no other from its turn."""
    found: list[dict[str, Any]] = []
    whole = True
    for name, (section, expected) in SECTIONS.items():
        if only and name not in only:
            continue
        began, taken = time.monotonic(), list[figures.Measured]()
        try:
            with section(site) as rounds:
                for _ in range(site.rounds()):
                    taken += rounds()
        except Exception as error:
            traceback.print_exc()
            whole = False
            found += figures.missing(
                [each for each in expected if each not in {one.figure for one in taken}], f"{type(error).__name__}: {error}"
            )
        found += figures.results(taken)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found, whole


def shown(results: list[dict[str, Any]]) -> Table:
    """The table."""
    table = Table(title="Each figure beside its floor, medians of all rounds")
    for heading in ("figure", "value", "floor", "ratio", "target", ""):
        table.add_column(heading, justify="left" if heading in ("figure", "target") else "right")
    for each in results:
        met = {True: "[green]met[/]", False: "[red]not met[/]", None: ""}[each["met"]]
        value = "–" if each["value"] is None else f"{each['value']:g} {each['unit']}"
        floor, ratio = ("" if each[name] is None else f"{each[name]:g}" for name in ("floor", "ratio"))
        table.add_row(each["figure"], value, floor, ratio, each["target"] or "", met)
    return table


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round of each: to see that it works, not to compare")
    parser.add_argument("--only", action="append", default=[], choices=sorted(SECTIONS), help="this part alone; may be repeated")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="PATH", help=f"where the results go (default {RESULTS.name} here)")
    asked = parser.parse_args()
    logs.configure("ERROR", "json")
    site = Site(quick=asked.quick)
    try:
        results, whole = run(site, asked.only)
    finally:
        site.close()
    asked.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    Console(width=None if sys.stdout.isatty() else 150).print(shown(results))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
