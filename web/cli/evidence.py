"""`demarche evidence`: is the record whole; and forgetting what must be forgotten."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rich_click as click

from incident.errors import NotFound, Refused
from web.cli import options
from web.cli.outcome import DONE, REFUSED, Answer, answering
from web.cli.paper import Paper, progress

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from sqlalchemy import Connection

    from incident.evidence import Checked


_SUBJECT = """
    select 'case ' || ref from demarche.incident where id = :id
    union all select 'party ' || slug from demarche.party where id = :id
    union all select 'agreement ' || name || ' ' || version from demarche.agreement_version where id = :id
"""


@click.group(cls=click.RichGroup)
def evidence() -> None:
    """Check the evidence, and erase what has to be forgotten."""


@evidence.command("check")
@options.home
@answering
def check(home: Path | None) -> Answer:
    """Walk every chain of evidence and name the first broken entry of each.

    Reads one snapshot, so a node at work does not disturb it. An entry whose content was erased on purpose is counted, and its
    chain stays whole. With --json: {streams, entries, erased, broken: [{stream, of, seq, kind, at, why}]}.

    \b
    Examples:
      demarche evidence check
      demarche evidence check --json | jq '.broken'

    Exit codes: 0 every chain is whole; 1 one is broken; 2 a setting cannot be used; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    with database.worker_node(settings, snapshot=True) as node, node.engine.connect() as connection:
        checked = _walk(connection, node.key.public_key() if node.key else None)
        broken = [_named(connection, each.stream, each.seq) | {"why": each.why} for each in checked.broken]
    document = {"streams": checked.streams, "entries": checked.entries, "erased": checked.erased, "broken": broken}
    return Answer(document, lambda paper: _draw(paper, document), REFUSED if broken else DONE)


@evidence.command("erase")
@click.argument("stream", type=click.UUID)
@click.argument("seq", type=click.IntRange(min=1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept as evidence in the same stream.")
@click.option("--yes", is_flag=True, help="Do not ask; it cannot be undone.")
@options.home
@answering
def erase(stream: UUID, seq: int, reason: str, yes: bool, home: Path | None) -> Answer:
    """Erase the content of entry SEQ of STREAM; its place in the chain stands, and the erasure is itself recorded.

    Only what the evidence keeps of it is erased: the report, fact or act that it speaks of lies in the node's other tables.

    \b
    Examples:
      demarche evidence erase 0192f3c1-… 3 --reason "Erasure request 2026-14" --yes

    Exit codes: 0 erased; 1 there is no such entry, or it was erased before, or you said no; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    _confirm(f"Erase the content of entry {seq} of {stream}? This cannot be undone.", yes)
    with database.worker_node(settings) as node, node.work() as work:
        _erase(work.connection, stream, seq)
        work.record("evidence.erased", stream, {"seq": seq, "reason": reason})
    document = {"stream": str(stream), "seq": seq, "erased": True}
    return Answer(document, lambda paper: paper.line(f"Erased the content of entry {seq} of {stream}."))


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here; give --yes if you mean it.")
    if not click.confirm(question, err=True):
        raise Refused("Nothing was erased.", code="not_confirmed")


def _walk(connection: Connection, key: Ed25519PublicKey | None) -> Checked:
    import sqlalchemy as sa

    from incident.evidence import Checked, check
    from incident.evidence.tables import head

    total = connection.execute(sa.select(sa.func.count()).select_from(head)).scalar_one()
    checked = Checked(0, 0, 0, ())
    with progress("Walking the chains", total) as bar:
        for checked in check(connection, key=key):
            bar.update(bar.task_ids[0], completed=checked.streams)
    return checked


def _named(connection: Connection, stream: UUID, seq: int) -> dict[str, Any]:
    """The entry, and what its stream is about, as far as they are on record."""
    import sqlalchemy as sa

    from incident.canonical import instant
    from incident.evidence.tables import entry

    of = connection.execute(sa.text(_SUBJECT), {"id": stream}).scalar()
    row = connection.execute(sa.select(entry.c.kind, entry.c.at).where(entry.c.stream == stream, entry.c.seq == seq)).first()
    return {
        "stream": str(stream), "of": of, "seq": seq, "kind": row.kind if row else None, "at": instant(row.at) if row else None,
    }  # fmt: skip


def _erase(connection: Connection, stream: UUID, seq: int) -> None:
    import sqlalchemy as sa

    from incident.evidence.tables import payload

    gone = connection.execute(sa.delete(payload).where(payload.c.stream == stream, payload.c.seq == seq)).rowcount
    if not gone:
        raise NotFound(f"There is no entry {seq} of {stream} whose content could be erased.")


def _draw(paper: Paper, document: dict[str, Any]) -> None:
    counts = f"{document['entries']} entries in {document['streams']} chains, {document['erased']} erased on purpose."
    broken = document["broken"]
    if not broken:
        paper.line(f"Every chain is whole: {counts}", "green")
        return
    paper.line(f"{len(broken)} broken: {counts}", "bold red")
    columns = ("stream", "of", "seq", "kind", "at", "why")
    paper.table(columns, [[each[column] for column in columns] for each in broken])
