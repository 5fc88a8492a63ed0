"""`demarche agreement`: documents, checked before anybody signs, and read in plain language."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rich_click as click

from incident.errors import NotFound
from incident.rules import terms
from web.cli import agreement_lint as linting
from web.cli import options, source
from web.cli.outcome import DONE, REFUSED, Answer, answering

if TYPE_CHECKING:
    from incident.settings import Settings


@click.group(cls=click.RichGroup)
def agreement() -> None:
    """Check agreement documents, and read them in plain language."""


@agreement.command("lint")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--examples", is_flag=True, help="Show for each finding the case by which the planner shows it.")
@click.option("--fix", is_flag=True, help="Mend in the files what can be mended mechanically; say what could not.")
@click.option("--explain", metavar="CODE", help="Say what a rule of the lint is about; needs no file.")
@answering
def lint(files: tuple[Path, ...], strict: bool, examples: bool, fix: bool, explain: str | None) -> Answer:
    """Check agreement documents for what cannot work as written.

    Needs no node. Each fault is named by its JSON pointer: faults of form, and clauses that cannot run, cannot be met or
    would tell nobody. Each finding of the lint comes with a case that was given to the planner and shows the fault, and with an
    edit where it can be mended mechanically; --fix applies those and leaves the rest of the text as it is. With --json: {files:
    [{file, name, version, digest, findings: [{level, code, pointer, message, counter_example, fix}], fixed}], errors, warnings}.

    \b
    Examples:
      demarche agreement lint contract.yaml
      demarche agreement lint agreements/*.yaml --strict --json
      demarche agreement lint --explain unreachable

    Exit codes: 0 no errors; 1 errors, or warnings with --strict; 2 a file cannot be read, or wrong usage.
    """
    if explain is not None:
        return linting.explained(explain)
    if not files:
        raise click.UsageError("Name a file to check, - for stdin, or --explain CODE.")
    if fix and Path("-") in files:
        raise click.UsageError("What comes from stdin cannot be mended where it stands; give a file.")
    checked = [linting.checked(each, fix) for each in files]
    levels = [finding["level"] for each in checked for finding in each["findings"]]
    document = {"files": checked, "errors": levels.count("error"), "warnings": levels.count("warning")}
    bad = document["errors"] or (strict and document["warnings"])
    return Answer(document, lambda paper: linting.draw(paper, checked, examples), REFUSED if bad else DONE)


@agreement.command("show")
@click.argument("which", metavar="FILE|ID")
@options.home
@answering
def show(which: str, home: Path | None) -> Answer:
    """Say an agreement in plain language: a document, or a version that the node has on record.

    ID is a version's id, NAME for the newest version of that name, or NAME@VERSION. With --json: {name, version, title, digest,
    zone, in_force_from, in_force_until, parties, clauses: [{id, cite, title, text}]}.

    \b
    Examples:
      demarche agreement show contract.yaml
      demarche agreement show sovereign-ai-assurance@1.0

    Exit codes: 0 done; 1 the document has faults, or there is no such version; 2 wrong usage; 3 no database answers.
    """
    if which == "-" or Path(which).exists():
        found = terms.load(source.text(Path(which)))
    elif "/" in which or which.endswith((".yaml", ".yml")):
        raise click.UsageError(f"There is no file {which}.")
    else:
        found = _on_record(options.settings(home), which)
    return Answer(_document(found), lambda paper: paper.paragraphs(terms.as_text(found)))


def _document(found: terms.Agreement) -> dict[str, Any]:
    until = found.in_force_until
    return {
        "name": found.name, "version": found.version, "title": found.title, "digest": found.digest, "zone": found.zone,
        "in_force_from": found.in_force_from.isoformat(), "in_force_until": until.isoformat() if until else None,
        "parties": list(found.parties), "clauses": [asdict(each) for each in terms.render(found)],
    }  # fmt: skip


def _on_record(settings: Settings, which: str) -> terms.Agreement:
    from incident.records import agreements
    from web.cli import database

    name, at, version = which.partition("@")
    with database.worker_node(settings) as node, node.work() as work:
        rows = [
            row
            for row in agreements.every(work.connection)
            if _is(row.id, which) or (row.name == name and (not at or row.version == version))
        ]
    if not rows:
        raise NotFound(f"There is no agreement {which!r} on record, and no file of that name.")
    return terms.load(rows[0].text)


def _is(id_: UUID, which: str) -> bool:
    return str(id_) == which.lower()
