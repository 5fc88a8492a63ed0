"""`demarche agreement simulate`: what a document would do with a described case, or would have done with past ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rich_click as click

from incident.rules import terms
from web.cli import options, report, source
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.paper import Paper, instant, progress
from web.cli.service import Service, service

_PATH = "/api/v1/agreements/simulations"
_PART = 50
_FILE = click.Path(allow_dash=True, path_type=Path)
_CLOCKS = ("case", "clause", "owed by", "owed to", "change", "due now", "due then", "now", "then")
_SPARE = ("owed to", "now", "due now")


@click.command("simulate")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--case", "case", metavar="FILE", type=_FILE, help="A report to try it on, as `demarche file` takes it; it is not filed.")
@click.option("--past", is_flag=True, help="Try it on the cases on record that the party sees, newest first.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="With --past: how many cases at most.")
@click.option("--strict", is_flag=True, help="Exit code 1 if more would be late than is, or a clause conflicts that does not now.")
@options.speaks
@answering
def simulate(
    path: Path, case: Path | None, past: bool, limit: int, strict: bool, party: str | None, key: str | None, base_url: str | None,
    home: Path | None,
) -> Answer:  # fmt: skip
    """Try out an agreement, signed or not, and compare it with the versions in force.

    FILE is the document; - is stdin. It takes the place of the version of its name that binds in a case, or comes beside the others,
    whatever its dates say. Nothing is filed, kept or sent. With --json: the answer of POST /api/v1/agreements/simulations, the parts
    of past cases as one.

    \b
    Examples:
      demarche agreement simulate draft.yaml --case report.yaml --party cert-ee
      demarche agreement simulate draft.yaml --past --party cert-ee --json
      demarche agreement simulate draft.yaml --past --strict --party cert-ee

    Exit codes: 0 done; 1 the document or the case has faults, or it was refused, or with --strict more would be late or conflict;
    2 wrong usage; 3 the node could not be reached.
    """
    if past == (case is not None):
        raise click.UsageError("Say what to try it on: either --case FILE or --past.")
    text = source.text(path)
    terms.load(text)  # faults of the document are named without a node
    described = None if case is None else report.read(case)
    report.sendable({"case": described})
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        found = _past(node, text, limit) if described is None else node.post(_PATH, {"text": text, "case": described})[1]
    worse = found["summary"]["late"] > found["summary"]["late_before"] or found["summary"]["conflicts"] > 0
    return Answer(found, lambda paper: _draw(paper, found), REFUSED if strict and worse else DONE)


def _past(node: Service, text: str, limit: int) -> dict[str, Any]:
    """Part by part, so that the bar moves; the sums are those of all parts."""
    found: dict[str, Any] = {}
    with progress("Trying past cases", limit) as bar:
        while True:
            asked: dict[str, Any] = {"text": text, "past": True, "limit": min(_PART, limit - len(found.get("cases", ())))}
            if found:
                asked["after"] = found["next"]
            part = node.post(_PATH, asked)[1]
            found = _joined(found, part) if found else part
            bar.update(bar.task_ids[0], total=min(limit, found["total"]), completed=len(found["cases"]))
            if found["next"] is None or len(found["cases"]) >= limit:
                return found


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {**other, "summary": _added(one["summary"], other["summary"]), "cases": [*one["cases"], *other["cases"]]}


def _added(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _added(each, other[name]) if isinstance(each, dict) else each + other[name] for name, each in one.items()}


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    said, summary = found["agreement"], found["summary"]
    if paper.console.is_terminal:
        paper.line(
            f"{said['name']} {said['version']} on {summary['cases']} of {found['total']} cases; different: {summary['different']}", "bold"
        )
        changes = ", ".join(f"{name} {number}" for name, number in summary["clocks"].items())
        paper.line(f"Clocks: {changes}. Late: {summary['late']}, now {summary['late_before']}; nobody owed it then: {summary['untested']}.")
        if summary["off_record"]:
            paper.line(f"In {summary['off_record']} cases the plan in force, as you see it, is not what is on record.", "yellow")
    rows = [_clock(case, each) for case in found["cases"] for each in case["clocks"] if each["change"] != "same" or _late(each)]
    paper.table(_CLOCKS, rows, empty="No clock is different.", spare=_SPARE)
    for case in found["cases"]:
        for each in case["conflicts"]:
            if each["new"] and paper.console.is_terminal:
                paper.line(f"{case['reference']}: {each['source']} {each['cite']}, {each['code']}: {each['why']}", "bold red")


def _late(each: dict[str, Any]) -> bool:
    return any(each[side] and each[side]["late"] for side in ("then", "before"))


def _clock(case: dict[str, Any], each: dict[str, Any]) -> tuple[object, ...]:
    before, then = each["before"] or {}, each["then"] or {}
    verdict = "nobody owed it" if then.get("untested") else then.get("verdict", "")
    return (
        case["reference"], f"{each['source']['name']} {each['source']['cite']}", each["owed_by"], each["owed_to"] or "", each["change"],
        instant(before.get("due_at")), instant(then.get("due_at")), before.get("verdict", ""), verdict,
    )  # fmt: skip
