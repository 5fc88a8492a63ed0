"""`demarche outbox`: what is on its way, what was given up, and trying that again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rich_click as click

from incident.rules.escalation.states import STATES
from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper

if TYPE_CHECKING:
    from incident.work import Work

_COLUMNS = ("id", "state", "to", "contact", "channel", "incident_ref", "attempts", "next_try_at", "last_error")


@click.group(cls=click.RichGroup)
def outbox() -> None:
    """See what is on its way, and try again what was given up."""


@outbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@options.home
@answering
def list_(state: str | None, limit: int, home: Path | None) -> Answer:
    """List notifications, newest first, and how many are in each state.

    Addresses and contents are not shown. With --json: {states: {state: number}, notifications: [{id, notice, incident,
    incident_ref, to, contact, channel, state, attempts, next_try_at, created_at, delivered_at, last_error}]}.

    \b
    Examples:
      demarche outbox list
      demarche outbox list --state dead --json

    Exit codes: 0 done; 2 a setting cannot be used; 3 no database answers.
    """
    settings = options.settings(home)
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        states = _counted(work)
        found = _newest(work, state, limit)
    return Answer({"states": states, "notifications": found}, lambda paper: _draw(paper, states, found))


@outbox.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--dead", is_flag=True, help="All that are dead.")
@options.home
@answering
def retry(ids: tuple[UUID, ...], dead: bool, home: Path | None) -> Answer:
    """Try dead notifications again: those named, or all with --dead.

    They are due at once and get what is left of their schedule, at least one more try. That they were tried again is evidence.
    When one of those named is not dead, nothing is done.

    \b
    Examples:
      demarche outbox retry --dead
      demarche outbox retry 0192f3c1-7d0e-7cc2-a1b4-0f6c8f0d2e11

    Exit codes: 0 done; 1 one of them is not dead; 2 wrong usage; 3 no database answers.
    """
    if bool(ids) == dead:
        raise click.UsageError("Name the notifications, or all that are dead with --dead; one of the two.")
    settings = options.settings(home)
    from incident.actions.try_all_again import try_all_again
    from web.cli import database

    with database.worker_node(settings) as node, node.work() as work:
        again = try_all_again(work, None if dead else ids)
        work.connection.exec_driver_sql("notify due")  # with the commit; the timekeeper would find them in any case
    document = {"retried": [str(each) for each in again]}
    return Answer(document, lambda paper: paper.line(f"{len(again)} due again."))


def _counted(work: Work) -> dict[str, int]:
    import sqlalchemy as sa

    from incident.records.outbox.tables import notification

    rows = work.connection.execute(sa.select(notification.c.state, sa.func.count()).group_by(notification.c.state))
    counted = {row[0]: row[1] for row in rows}
    return {state: counted.get(state, 0) for state in STATES}


def _newest(work: Work, state: str | None, limit: int) -> list[dict[str, Any]]:
    from incident import board

    found: list[dict[str, Any]] = []
    cursor = None
    while len(found) < limit:
        page = board.notifications(work, state=state, limit=limit - len(found), cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def _draw(paper: Paper, states: dict[str, int], found: list[dict[str, Any]]) -> None:
    if paper.console.is_terminal:
        paper.line(", ".join(f"{number} {state}" for state, number in states.items()))
    paper.table(
        _COLUMNS,
        [[each[column] for column in _COLUMNS] for each in found],
        empty="No notifications.",
        spare=("next_try_at", "contact", "attempts", "incident_ref"),
    )
