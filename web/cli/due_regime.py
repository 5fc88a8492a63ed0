"""`demarche due --regime`: one law, stage by stage, for facts that somebody supposes. Needs no node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import rich_click as click

from incident import law
from incident.answers import Json
from incident.errors import Fault, Invalid
from incident.rules import desk
from incident.rules.vocabulary import vocabulary
from web.cli import source
from web.cli.outcome import DONE, REFUSED, Answer
from web.cli.paper import Paper, clean
from web.schemas.supposing import entered, supposing

F = TypeVar("F", bound=Callable[..., Any])
NAMES = (
    *("regime", "facts", "zone", "fold", "jurisdiction", "calendar", "recipient_zone", "recipient_calendar", "submitted"),
    *("applies_only", "stage", "verbose"),
)
_COLUMNS = ("stage", "applies", "due (local)", "work to (local)", "due (UTC)", "due (recipient)", "basis", "depends on", "remarks")


def supposes(function: F) -> F:
    """The options by which a law and the facts of a case are supposed."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="With --regime: the derivation of every stage, not only the table."),
        click.option("--stage", metavar="STAGE", help="With --regime: this stage alone, with its derivation."),
        click.option("--applies-only", is_flag=True, help="With --regime: leave out the stages that do not apply."),
        click.option(
            "--submitted", multiple=True, metavar="STAGE=INSTANT", help="With --regime: a stage that was submitted; can be repeated."
        ),
        click.option("--recipient-calendar", metavar="ID", help="The calendar of whoever is told. Default: the debtor's."),
        click.option("--recipient-zone", metavar="ZONE", help="The zone of whoever is told. Default: the debtor's."),
        click.option("--calendar", metavar="ID", help="The debtor's calendar. Default: the public holidays of the jurisdiction."),
        click.option("--jurisdiction", metavar="COUNTRY", help="Where the debtor is established. Default: the country of the zone."),
        click.option("--fold", type=click.Choice(["0", "1"]), help="The first or second pass of a local time that comes twice."),
        click.option("--zone", metavar="ZONE", help="The debtor's zone. Default: the only zone of the jurisdiction."),
        click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="With --regime: a supposed fact; can be repeated."),
        click.option("--regime", metavar="ID", help="Date every stage of this law instead; needs no node."),
    ):
        function = option(function)
    return function


