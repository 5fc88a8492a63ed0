"""`demarche bounce`: what comes back of a mail, from the mail server's pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from incident.errors import Refused
from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import clean

if TYPE_CHECKING:
    from incident.reach.bounces import Report
    from incident.settings import Settings

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the mail server keeps the message and calls again."""
_SAYS = {
    "delivered": "Delivered: the recipient's mail server handed it over.",
    "failed": "Not delivered: the notification goes the next way.",
    "noted": "Noted; nothing changes.",
    "not_a_report": "No report of a mail server; nothing changes.",
    "unknown": "It names no mail of this node; nothing changes.",
}


@click.command()
@click.option("--to", default="", metavar="ADDRESS", help="The address that the mail server took it for, where it says so.")
@options.home
@answering
def bounce(to: str, home: Path | None) -> Answer:
    """Take one mail that came back, on stdin, and do what follows from it.

    A report that a mail was handed over makes its notification delivered; one that it never will be sends the notification the next
    way, and an address where nobody is goes out of use. A delay is noted. An answering machine, a reply or a mail that names no
    notification of this node by a token of its own changes nothing and is taken all the same, so that nothing is sent back to anybody.

    With --json: {outcome, notification, attempt, action, status}; outcome is delivered, failed, noted, not_a_report or unknown.

    \b
    Examples:
      bounces: "|demarche bounce"                             (/etc/aliases)
      demarche bounce --to "$ORIGINAL_RECIPIENT" < mail.eml

    Exit codes: 0 taken; 2 wrong usage; 75 (EX_TEMPFAIL of sysexits.h) the node cannot take it now, try again.
    """
    from incident.reach import bounces

    raw = sys.stdin.buffer.read(bounces.LARGEST)
    report = bounces.read(raw, came_to=to)
    if report is None:
        return _answer("not_a_report")
    try:
        return _taken(options.settings(home), report)
    except Refused as refused:
        click.echo(f"Error: {clean(refused.message)}", err=True)
        document = {"error": {"code": refused.code, "message": refused.message, "faults": []}}
        return Answer(document, lambda paper: None, TRY_AGAIN)


def _taken(settings: Settings, report: Report) -> Answer:
    from incident.actions.consequences import receipts
    from incident.reach.returns import Returns
    from web.cli import database

    mailed = Returns(settings.secret_key).found(*report.names)
    if mailed is None:
        return _answer("unknown", action=report.action, status=report.status)
    with database.worker_node(settings) as node, node.work() as work:
        outcome = receipts.came_back(work, mailed, report)
    named = {"notification": str(mailed.notification), "attempt": mailed.attempt}
    return _answer(outcome, **named, action=report.action, status=report.status)


def _answer(outcome: str, **more: object) -> Answer:
    document = {"outcome": outcome, **dict.fromkeys(("notification", "attempt", "action", "status")), **more}
    return Answer(document, lambda paper: paper.line(_SAYS[outcome]))
