"""`demarche findings`: what the audit found, and that somebody has seen it, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant

_COLUMNS = ("id", "since", "times", "what", "incident_ref", "seen by", "to do")


@click.group("findings", short_help="See what the audit found, and say that you have.")
def findings() -> None:
    """See what the audit found, and say that you have.

    What concerns the cases that your party filed or operates and, for a party that files, the node itself. `demarche doctor` runs the
    audit at once and shows all of it to whoever runs the node. With --json: the finding, as the API gives it.

    \b
    Examples:
      demarche findings list --party cert-ee
      demarche findings seen FINDING --party cert-ee
    """


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    """One finding, or all that are listed."""
    rows = [
        [each["id"], instant(each["since"]), each["times"], f"{each['title']}: {each['what']}", each["incident_ref"], each["seen_by"],
         each["to_do"]]
        for each in found.get("items", [found])
    ]  # fmt: skip
    paper.table(_COLUMNS, rows, empty="No findings.", spare=("times", "incident_ref", "seen by", "to do"))


_LIST = ("demarche findings list --party cert-ee", "demarche findings list --past --party cert-ee --json")
_SEEN = "demarche findings seen FINDING --party cert-ee"


@calls.call(findings, "list", "What stands, and what to do about it.", *_LIST, draw=_draw)
@click.option("--past", is_flag=True, help="Instead, what is mended, the latest first, for 90 days.")
def listed(past: bool) -> calls.Request:
    """What stands, since when, how often, and what to do about it, oldest first, at most 100. With --json: {items: [...]}."""
    return calls.get("findings?past=yes" if past else "findings")


@calls.call(findings, "seen", "Say that your party has seen one.", _SEEN, draw=_draw)
@click.argument("finding", type=click.UUID)
def seen(finding: UUID) -> calls.Request:
    """Say that your party has seen one; the board speaks of it no more. It stands until it is mended. With --json: the finding."""
    return calls.post(f"findings/{finding}/seen")
