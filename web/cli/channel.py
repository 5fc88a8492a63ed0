"""`demarche channel`: how the parties of a node are reached, and since when that has been seen to work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from web.cli import options
from web.cli.outcome import Answer, answering

if TYPE_CHECKING:
    from incident.work import Work

_COLUMNS = ("party", "contact", "kind", "address", "state", "verification", "verified_at", "verified_how", "failed_because")


@click.group(cls=click.RichGroup)
def channel() -> None:
    """See how parties are reached, and when each channel was last verified."""


@channel.command("list")
@click.option("--party", metavar="SLUG", help="Only the channels of this party.")
@click.option("--doubtful", is_flag=True, help="Only those that are disabled, failing, or not verified within 30 days.")
@options.home
@answering
def list_(party: str | None, doubtful: bool, home: Path | None) -> Answer:
    """List channels, by party and contact. Of a chat or pager only what may be shown of its URL.

    With --json: {channels: [{party, contact, name, kind, address, state, verification, verified_at, verified_how, taken_at,
    failed_at, failed_because, failing, changed_at, disabled_at, disabled_because}]}.

    \b
    Examples:
      demarche channel list --doubtful
      demarche channel list --party cert-ee --json

    Exit codes: 0 done; 1 there is no such party; 2 a setting cannot be used; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        found = _channels(work, party)
    found = [each for each in found if not doubtful or each["state"] != "in use" or each["verification"] != "current"]
    rows = [[each[column] for column in _COLUMNS] for each in found]
    return Answer({"channels": found}, lambda paper: paper.table(_COLUMNS, rows, empty="No channels.", spare=("verified_how",)))


def _channels(work: Work, slug: str | None) -> list[dict[str, Any]]:
    from incident import answers
    from incident.board.parties import channel_shows
    from incident.records.parties import channels, directory

    holders = [directory.by_slug(work.connection, slug)] if slug else directory.everybody(work.connection)
    found = []
    for holder in sorted(holders, key=lambda each: each.slug):
        for each in channels.of_party(work.connection, holder.id):
            shows = channel_shows(each, work.now)
            state = "disabled" if each.disabled_at else "failing" if shows["failing"] else "in use"
            found.append(
                {
                    "party": holder.slug, "contact": each.contact, "name": each.contact_name, "kind": each.kind, "address": each.address,
                    "state": state, "changed_at": answers.at(each.changed_at), "disabled_at": answers.at(each.disabled_at),
                    "disabled_because": each.disabled_because, **shows,
                }
            )  # fmt: skip
    return found
