"""`demarche due`: what is due next, as one party sees it; with --regime or --batch, what would be due by the law alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import rich_click as click

from incident.clock import wall
from web.cli import due_batch, due_explain, due_regime, options
from web.cli.options import Duration
from web.cli.outcome import Answer, answering
from web.cli.paper import instant, verdict
from web.cli.service import Service, service

_ASKING = ("missed", "running", "unresolved")
_VERDICTS = (*_ASKING, "met", "met_late", "waived", "lapsed", "superseded")
_COLUMNS = ("target", "left", "verdict", "what", "owed by", "owed to", "incident", "source")
_PAGE = 200
_NEVER = datetime.max.replace(tzinfo=UTC)


@click.command()
@options.speaks
@click.option(
    "--within", type=Duration(), metavar="SPAN", help="Only what is due within this span, such as 90m, 24h or 3d, or was due before."
)
@click.option(
    "--verdict", "verdicts", type=click.Choice(_VERDICTS), multiple=True, help="Only these. Default: missed, running, unresolved."
)
@click.option("--owed-by", metavar="SLUG", help="Only what this party owes.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many of each verdict.")
@click.option(
    "--batch", type=click.Path(allow_dash=True, path_type=Path), metavar="FILE", help="Work the cases of this file instead; needs no node."
)
@click.option("--explain", type=click.UUID, metavar="OBLIGATION", help="Compute this obligation again from what was kept with it.")
@due_regime.supposes
@answering
def due(within: timedelta | None, verdicts: tuple[str, ...], owed_by: str | None, limit: int, **given: Any) -> Answer:
    """Show what is due next, most urgent first.

    Every obligation that the party may see and that still asks for something, by the instant to plan for (the strictest
    reading); duties without an instant come last. Speaks HTTP, with the key of --party in the demo's file, or with --key.
    With --json: {obligations: [...]}, each as GET /api/v1/obligations gives it.

    --regime dates every stage of a law for supposed facts, as it would in a case: with --json {regime, name, status, standing,
    zone, stages: [{id, applies, unknown, predicted, target, due, because}]}, `target` and `due` {utc, local, recipient} or null.
    An instant without offset is read in --zone; true, false, unknown, numbers and words are values too.

    --batch works cases of legal time from a YAML or JSON file (- for stdin): {calendars: {...}, vectors: [{id, rule, n, start,
    zone, cal, opts}]}. With --json: [{id, due_utc, because, ...}], and {id, error, code, pointer} for a case that cannot be worked.

    --explain computes one obligation again, in this process, from what was kept with it. Asked as a party it asks the node, else it
    reads the database of the home. With --json: {id, due_at, computed, because, differences: [{what, recorded, computed}], ...}.

    \b
    Examples:
      demarche due --party cert-ee --within 24h
      demarche due --regime eu.nis2.art23 --fact aware_at=2026-03-27T17:40 --zone Europe/Tallinn
      demarche due --regime eu.dora.art19 --fact classified_at=2026-11-20T09:00 --zone Europe/Vilnius --stage initial
      demarche due --batch cases.yaml --json

    Exit codes: 0 done; 1 refused, or something cannot be worked; 2 wrong usage; 3 the node could not be reached, or --explain
    found a difference (a node out of reach is then 1).
    """
    supposed, who = due_regime.parted(given)
    batch, explain = who.pop("batch"), who.pop("explain")
    if sum(each is not None for each in (batch, explain, supposed["regime"])) > 1:
        raise click.UsageError("Give only one of --regime, --batch and --explain.")
    if explain is not None:
        return due_explain.answered(explain, **who)
    if batch is not None:
        return due_batch.answered(batch)
    if supposed["regime"] is not None:
        return due_regime.answered(supposed)
    due_regime.refuse_stray(supposed)
    return _as_seen(within, verdicts, owed_by, limit, who)


def _as_seen(within: timedelta | None, verdicts: tuple[str, ...], owed_by: str | None, limit: int, who: dict[str, Any]) -> Answer:
    """What the node says is due for the party."""
    now = wall()  # this machine's clock only chooses and words what is shown; verdicts are the node's
    asked = {"owed_by": owed_by, "due_before": _until(now + within) if within else None}
    with service(**who) as node:
        found = [each for each_verdict in verdicts or _ASKING for each in _listed(node, asked | {"verdict": each_verdict}, limit)]
    found.sort(key=_urgency)
    rows = [_row(each, now) for each in found]
    return Answer(
        {"obligations": found}, lambda paper: paper.table(_COLUMNS, rows, empty="Nothing is due.", spare=("source", "owed to", "incident"))
    )


def _listed(node: Service, asked: dict[str, str | None], limit: int) -> list[dict[str, Any]]:
    given = {name: value for name, value in asked.items() if value is not None}
    return node.listed(f"/api/v1/obligations?{urlencode(given | {'limit': min(limit, _PAGE)})}", limit)


def _urgency(each: dict[str, Any]) -> tuple[datetime, str]:
    at = each["target_at"] or each["due_at"]
    return (datetime.fromisoformat(at) if at else _NEVER, each["id"])


def _row(each: dict[str, Any], now: datetime) -> tuple[object, ...]:
    at = each["target_at"] or each["due_at"]
    source = each["source"]
    return (
        instant(at) or "no instant", _left(datetime.fromisoformat(at) - now) if at else "", verdict(each), each["title"], each["owed_by"],
        each["owed_to"] or each.get("owed_to_role"), each["incident_ref"], f"{source['name']} {source['cite']}",
    )  # fmt: skip


def _left(span: timedelta) -> str:
    """For a narrow column: `3d4h`, `2h05m`, `-12m`."""
    minutes = int(abs(span).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = f"{days}d{hours}h" if days else f"{hours}h{rest:02}m" if hours else f"{rest}m"
    return f"-{words}" if span < timedelta() else words


def _until(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
