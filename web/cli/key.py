"""`demarche key`: the API keys of parties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from incident.errors import Conflict, NotFound
from web.cli import options
from web.cli.outcome import Answer, answering

if TYPE_CHECKING:
    from incident.work import Work

_COLUMNS = ("prefix", "party", "name", "created_at", "revoked_at")


class KeyName(click.ParamType[str]):
    """What a key is called: printable text."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name without blanks around it."""
        text = str(value).strip()
        if not (1 <= len(text) <= 100 and text.isprintable()):
            self.fail("expected 1 to 100 printable characters.", param, ctx)
        return text


@click.group(cls=click.RichGroup)
def key() -> None:
    """Make, list and revoke API keys."""


@key.command("create")
@click.option("--party", required=True, metavar="SLUG", help="Whose key it is.")
@click.option("--name", required=True, type=KeyName(), metavar="NAME", help="What it is for; shown wherever the key acts.")
@options.home
@answering
def create(party: str, name: str, home: Path | None) -> Answer:
    """Make an API key and print it: this is the only time that it can be read.

    Only a hash of it is kept. stdout is the key alone. With --json: {party, name, prefix, key}.

    \b
    Examples:
      demarche key create --party cert-ee --name "ticket system"
      export DEMARCHE_API_KEY=$(demarche key create --party cert-ee --name script)

    Exit codes: 0 done; 1 there is no such party; 2 wrong usage; 3 no database answers.
    """
    settings = options.settings(home)
    from incident.records.parties import directory, people
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        holder = directory.by_slug(work.connection, party)
        made = people.new_key(work.connection, holder.id, name, work.now)
        prefix = made.split("_")[1]
        work.record("key.created", holder.id, {"prefix": prefix, "name": name})
    click.echo("Keep it: it cannot be read again.", err=True)
    return Answer({"party": party, "name": name, "prefix": prefix, "key": made}, lambda paper: paper.line(made))


@key.command("list")
@click.option("--party", metavar="SLUG", help="Only the keys of this party.")
@options.home
@answering
def list_(party: str | None, home: Path | None) -> Answer:
    """List API keys, by party and age, revoked ones too; the keys themselves are not kept.

    \b
    Examples:
      demarche key list --party cert-ee

    Exit codes: 0 done; 1 there is no such party; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        found = _keys(work, party)
    rows = [[each[column] for column in _COLUMNS] for each in found]
    return Answer({"keys": found}, lambda paper: paper.table(_COLUMNS, rows, empty="No keys."))


@key.command("revoke")
@click.argument("prefix")
@options.home
@answering
def revoke(prefix: str, home: Path | None) -> Answer:
    """Revoke the API key with that PREFIX, at once and for good.

    \b
    Examples:
      demarche key revoke 3f9a01bc

    Exit codes: 0 done; 1 there is no such key, or it was revoked before; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        found = _revoke(work, prefix)
    return Answer(found, lambda paper: paper.line(f"Revoked {prefix}, {found['name']}, of {found['party']}."))


def _keys(work: Work, slug: str | None) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from incident import answers
    from incident.records.parties import directory
    from incident.records.parties.tables import api_key, party

    question = sa.select(api_key, party.c.slug).join(party, party.c.id == api_key.c.party_id)
    if slug is not None:
        question = question.where(api_key.c.party_id == directory.by_slug(work.connection, slug).id)
    rows = work.connection.execute(question.order_by(party.c.slug, api_key.c.created_at, api_key.c.prefix))
    return [
        {
            "prefix": row.prefix, "party": row.slug, "name": row.name, "created_at": answers.at(row.created_at),
            "revoked_at": answers.at(row.revoked_at),
        } for row in rows
    ]  # fmt: skip


def _revoke(work: Work, prefix: str) -> dict[str, Any]:
    import sqlalchemy as sa

    from incident.records.parties.tables import api_key, party

    question = sa.select(api_key, party.c.slug).join(party, party.c.id == api_key.c.party_id).where(api_key.c.prefix == prefix)
    rows = work.connection.execute(question.with_for_update(of=api_key)).all()
    if not rows:
        raise NotFound(f"There is no key with the prefix {prefix!r}; `demarche key list` shows them.")
    live = [row for row in rows if row.revoked_at is None]
    if len(live) != 1:
        raise Conflict(f"{len(live)} keys with the prefix {prefix!r} are in use; expected one.", code="not_one_key")
    row = live[0]
    work.connection.execute(sa.update(api_key).where(api_key.c.id == row.id).values(revoked_at=work.now))
    work.record("key.revoked", row.party_id, {"prefix": prefix, "name": row.name})
    return {"party": row.slug, "name": row.name, "prefix": prefix, "revoked": True}
