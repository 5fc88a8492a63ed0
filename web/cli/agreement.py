"""`demarche agreement`: documents, checked before anybody signs, and read in plain language."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import rich_click as click

from incident.rules import terms
from web.cli import agreement_acts as acts
from web.cli import agreement_lint as linting
from web.cli import options
from web.cli.agreement_found import found as _found
from web.cli.agreement_layers import burden, compose
from web.cli.agreement_library import library
from web.cli.agreement_simulate import simulate
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.signing_key import key


@click.group(cls=click.RichGroup)
def agreement() -> None:
    """Check agreement documents, compare them in plain language, try them out, and sign them."""


for _command in (
    *(library, simulate, compose, burden),
    *(acts.publish, acts.sign, acts.suspend, acts.resume, acts.end, acts.export, acts.verify, key),
):
    agreement.add_command(_command)


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


@agreement.command("render")
@click.argument("which", metavar="FILE|ID")
@click.option("--places", is_flag=True, help="Name after each number where it stands in the document.")
@options.home
@answering
def render(which: str, places: bool, home: Path | None) -> Answer:
    """Say an agreement in plain language: a document, or a version that the node has on record.

    ID is a version's id, NAME for the newest version of that name, or NAME@VERSION. With --json: {name, version, title, digest,
    zone, in_force_from, in_force_until, parties, clauses: [{id, cite, title, text, pointer, parts: [{text, clause, pointer}]}]};
    every number is a part of its own, with the id of its clause and its JSON pointer, which are empty for mere text.

    \b
    Examples:
      demarche agreement render contract.yaml
      demarche agreement render sovereign-ai-assurance@1.0 --places

    Exit codes: 0 done; 1 the document has faults, or there is no such version; 2 wrong usage; 3 no database answers.
    """
    found = _found(which, home)
    return Answer(_document(found), lambda paper: paper.paragraphs(terms.as_text(found, places=places)))


@agreement.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@options.home
@answering
def diff(old: str, new: str, home: Path | None) -> Answer:
    """Say what a version changes against another: who gains and who loses, clause by clause.

    OLD and NEW are files, or versions on record as for `render`. Periods are compared from every start in the term of NEW,
    conditions in every combination of their facts; what cannot be decided is said to be different, and why. With --json:
    {old, new: {name, version, digest}, changes: [{kind, clause, cite, title, aspect, before, after, effect, gains, loses,
    because, text}]}; effect is stronger, weaker, different or same.

    \b
    Examples:
      demarche agreement diff contract-1.yaml contract-2.yaml
      demarche agreement diff sovereign-ai-assurance@1.0 draft.yaml --json

    Exit codes: 0 done, whether they differ or not; 1 a document has faults, or there is no such version; 2 wrong usage;
    3 no database answers.
    """
    before, after = _found(old, home), _found(new, home)
    changes = terms.diff(before, after)
    versions = [{"name": each.name, "version": each.version, "digest": each.digest} for each in (before, after)]
    document = {"old": versions[0], "new": versions[1], "changes": [asdict(each) for each in changes]}
    said = "\n".join(each.text for each in changes) or "The two say the same."
    return Answer(document, lambda paper: paper.paragraphs(said))


@agreement.command("schema")
@answering
def schema() -> Answer:
    """Print the JSON Schema of an agreement document, for editors and checkers.

    Needs no node. What it forbids is refused by `lint` too; `lint` finds more.

    \b
    Examples:
      demarche agreement schema > agreement.schema.json

    Exit codes: 0 done.
    """
    found = terms.json_schema()
    return Answer(found, lambda paper: paper.paragraphs(json.dumps(found, indent=2)))


def _document(found: terms.Agreement) -> dict[str, Any]:
    until = found.in_force_until
    return {
        "name": found.name, "version": found.version, "title": found.title, "digest": found.digest, "zone": found.zone,
        "in_force_from": found.in_force_from.isoformat(), "in_force_until": until.isoformat() if until else None,
        "parties": list(found.parties), "clauses": [asdict(each) for each in terms.render(found)],
    }  # fmt: skip
