"""How long it takes to try out one agreement on past cases, 1,000 by default: the reading, the planning twice over, the answer.

    python -m bench.what_if --cases 1000

Prints one JSON document. The cases are filed first, through the action; that is not timed. The agreement is the demo world's
multi-state one with a shorter clause, so that every case is different.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml

from incident import logs
from incident.actions.file_report import file_report
from incident.actions.simulate_agreement import simulate_agreement
from incident.rules import terms
from incident.rules.case import SEVERITIES, TLP
from tests.world import World, a_report, a_world

_SOURCE = Path(__file__).parents[1] / "web" / "demo" / "agreements" / "sovereign-ai-assurance.yaml"
_PART = 100


def draft() -> str:
    """The agreement with another hour for its first clause."""
    document = {**terms.load(_SOURCE.read_text(encoding="utf-8")).document, "version": "bench"}
    first, *others = document["commitments"]
    return yaml.safe_dump({**document, "commitments": [{**first, "within": {"minutes": 30}}, *others]}, sort_keys=False)


def file_many(world: World, number: int) -> None:
    """Cases of every severity, half an hour apart, all filed by one CERT."""
    random = Random(1)
    for each in range(number):
        given: dict[str, Any] = {"severity": random.choice(SEVERITIES), "tlp": random.choice(TLP[:4])}
        at = world.now.isoformat()
        with world.work("cert-ee") as work:
            file_report(work, a_report(reference=f"W-{each}", aware_at=at, affected_countries=("FR",) if each % 3 else (), **given))
        world.forward(minutes=30)


def tried(world: World, number: int) -> dict[str, Any]:
    """Seconds for all of them, in parts as the command line asks for them, and for the slowest part."""
    text, after, parts, seen, different = draft(), None, list[float](), 0, 0
    cpu = time.process_time()
    while seen < number:
        began = time.perf_counter()
        with world.work("cert-ee") as work:
            answer = simulate_agreement(work, text, limit=_PART, after=after)
            size = len(json.dumps(answer))
        parts.append(time.perf_counter() - began)
        seen, different = seen + answer["summary"]["cases"], different + answer["summary"]["different"]
        after = UUID(answer["next"]) if answer["next"] else None
        if after is None:
            break
    return {
        "cases": seen, "different": different, "seconds": round(sum(parts), 2), "cpu_seconds": round(time.process_time() - cpu, 2),
        "slowest_part_seconds": round(max(parts), 2),
        "part": _PART, "bytes_of_last_part": size,
    }  # fmt: skip


def main() -> None:
    """File, try out twice, print: the second time regimes and documents are warm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000, help="how many cases are filed (default 1000)")
    number = parser.parse_args().cases
    logs.configure("ERROR", "json")
    with a_world() as world:
        file_many(world, number)
        print(json.dumps({"first": tried(world, number), "warm": tried(world, number)}, indent=2))


if __name__ == "__main__":
    main()
