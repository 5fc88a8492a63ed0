"""`demarche agreement simulate`: what a document would do with a described case or typical ones, or would have done with past ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from incident.errors import Fault, Invalid
from incident.rules import terms
from incident.rules.legaltime import TimeRefused, moment
from web.cli import options, report, source
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.paper import Paper, instant, progress
from web.cli.service import Service, service

_PATH = "/api/v1/agreements/simulations"
_PART = 50
_FILE = click.Path(allow_dash=True, path_type=Path)
_CLOCKS = ("case", "clause", "owed by", "owed to", "change", "due now", "due then", "now", "then")
_PLAIN = ("itself", "left_over")
_BECAUSE = {
    "known": "of what is known of it", "by_name": "of a word in its name", "in_order": "that part was open; nothing is known of it",
}  # fmt: skip
_SPARE = ("owed to", "now", "due now")


@click.command("simulate")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--case", "case", metavar="FILE", type=_FILE, help="A report to try it on, as `demarche file` takes it; it is not filed.")
@click.option("--past", is_flag=True, help="Try it on the cases on record that the party sees, newest first.")
@click.option("--typical", metavar="ID|all", help="Try it on a typical case, or on all; needs no node unless you speak as a party.")
@click.option("--at", metavar="INSTANT", help="With --typical: when its operator becomes aware, with its offset.")
@click.option("--with", "beside", metavar="FILE", type=_FILE, multiple=True, help="With --typical and no node: a layer that binds too.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="With --past: how many cases at most.")
@click.option("--strict", is_flag=True, help="Exit code 1 if more would be late than is, or a clause conflicts that does not now.")
@options.speaks
@answering
def simulate(
    path: Path, case: Path | None, past: bool, typical: str | None, at: str | None, beside: tuple[Path, ...], limit: int, strict: bool,
    party: str | None, key: str | None, base_url: str | None, home: Path | None,
) -> Answer:  # fmt: skip
    """Try out an agreement, signed or not, and compare it with the versions in force.

    FILE is the document; - is stdin. It takes the place of the version of its name that binds in a case, or comes beside the others,
    whatever its dates say. Nothing is filed, kept or sent. Typical cases are invented; without --party or --key they are
    played by an invented cast, beside the laws, the layers given --with and what these include of the library, and the answer says who
    plays whom. With --json: the answer of POST /api/v1/agreements/simulations, the parts of past cases as one.

    \b
    Examples:
      demarche agreement simulate draft.yaml --case report.yaml --party cert-ee
      demarche agreement simulate draft.yaml --past --party cert-ee --json
      demarche agreement simulate draft.yaml --past --strict --party cert-ee
      demarche agreement simulate draft.yaml --typical all
      demarche agreement simulate overlay.yaml --with baseline.yaml --typical all
      demarche agreement simulate draft.yaml --typical friday-evening --at 2026-05-22T19:30:00+02:00

    Exit codes: 0 done; 1 the document or the case has faults, or it was refused, or with --strict more would be late or conflict;
    2 wrong usage; 3 the node could not be reached.
    """
    alone = typical is not None and party is None and key is None and base_url is None
    _check_usage(
        [past, case is not None, typical is not None], needless_at=at is not None and typical is None, with_a_node=beside and not alone
    )
    text = source.text(path, largest=terms.MAX_BYTES)
    agreement = terms.load(text)  # faults of the document are named without a node
    described = None if case is None else report.read(case)
    report.sendable({"case": described})
    if alone and typical is not None:
        found = _alone(agreement, [terms.load(source.text(each)) for each in beside], typical, at)
    else:
        with service(party=party, key=key, base_url=base_url, home=home) as node:
            found = _past(node, text, limit) if past else node.post(_PATH, {"text": text, **_asked(described, typical, at)})[1]
    worse = found["summary"]["late"] > found["summary"]["late_before"] or found["summary"]["conflicts"] > 0
    return Answer(found, lambda paper: _draw(paper, found), REFUSED if strict and worse else DONE)


def _check_usage(tried_on: list[bool], *, needless_at: bool, with_a_node: object) -> None:
    if tried_on.count(True) != 1:
        raise click.UsageError("Say what to try it on: one of --case FILE, --past and --typical ID.")
    if needless_at:
        raise click.UsageError("--at is of use with --typical alone.")
    if with_a_node:
        raise click.UsageError("--with is of use with --typical and without a node: on a node the versions in force bind.")


def _asked(described: dict[str, Any] | None, typical: str | None, at: str | None) -> dict[str, Any]:
    if typical is None:
        return {"case": described}
    return {"typical": typical} | ({"at": at} if at is not None else {})


def _alone(agreement: terms.Agreement, beside: Sequence[terms.Agreement], name: str, at: str | None) -> dict[str, Any]:
    """Played by the invented cast, without a node."""
    from incident.actions.consequences import trying_answers
    from incident.rules import typical

    try:
        aware = None if at is None else moment(at).earliest
    except TimeRefused as refused:
        raise Invalid([Fault("/at", refused.code, refused.message)]) from refused
    played = (each for case in typical.asked(name, aware) for each in typical.performed(agreement, case, aware, beside=beside))
    return trying_answers.typical(agreement, played, full=name != "all")


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
    beside = {each["digest"]: each for each in (*one["beside"], *other["beside"])}
    return {
        **other, "beside": sorted(beside.values(), key=lambda each: (each["name"], each["version"])),
        "summary": _added(one["summary"], other["summary"]), "cases": [*one["cases"], *other["cases"]],
    }  # fmt: skip


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
    if found["beside"] and paper.console.is_terminal:
        names = ", ".join(f"{each['name']} {each['version']}" for each in found["beside"])
        paper.line(f"Together with: {names}.")
    _draw_cast(paper, found)
    rows = [_clock(case, each) for case in found["cases"] for each in case["clocks"] if each["change"] != "same" or _late(each)]
    paper.table(_CLOCKS, rows, empty="No clock is different.", spare=_SPARE)
    for case in found["cases"]:
        for each in case["conflicts"]:
            if each["new"] and paper.console.is_terminal:
                paper.line(f"{case['reference']}: {each['source']} {each['cite']}, {each['code']}: {each['why']}", "bold red")


def _draw_cast(paper: Paper, found: dict[str, Any]) -> None:
    """Who of the document was played by somebody else, once each."""
    casts = [case["typical"]["cast"] for case in found["cases"] if "typical" in case]
    others = {(each["party"], each["plays"], each["how"]): each for cast in casts for each in cast if each["how"] not in _PLAIN}
    if others and paper.console.is_terminal:
        paper.table(("party of the document", "plays", "as", "because"), [_cast(each) for each in others.values()])


def _cast(each: dict[str, Any]) -> tuple[object, ...]:
    return each["party"], each["plays"] or "nobody", each["part"], _BECAUSE[each["how"]]


def _late(each: dict[str, Any]) -> bool:
    return any(each[side] and each[side]["late"] for side in ("then", "before"))


def _clock(case: dict[str, Any], each: dict[str, Any]) -> tuple[object, ...]:
    before, then = each["before"] or {}, each["then"] or {}
    verdict = "nobody owed it" if then.get("untested") else then.get("verdict", "")
    return (
        case["reference"], f"{each['source']['name']} {each['source']['cite']}", each["owed_by"], each["owed_to"] or "", each["change"],
        instant(before.get("due_at")), instant(then.get("due_at")), before.get("verdict", ""), verdict,
    )  # fmt: skip
