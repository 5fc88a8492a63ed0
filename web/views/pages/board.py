"""The board, and the rows that it asks for every two seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, make_response, request

from incident import board as reads
from incident.work import Work
from web.door import page
from web.page_context import GROUPS, Json, awaited, group, instant, rendered, state
from web.views.pages import drawing
from web.views.pages.blueprint import pages

FIRST, MOST = 100, 1000
KEPT, MOST_KEPT = timedelta(seconds=1), 500


@pages.get("/")
@page
def board(work: Work) -> str:
    """Every clock that still asks for something, most urgent first."""
    shown = _shown()
    return rendered(work, "board.html", nav="board", **_values(work, reads.lines(work, limit=shown), shown))


@pages.get("/board/rows")
@page
def board_rows(work: Work) -> Response:
    """The same rows without the frame; 304 while nothing changed but the time."""
    shown = _shown()
    found = _lately_read(work, shown)
    etag = _etag(found, work)
    if etag.strip('"') in request.if_none_match:
        response = Response(status=304)
    else:
        response = make_response(rendered(work, "board_rows.html", **_values(work, found, shown)))
    response.headers["ETag"] = etag
    return response


def _lately_read(work: Work, shown: int) -> Json:
    """The lines as this application read them for the same party within the last second: a watch floor asks once, not once a screen."""
    kept: dict[tuple[str, int], tuple[datetime, Json]] = current_app.extensions.setdefault("boards", {})
    key = (work.actor.slug, shown)
    read_at, found = kept.get(key, (None, None))
    if read_at is None or found is None or not timedelta() <= work.now - read_at < KEPT:
        found = reads.lines(work, limit=shown)
        kept[key] = (work.now, found)
        while len(kept) > MOST_KEPT:
            kept.pop(next(iter(kept)), None)
    return found


def _shown() -> int:
    """How many lines the browser asks for."""
    return max(FIRST, min(request.args.get("show", FIRST, type=int), MOST))


def _values(work: Work, found: Json, shown: int) -> dict[str, Any]:
    lines: Sequence[Json] = found["lines"]
    firm = [each for each in lines if not each["predicted"] and not each["provisional"]]
    ahead = [each for each in firm if state(each, work.now) in ("critical", "soon", "running")]
    upcoming = min(ahead, key=lambda each: str(awaited(each, work.now)), default=None)
    return {
        "groups": _grouped(lines, work),
        "counts": found["counts"],
        "asides": found["asides"],
        "many": reads.MANY,
        "next": found["next"] if shown < MOST else None,
        "upcoming": upcoming,
        "upcoming_href": _href(upcoming) if upcoming else None,
        "upcoming_at": awaited(upcoming, work.now) if upcoming else None,
        "hours": drawing.per_hour(lines, work.now),
        "axis": drawing.axis(),
        "etag": _etag(found, work),
        "rows_url": f"/board/rows?show={shown}",
        "more_url": f"/?show={shown + FIRST}",
    }


def _grouped(lines: Sequence[Json], work: Work) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Groups that have rows, in order: key, heading, rows."""
    rows: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for line in lines:
        until = awaited(line, work.now)
        place = {
            "until": until, "state": state(line, work.now), "track": drawing.track(line, work.now),
            "target_passed": until is not None and until >= work.now and until != instant(line["target_at"]),
        }  # fmt: skip
        rows[group(line, work.now)].append({"line": line, "href": _href(line), **place})
    for found in rows.values():  # a line whose target has passed waits for its due instant
        found.sort(key=lambda row: str(row["until"]))
    return [(key, heading, rows[key]) for key, heading in GROUPS.items() if rows[key]]


def _href(line: Json) -> str:
    """Into the incident for its parties; a recipient, who sees no more than the obligation, goes there."""
    if line["summary"] is None:
        return f"/obligations/{line['obligation']}"
    return f"/incidents/{line['incident']}#o-{line['obligation']}"


def _etag(found: Json, work: Work) -> str:
    """Of what is shown but for the time; a line that passes into another group or state changes it."""
    standing = [(group(line, work.now), state(line, work.now)) for line in found["lines"]]
    body = json.dumps([found, standing, work.actor.slug], sort_keys=True, default=str)
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
