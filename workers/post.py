"""The post office of one process: claims, sends with no transaction open, settles each on its own.

A slow recipient holds at most a few of its threads; the rest go on serving everybody else.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from incident import canonical
from incident.actions.consequences import delivering
from incident.links import link_for
from incident.reach.signatures import endpoint_key
from incident.records import outbox
from incident.records.cases import Row
from incident.records.cases.tables import incident
from incident.records.outbox.tables import notice
from incident.records.parties import channels as channel_records
from incident.records.parties import directory
from incident.rules.escalation.retries import next_try
from incident.work import Node, Work
from workers.channels import Channel, Cover, Delivered, GaveUp, Letter, Outcome, TryLater
from workers.channels.every import every

_log = structlog.get_logger()
THREADS = 16
MOST_OF_ONE = 4  # of the threads, for one party
SUBJECTS = {"reminder": "Reminder", "escalation": "Escalation", "missed": "Missed", "correction": "Correction", "test": "Test"}


@dataclass(slots=True)
class Post:
    """The letters of one node that this process is sending."""

    node: Node
    channels: dict[str, Channel]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="post"))
    _under_way: dict[Future[None], UUID] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *, patience: float | None) -> int:
        """Claim and send until nothing is due; then wait for what is under way, at most `patience` seconds (None: to the end).

        Returns how many were claimed. What is still under way goes on by itself.
        """
        claimed, give_up = 0, None if patience is None else time.monotonic() + patience
        while True:
            busy = self._busy()
            free = THREADS - busy.total()
            taken = self._claim(free, [party for party, count in busy.items() if count >= MOST_OF_ONE]) if free else []
            claimed += len(taken)
            if taken:
                continue
            left = None if give_up is None else give_up - time.monotonic()
            under_way = set(self._under_way)
            if not under_way or (left is not None and left <= 0):
                return claimed
            wait(under_way, timeout=left, return_when=FIRST_COMPLETED)

    def close(self) -> None:
        """Take nothing new and wait for what is under way; what does not end comes back when its lease runs out."""
        self.pool.shutdown(wait=True, cancel_futures=True)

    def _busy(self) -> Counter[UUID]:
        """How many letters of each party are under way."""
        with self._lock:
            self._under_way = {each: party for each, party in self._under_way.items() if not each.done()}
            return Counter(self._under_way.values())

    def _claim(self, free: int, but_not: list[UUID]) -> list[Row]:
        with self.node.work() as work:
            rows = outbox.claim(work.connection, work.now, free, but_not=but_not)
            letters = _letters(work, rows)
        for row, letter in letters:
            future = self.pool.submit(self._send, row, letter)
            with self._lock:
                self._under_way[future] = row.party_id
        return rows

    def _send(self, row: Row, letter: Letter) -> None:
        try:
            outcome = self.channels[row.kind].send(letter)
        except Exception as fault:  # ours, not the network's: seen in the log, tried again, and in the end a dead letter
            _log.exception("channel.fault", notification=str(row.id), channel=row.kind)
            outcome = TryLater(f"A fault of this node: {type(fault).__name__}.")
        try:
            with self.node.work() as work:
                _settle(work, row, outcome)
        except Exception:  # the lease runs out and it is sent again under the same id
            _log.exception("delivery.unsettled", notification=str(row.id), channel=row.kind)


_posts: dict[int, Post] = {}
_opening = threading.Lock()


def post_of(node: Node) -> Post:
    """The node's post office in this process, opened when first asked for."""
    with _opening:
        if id(node) not in _posts:
            settings = node.settings
            made = every(egress_allow=settings.egress_allow, smtp_url=settings.smtp_url, mail_from=settings.mail_from)
            _posts[id(node)] = Post(node, made)
        return _posts[id(node)]


def close_post(node: Node) -> None:
    """Close it, if it was ever opened."""
    with _opening:
        post = _posts.pop(id(node), None)
    if post is not None:
        post.close()


def _settle(work: Work, row: Row, outcome: Outcome) -> None:
    match outcome:
        case Delivered(receipt):
            delivering.delivered(work, row, dict(receipt))
        case GaveUp(reason, disable):
            delivering.failed(work, row, reason, again_at=None, disable=disable)
        case TryLater(reason, retry_after):
            again = next_try(row.attempt, work.now, row.due_at, retry_after, random.random())  # noqa: S311 - spreads retries
            delivering.failed(work, row, reason, again_at=again)


def _letters(work: Work, rows: list[Row]) -> list[tuple[Row, Letter]]:
    """What each claimed notification says, read in the claim's own transaction; nothing for what was cancelled meanwhile."""
    kept = [row for row in rows if not delivering.cancelled_meanwhile(work, row)]
    notices = _by_id(work, notice, {row.notice_id for row in kept if row.notice_id})
    cases = _by_id(work, incident, {row.case_id for row in kept if row.case_id})
    parties = directory.by_ids(work.connection, [row.party_id for row in kept])
    secrets = channel_records.secrets_of(work.connection, [row.channel_id for row in kept if row.channel_id])
    made = []
    for row in kept:
        about = notices.get(row.notice_id)
        link = work.node.settings.base_url + (link_for(work.node.settings.secret_key, row.id) if about is not None else "/settings")
        case = cases.get(row.case_id)
        letter = Letter(
            notification_id=row.id, attempt=row.attempt, address=row.address, sent_at=work.now, body=_body(row, about, link),
            cover=_cover(about, case, link, parties[row.party_id].zone), subject=SUBJECTS.get(about.kind if about is not None else "test", ""),
            secret=secrets.get(row.channel_id), signing_key=_key(work, row),
        )  # fmt: skip
        made.append((row, letter))
    return made


def _key(work: Work, row: Row) -> Any:
    return endpoint_key(work.node.key, row.channel_id) if work.node.key is not None and row.kind == "webhook" else None


def _by_id(work: Work, table: sa.Table, ids: set[UUID]) -> dict[UUID | None, Row]:
    return {row.id: row for row in work.connection.execute(sa.select(table).where(table.c.id.in_(ids)))} if ids else {}


def _cover(about: Row | None, case: Row | None, link: str, zone: str) -> Cover:
    if about is None or case is None:
        return Cover(incident_ref="TEST", severity="none", link=link, zone=zone)
    return Cover(
        incident_ref=case.ref, severity=case.severity, link=link, acknowledge_by=about.acknowledge_by, zone=zone, exercise=case.exercise
    )


def _body(row: Row, about: Row | None, link: str) -> dict[str, Any]:
    """The webhook's message. `released` is the frozen body that `digest` is taken of; only the link around it is of this node."""
    if about is None:
        data: dict[str, Any] = {
            "notification": str(row.id),
            "incident_ref": None,
            "severity": None,
            "acknowledge_by": None,
            "link": link,
            "released": {},
        }
        return {"type": "channel.test", "timestamp": canonical.instant(row.created_at), "data": data}
    items = about.items
    data = {
        "notification": str(row.id), "notice": str(about.id), "incident_ref": items.get("incident_ref"), "severity": items.get("severity"),
        "acknowledge_by": canonical.instant(about.acknowledge_by) if about.acknowledge_by else None, "link": link, "released": items,
        "digest": about.digest, **({"exercise": True} if items.get("exercise") else {}),
    }  # fmt: skip
    return {"type": f"notice.{about.kind}", "timestamp": canonical.instant(about.released_at), "data": data}
