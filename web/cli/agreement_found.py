"""Which agreement a command is about: a document of a file, or a version on record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click

from incident.errors import NotFound
from incident.rules import terms
from web.cli import options, source

if TYPE_CHECKING:
    from incident.settings import Settings


def found(which: str, home: Path | None) -> terms.Agreement:
    """A document of a file, or a version on record."""
    if which == "-" or Path(which).exists():
        return terms.load(source.text(Path(which), largest=terms.MAX_BYTES))
    if "/" in which or which.endswith((".yaml", ".yml")):
        raise click.UsageError(f"There is no file {which}.")
    return _on_record(options.settings(home), which)


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
