"""`demarche file`: a report from a file, from stdin or from options, filed over HTTP like anybody's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rich_click as click

from incident.errors import Fault, Invalid
from web.cli import options, source
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper, instant, verdict
from web.cli.service import service

_REPORTS = "/api/v1/reports"
_TEXTS = ("deployment", "reference", "stage", "summary", "severity", "tlp")
_WHY = "Print the reasons of which clocks: all, those that certainly apply, or none. JSON holds them all."
_CLOCKS = ("due", "target", "what", "owed by", "owed to", "verdict", "source")


@click.command()
@click.argument("path", required=False, metavar="[FILE]", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--deployment", metavar="SLUG", help="Whose incident it is.")
@click.option("--reference", metavar="TEXT", help="Your own reference; with the deployment and the stage it identifies the report.")
@click.option("--stage", metavar="WORD", help="early_warning (the default), incident_notification, intermediate or final_report.")
@click.option("--summary", metavar="TEXT", help="What happened, in a sentence.")
@click.option("--severity", metavar="WORD", help="low, medium, high or critical.")
@click.option("--tlp", metavar="LABEL", help="CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
@click.option("--aware-at", metavar="INSTANT", help="When the operator became aware, with its offset: 2026-11-20T17:40:00+02:00.")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="An affected country; may be repeated.")
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact: true, false, unknown, a number or a word; may be repeated."
)
@click.option("--exercise", is_flag=True, help="It is an exercise; this is fixed when a case is opened.")
@click.option("--preview", is_flag=True, help="Only show the clocks and notices that filing would create now.")
@click.option("--why", type=click.Choice(("all", "firm", "none")), default="firm", show_default=True, help=_WHY)
@options.speaks
@answering
def file(
    path: Path | None, preview: bool, why: str, party: str | None, key: str | None, base_url: str | None, home: Path | None, **given: Any
) -> Answer:
    """File a report, or with --preview show what filing it would do.

    FILE is JSON or YAML with the members of POST /api/v1/reports; - is stdin. Options stand above what the file says.
    Unknown is a legal answer: `--fact cross_border=unknown`, or null in a file. Filing the same report again changes nothing
    and gives the stored answer; to correct one, raise `revision` in the file. With --json: the node's answer, and
    {filed, replayed}.

    \b
    Examples:
      demarche file report.yaml --party cert-ee --preview
      demarche file --party cert-ee --deployment ee-citizen-assistant --reference EE-2026-14 \\
        --summary "Prompts of other tenants in answers" --severity high --aware-at 2026-11-20T17:40:00+02:00 \\
        --fact significant_incident=true --fact cross_border=unknown
      some-tool | demarche file - --party cert-ee --json

    Exit codes: 0 filed, on record already, or previewed; 1 refused, with every fault by its pointer; 2 wrong usage; 3 the node
    could not be reached.
    """
    body = _body(path, **given)
    with service(party=party, key=key, base_url=base_url, home=home) as node:
        status, answer = node.post(f"{_REPORTS}/preview" if preview else _REPORTS, body)
    outcome = {"filed": not preview, "replayed": not preview and status == 200}
    return Answer(answer | outcome, lambda paper: _draw(paper, answer, outcome, why))


def _body(
    path: Path | None, *, aware_at: str | None, countries: tuple[str, ...], facts: tuple[str, ...], exercise: bool, **texts: Any
) -> dict[str, Any]:
    body = {} if path is None else read(path)
    stated = {name: value for name, value in texts.items() if value is not None}
    if path is None and not stated and not facts and aware_at is None:
        raise click.UsageError("Say what to file: a FILE, - for stdin, or options such as --deployment and --reference.")
    if path is None:
        body = {"stage": "early_warning", "facts": {}}
    said = _facts(facts) | ({"aware_at": aware_at} if aware_at is not None else {})
    if said and not isinstance(body.setdefault("facts", {}), dict):
        raise Invalid([Fault("/facts", "type", "expected an object of facts by name")])
    if said:
        body["facts"] |= said
    body |= stated | ({"affected_countries": list(countries)} if countries else {}) | ({"exercise": True} if exercise else {})
    sendable(body)
    return body


def sendable(body: dict[str, Any]) -> None:
    """Bytes that are no UTF-8, in an option or as an escape in a file, would not come through."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise Invalid([Fault("", "encoding", "expected text that is UTF-8 throughout, and not nested too deeply")]) from error


def read(path: Path) -> dict[str, Any]:
    """The report in a file or, for `-`, in stdin, as it is written.

    Raises:
        click.UsageError: it cannot be read.
        Invalid: it is neither JSON nor YAML, or no object.
    """
    found = source.value(source.text(path))
    if not isinstance(found, dict):
        raise Invalid([Fault("", "type", f"expected an object with {', '.join(_TEXTS)}, facts, …; found {source.kind(found)}")])
    return found


def _facts(given: Iterable[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"{each!r} is not NAME=VALUE, such as cross_border=unknown.", param_hint="--fact")
        if name in found:
            raise click.BadParameter(f"{name} is given twice; expected it once.", param_hint="--fact")
        found[name] = source.scalar(value)
    return found


def _draw(paper: Paper, answer: dict[str, Any], outcome: dict[str, bool], why: str) -> None:
    done = "On record already" if outcome["replayed"] else "Filed" if outcome["filed"] else "Preview, nothing was filed"
    name = answer.get("incident_ref") if outcome["filed"] else None
    paper.line(f"{done}: {answer['reference']}{f' as {name}' if name else ''}", "bold")
    paper.line()
    paper.table(_CLOCKS, [_clock(each) for each in answer["obligations"]], empty="No clock starts.", spare=("source", "owed to", "target"))
    for each in answer["obligations"]:
        if why == "all" or (why == "firm" and not each["provisional"]):
            _reasons(paper, each)
    paper.line()
    notices = [(each["to"], _state(each), ", ".join(each["items"]), each["digest"]) for each in answer["notices"]]
    paper.table(("told", "notice", "items", "digest"), notices, empty="Nobody is told.", spare=("digest",))


def _reasons(paper: Paper, each: dict[str, Any]) -> None:
    paper.line(f"{each['title']}, owed by {each['owed_by']}: why this instant", "bold")
    for reason in each["because"]:
        cite = f" [{reason['cite']}]" if reason["cite"] else ""
        at = f" ({instant(reason['at'])})" if reason["at"] else ""
        paper.line(f"  {reason['text']}{at}{cite}")


def _clock(each: dict[str, Any]) -> tuple[object, ...]:
    said = each["source"]
    return (
        instant(each["due_at"]) or "no number", instant(each["target_at"]), each["title"], each["owed_by"],
        each["owed_to"] or each["owed_to_role"], verdict(each), f"{said['name']} {said['cite']}",
    )  # fmt: skip


def _state(notice: dict[str, Any]) -> str:
    return "awaits release" if notice["awaiting"] else "released" if notice["released"] else "withheld"
