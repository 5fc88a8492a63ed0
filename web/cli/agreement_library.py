"""`demarche agreement library`: documents to start from."""

from __future__ import annotations

import rich_click as click

from incident import library as shelf
from web.cli.outcome import Answer, answering


@click.command("library")
@click.argument("which", required=False, metavar="[ID]")
@answering
def library(which: str | None) -> Answer:
    """List the documents that ship to start from, or print one.

    Needs no node. Parties and numbers are invented and say so; where a number is that of a law, it cites it. Typical cases to try a
    document on are those of `demarche agreement simulate --typical`. With --json: {items: [{id, title, about, layer, version, digest,
    parties, clauses}], typical_cases: [...]}, or one of them with its text.

    \b
    Examples:
      demarche agreement library
      demarche agreement library ee-overlay > mine.yaml
      demarche agreement simulate mine.yaml --typical all

    Exit codes: 0 done; 1 there is no such document; 2 wrong usage.
    """
    if which is not None:
        found = shelf.specimen(which)
        return Answer(found, lambda paper: paper.paragraphs(found["text"]))
    items, cases = shelf.specimens(), shelf.typical_cases()
    rows = [(each["id"], each["layer"], each["title"]) for each in items]
    return Answer({"items": items, "typical_cases": cases}, lambda paper: paper.table(("id", "layer", "title"), rows))
