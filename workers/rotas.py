"""Calendars of rotas: fetched with no transaction open, taken in whole or not at all; and who can be reached, looked at anew."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import logs
from incident.actions.consequences import appearing, feeding, reaching
from incident.errors import Refused
from incident.reach.targets import Egress, target
from incident.records.parties import rotas
from incident.rules.escalation.feed import LONGEST, FeedRefused
from incident.work import Node
from workers.channels.egress import ReplyTooLarge, TimeLimit, Way

Fetch = Callable[[str], str]
"""`fetch(url)` gives the text behind a URL, or raises Refused or OSError."""

_log = logs.get(__name__)
_HEAD = 16 * 1024  # bytes that the head of an answer may take beside its body
_MOST = 4 * LONGEST + _HEAD  # a character has up to four bytes


@dataclass(frozen=True, slots=True)
class _Task:
    party: UUID
    kind: str
    url: str | None
    text: str | None
    set_at: Any


def read_calendars(node: Node, fetch: Fetch | None = None, *, patience: float | None = None) -> int:
    """Read every calendar that is due again, and look again at who can be reached; how many calendars that were.

    All are fetched side by side, and after `patience` seconds the slow ones are left to finish by themselves: who waits for this may
    have clocks to keep.
    """
    did, running = 0, list[threading.Thread]()
    while tasks := _take(node):
        way = fetch or fetching(node)
        running += [threading.Thread(target=_tried, args=(node, task, way), name="calendar", daemon=True) for task in tasks]
        for each in running[did:]:
            each.start()
        did += len(tasks)
    ends = None if patience is None else time.monotonic() + patience
    for each in running:
        each.join(None if ends is None else max(ends - time.monotonic(), 0))
    _take_up(node)
    with node.work() as work:
        reaching.look(work)
    return did


def _take_up(node: Node) -> None:
    """What waits for a party that appeared, or for a channel of one: case by case, before their reach is looked at."""
    with node.work() as work:
        found = appearing.waiting(work, rotas.to_look_at(work.connection, work.now, reaching.EVERY))
    for case_id in found:
        try:
            node.perform(partial(appearing.take_up, case_id=case_id))
        except sa.exc.OperationalError:
            raise
        except Exception:  # the others go on, and the next round finds it again
            _log.exception("take_up_failed", incident=str(case_id))


def _take(node: Node) -> list[_Task]:
    """Those that are due, put off at once, so that whoever else looks meanwhile and whoever fails here leaves them for later."""
    with node.work() as work:
        found = [_Task(row.party_id, row.feed, row.feed_url, row.feed_text, row.set_at) for row in rotas.due(work.connection, work.now)]
        for task in found:
            rotas.note_feed(work.connection, task.party, look_at=work.now + feeding.AFTER_FAILURE)
    return found


def _tried(node: Node, task: _Task, fetch: Fetch) -> None:
    try:
        _read(node, task, fetch)
    except Exception:  # it is tried again at its next turn; what was read before stays
        _log.exception("calendar_failed", party=str(task.party))


def _read(node: Node, task: _Task, fetch: Fetch) -> None:
    trouble, text = "", task.text or ""
    try:
        text = fetch(task.url) if task.url else text
    except (OSError, http.client.HTTPException, Refused) as error:
        trouble = f"it could not be fetched: {_said(error)}"
    with node.work() as work:
        row = rotas.find(work.connection, task.party, for_update=True)
        if row is None or row.feed != task.kind or row.set_at != task.set_at:
            return  # somebody set another calendar meanwhile, which has its own turn
        try:
            if not trouble:
                found = feeding.read(work, task.party, text, feeding.mapping_of(row))
        except FeedRefused as refused:
            trouble = refused.message
        if trouble:
            feeding.failed(work, task.party, trouble)
        else:
            feeding.take(work, task.party, text, found, task.kind)


def fetching(node: Node) -> Fetch:
    """Fetch over the same way out as webhooks: https outside what the node allows, to the address that was checked, no redirects."""
    way = Way(Egress(node.settings.egress_allow), ssl.create_default_context())
    return lambda url: get(way, url)


def get(way: Way, url: str) -> str:
    """The text behind `url`, in UTF-8, within the time limit of the way.

    Raises:
        Refused: the node does not go there, or what is there is no such text.
        OSError, HTTPException: it does not answer as it should.
    """
    to = target(url, allow=way.allow)
    limit = TimeLimit.starting(way.total)
    with way.open(to, limit, _MOST) as line, closing(http.client.HTTPConnection(to.host, to.port)) as connection:
        connection.sock = line
        headers = {"Host": to.authority, "Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "Demarche-Rota/1"}
        connection.request("GET", to.path, headers={**headers, "Connection": "close"})
        with connection.getresponse() as response:
            if response.status != 200:
                raise FeedRefused(f"{to.host} answered {response.status}; expected 200, without a redirect.")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise FeedRefused(f"{to.host} answered in a compressed form; expected it as it is.")
            return _text(response.read())


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedRefused("it is not in UTF-8; expected an iCalendar text in UTF-8.") from error


def _said(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, ReplyTooLarge):
        return f"it is larger than {LONGEST} characters."
    return " ".join(str(error).split())[:300] or type(error).__name__