def parted(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is supposed, and the other options."""
    return {name: given[name] for name in NAMES}, {name: value for name, value in given.items() if name not in NAMES}


def refuse_stray(supposed: Mapping[str, Any]) -> None:
    """Without --regime nothing can be supposed.

    Raises:
        click.UsageError: naming the first option that was given all the same.
    """
    if stray := next((name for name, value in supposed.items() if value), None):
        raise click.UsageError(f"--{ {'facts': 'fact'}.get(stray, stray).replace('_', '-') } is of use with --regime alone.")


def answered(given: Mapping[str, Any]) -> Answer:
    """The law for what is supposed; exit code 1 when a stage of it cannot be dated.

    Raises:
        Invalid: with every option that cannot be used.
        click.UsageError: an option that is not NAME=VALUE, or a stage that the law does not have.
    """
    asked = supposing(_body(given))
    document = law.worked(desk.work(asked.regime, asked.supposed), asked.supposed, applies_only=given["applies_only"])
    alone = given["stage"]
    if alone is not None:
        document["stages"] = [each for each in document["stages"] if alone in (each["id"], each["id"].rsplit(".", 1)[-1])]
        if not document["stages"]:
            known = ", ".join(stage.id for stage in asked.regime.stages)
            raise Invalid([Fault("/stage", "unknown_stage", f"{asked.regime.id} has no stage {alone!r} to show; it has: {known}")])
    explains = given["verbose"] or alone is not None
    failed = any(each["error"] for each in document["stages"])
    return Answer(document, lambda paper: _draw(paper, document, explains=explains), REFUSED if failed else DONE)


def _body(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the body that the API takes; an instant without offset is read in the zone of the debtor."""
    simple = ("regime", "zone", "jurisdiction", "calendar", "recipient_zone", "recipient_calendar")
    body: dict[str, Any] = {name: given[name] for name in simple if given[name] is not None}
    zone = given["zone"] or desk.zone_of(given["jurisdiction"] or "")
    fold = None if given["fold"] is None else int(given["fold"])
    kinds = {name: known.type for name, known in vocabulary().items()}
    body["facts"] = {
        name: entered(value, zone, fold) if kinds.get(name) == "instant" else source.scalar(value)
        for name, value in _pairs("--fact", given["facts"]).items()
    }
    body["submitted"] = {name: entered(value, zone, fold) for name, value in _pairs("--submitted", given["submitted"]).items()}
    return body


def _pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name or not value:
            raise click.UsageError(f"{option} {each!r} is not understood; expected NAME=VALUE.")
        if name in found:
            raise click.UsageError(f"{option} {name} is given twice; expected it once.")
        found[name] = value
    return found


def _draw(paper: Paper, document: Json, *, explains: bool) -> None:
    terminal = paper.console.is_terminal
    if terminal:
        paper.line(f"{document['name']}  ({document['regime']}, {document['citation']})", "bold")
    for line in _notes(document):
        paper.line(line) if terminal else click.echo(clean(line), err=True)
    spare = ("depends on", "due (recipient)", "due (UTC)", "work to (local)", "basis")
    paper.table(_COLUMNS, [_row(each) for each in document["stages"]], empty="No stage applies.", spare=spare)
    if explains:
        for each in document["stages"]:
            _explain(paper, each)
    elif terminal:
        if unknown := sorted({fact for each in document["stages"] for fact in each["unknown"]}):
            paper.line(f"Depends on what is not supposed: {', '.join(unknown)}.")
        paper.line("The derivation: -v for all, --stage STAGE for one.", "dim")


def _notes(document: Json) -> list[str]:
    on = f"On {document['on']}: " if document["on"] else ""
    notes = [f"{on}{document['standing_says']}"]
    if document["unarmed_because"]:
        notes.append(f"It starts no clock until an officer arms it: {document['unarmed_because']}")
    if document["in_its_place"]:
        notes.append(f"In {document['jurisdiction']} another stands in its place: {', '.join(document['in_its_place'])}.")
    if document["not_asked"]:
        notes.append(f"This law asks nothing about {', '.join(document['not_asked'])}.")
    return notes


def _row(each: Json) -> tuple[object, ...]:
    due, target = each["due"], each["target"]
    says = {True: "yes", False: "no", None: "depends"}[each["applies"]]
    nothing = "cannot be dated" if each["error"] else "no number" if each["period"] is None else "not started"
    return (
        each["id"], says, _clock(due, "local") if due else nothing, _clock(target, "local") if target else "",
        due["utc"] if due else "", _clock(due, "recipient") if due else "", each["basis"], ", ".join(each["unknown"]),
        "; ".join(_remarks(each)),
    )  # fmt: skip


def _clock(at: Json, where: str) -> str:
    """Such as `2026-03-28 18:00 +02:00`; the end of a day as the day that it closes."""
    there = datetime.fromisoformat(str(at[where]))
    offset = there.isoformat()[-6:]
    if (there.hour, there.minute, there.second) == (0, 0, 0):
        return f"{there.date() - timedelta(days=1)} 24:00 {offset}"
    return f"{there:%Y-%m-%d %H:%M} {offset}"


def _remarks(each: Json) -> list[str]:
    found = [each["error"]] if each["error"] else []
    found += ["predicted"] if each["predicted"] else []
    found += [f"{each['kind']}, no deadline"] if each["kind"] != "deadline" else []
    found += ["needs arming"] if each["armed_needed"] else []
    return found + ([each["also"]] if each["also"] else [])


def _explain(paper: Paper, each: Json) -> None:
    paper.line()
    paper.line(f"{each['id']}: {each['title']} ({each['cite']})", "bold")
    if each["error"]:
        paper.line(f"  cannot be dated: {each['error']}")
    for number, line in enumerate(each["because"], 1):
        cite = f"  [{line['cite']}]" if line["cite"] else ""
        paper.line(f"  {number:>2}. {line['text']}{cite}")
