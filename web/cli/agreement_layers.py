"""`demarche agreement compose` and `burden`: what several layers come to, and what one more of them costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from incident import layers
from incident.rules import regimes, terms, typical
from incident.rules.terms.burden import burden as burden_of
from web.cli import options
from web.cli.agreement_found import found
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.paper import Paper, clean

_RULES = ("layer", "agreement", "clause", "within", "state", "by")


_on = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day whose laws stand below. Default: the first on which all are in force."
)


@click.command("compose")
@click.argument("which", nargs=-1, required=True, metavar="FILE|ID...")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day whose laws stand below. Default: the first on which all are in force."
)
@click.option("--strict", is_flag=True, help="Exit code 1 if there is any finding.")
@options.home
@answering
def compose(which: tuple[str, ...], on: datetime | None, strict: bool, home: Path | None) -> Answer:
    """Say what several agreements come to: layers, rules in force, what was relaxed or displaced, and what had no effect.

    Each is a file, or a version on record as for `render`; files need no node. Clauses for the same duty stand side by side, and each
    pair is said to be always, sometimes or never stricter. With --json: {on, layers, rules, groups, findings, findings_left_out}.

    \b
    Examples:
      demarche agreement compose baseline.yaml national.yaml health.yaml
      demarche agreement compose sovereign-ai-assurance overlay.yaml --json

    Exit codes: 0 done; 1 a document has faults, or there is no such version, or with --strict there is a finding; 2 wrong usage;
    3 no database answers.
    """
    documents = [found(each, home) for each in which]
    day = _day(documents, on)
    document = {"on": day.isoformat(), **layers.composition(documents, regimes.commitments(day))}
    return Answer(document, lambda paper: _draw(paper, document), REFUSED if strict and document["findings"] else DONE)


@click.command("burden")
@click.argument("which", nargs=-1, required=True, metavar="FILE|ID...")
@click.option("--add", required=True, metavar="FILE|ID", help="The overlay whose cost is asked for.")
@options.home
@answering
def burden(which: tuple[str, ...], add: str, home: Path | None) -> Answer:
    """Say what an overlay adds to agreements: new clocks, recipients, answers to give, and hours at which somebody must be reachable.

    The clocks are planned on the typical cases, under the laws of their days, with the overlay and without it, by what plans real ones.
    Files need no node. With --json: {overlay, base, clauses, acknowledgements, relaxed, displaced, clocks, recipients, answers,
    reusable, watches, cases, findings, says}.

    \b
    Examples:
      demarche agreement burden baseline.yaml bilateral.yaml --add overlay.yaml
      demarche agreement burden sovereign-ai-assurance --add overlay.yaml --json

    Exit codes: 0 done; 1 a document has faults, or there is no such version; 2 wrong usage; 3 no database answers.
    """
    documents, overlay = [found(each, home) for each in which], found(add, home)
    document = layers.burden(burden_of(typical.in_full(), documents, overlay, typical.together))
    return Answer(document, lambda paper: _draw_costs(paper, document))


def _day(documents: Sequence[terms.Agreement], on: datetime | None) -> date:
    return on.date() if on else max(each.in_force_from for each in documents).date()


def _draw_costs(paper: Paper, found: dict[str, Any]) -> None:
    paper.paragraphs("\n".join(found["says"]))
    if paper.console.is_terminal:
        rows = [(each["reference"], *each["counts"].values(), len(each["recipients"])) for each in found["cases"]]
        paper.table(("typical case", *layers.CHANGES, "new recipients"), rows, empty="No case.")


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    paper.table(_RULES, [_row(each) for each in found["rules"]], empty="No clause.")
    findings = [f"{each['level']}: {each['code']}, {each['source']} {each['cite']}: {each['message']}" for each in found["findings"]]
    if not paper.console.is_terminal:
        for line in findings:
            click.echo(clean(line), err=True)
        return
    for layer in found["layers"]:
        if layer["sources"]:
            counts = f"relaxed {layer['relaxed']}, displaced {layer['displaced']}, restrictions {layer['restrictions']}"
            paper.line(f"{layer['layer']}: {layer['clauses']} clauses of {layer['sources']}; {counts}.")
    for group in found["groups"]:
        paper.line(f"Duty {group['duty']}:", "bold")
        for pair in group["pairs"]:
            paper.line(f"  {pair['says']}")
    for line in findings:
        paper.line(line, "yellow")


def _row(rule: dict[str, Any]) -> tuple[object, ...]:
    ways = [*rule["relaxed"], *rule["displaced"]]
    by = "; ".join(f"{_way(each)} by {each['by']['name']} {each['by']['version']}, {each['by']['cite']}" for each in ways)
    source = rule["source"]
    return (rule["layer"], f"{source['name']} {source['version']}", rule["clause"], rule["within"] or "", rule["state"], by)


def _way(way: dict[str, Any]) -> str:
    return f"to {way['to']}" if "to" in way else str(way["clause"])
