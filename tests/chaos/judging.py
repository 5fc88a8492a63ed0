"""What the rows say after the trial, against what was promised: lost, early, doubled in effect, stuck."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests.chaos.clients import Ledger

_UNFINISHED = {
    "released and not routed": sa.text(
        "select count(*) from demarche.notice where released_at <= now() and routed_at is null and cancelled_at is null"
    ),
    "notifications under way": sa.text("select count(*) from demarche.notification where look_at <= now() or state = 'claimed'"),
    "timers due": sa.text("select count(*) from demarche.timer where look_at <= greatest(now(), cast(:horizon as timestamptz))"),
    "evidence unsealed": sa.text("select count(*) from demarche.evidence_head where sealed < seq"),
}
_STUCK = (
    "select 'notification ' || id from demarche.notification where state in ('pending', 'claimed') and look_at is null"
    " union all select 'obligation ' || id from demarche.obligation o where settled_as is null and superseded_by is null"
    "  and not predicted and due_at is not null and not exists (select from demarche.timer t where t.obligation_id = o.id)"
    " union all select 'dead and nobody told: ' || n.id from demarche.notification n where state = 'dead' and case_id is not null"
    "  and not exists (select from demarche.notice w where w.effect_key like '%dead:' || n.id || '%')"
)
_DOUBLED = {
    "notifications of one notice over one channel": "select count(*) from (select from demarche.notification where notice_id is not null"
    " group by notice_id, kind, contact having count(*) > 1) d",
    "acts sent or received": "select count(*) from (select from demarche.act where kind in ('sent', 'received', 'missed')"
    " group by obligation_id, kind having count(*) > 1) d",
    "reminders": "select count(*) from (select from demarche.act where kind in ('reminded', 'escalated')"
    " group by obligation_id, kind, detail ->> 'step' having count(*) > 1) d",
    "cases of one report": "select count(*) from (select from demarche.report group by filed_by, reference, stage, revision"
    " having count(*) > 1) d",
}
_EARLY = (
    "select count(*) from demarche.act a join demarche.obligation o on o.id = a.obligation_id"
    " where (a.kind = 'missed' and a.recorded_at <= o.due_at)"
    " or (a.kind = 'reminded' and a.detail ->> 'step' = 'remind_after' and a.recorded_at <= o.due_at)"
    " or (a.kind = 'reminded' and a.detail ->> 'step' = 'remind_half'"
    "     and a.recorded_at < o.started_at + (o.target_at - o.started_at) / 2)"
)
_LATENESS = "select (detail ->> 'recorded_late_by_ms')::int from demarche.act where kind = 'missed' order by 1"


@dataclass(frozen=True, slots=True)
class Findings:
    """The figures of a trial. All of `lost`, `early`, `doubled`, `stuck`, `wrong` have to be 0."""

    seed: int
    reports_accepted: int
    tries: int
    unanswered: int
    refused: int
    notifications_due: int
    attempts: int
    delivered: int
    waiting: int
    dead: int
    misses: int
    lost: int
    early: int
    doubled: int
    stuck: int
    wrong: int
    worst_lateness_ms: int
    drained_in_s: float
    kills: int
    faults: int
    why: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.early or self.doubled or self.stuck or self.wrong)

    def in_words(self) -> list[tuple[str, object]]:
        """What a trial is judged by, in the order in which it is read, and what else there is to say."""
        return [
            ("seed", self.seed), ("reports accepted", self.reports_accepted), ("notifications due", self.notifications_due),
            ("attempts", self.attempts), ("delivered", self.delivered), ("LOST", self.lost), ("EARLY", self.early),
            ("DOUBLED in effect", self.doubled), ("STUCK", self.stuck), ("worst lateness", f"{self.worst_lateness_ms} ms"),
            ("time to drain", f"{self.drained_in_s} s"), ("kills", self.kills), ("faults", self.faults),
            ("answers that were wrong", self.wrong), ("tries, unanswered, 503", f"{self.tries}, {self.unanswered}, {self.refused}"),
            ("dead letters", self.dead), ("misses recorded", self.misses), *(("because", each) for each in self.why),
        ]  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        return asdict(self) | {"good": self.good}


def drained(engine: sa.Engine, patience: float, clocks: timedelta = timedelta()) -> tuple[float, list[str]]:
    """Wait until nothing is under way any more, and the timers of the next `clocks` have run out.

    How long it took in seconds, and what is left when the patience ends.
    """
    began = time.monotonic()
    horizon = datetime.now(UTC) + clocks
    while True:
        left = _left(engine, horizon)
        if not left or time.monotonic() - began > patience:
            return time.monotonic() - began, left
        time.sleep(0.25)


def _left(engine: sa.Engine, horizon: datetime) -> list[str]:
    with engine.connect() as connection:
        counts = {what: connection.execute(question, _said(question, horizon)).scalar_one() for what, question in _UNFINISHED.items()}
    return [f"{what}: {n}" for what, n in counts.items() if n]


def _said(question: sa.TextClause, horizon: datetime) -> dict[str, datetime]:
    return {"horizon": horizon} if ":horizon" in question.text else {}


def judged(
    engine: sa.Engine, ledger: Ledger, seen: Iterable[str], *, seed: int, kills: int, faults: int, drained_in: float, left: list[str]
) -> Findings:
    """Compare what was promised and what arrived with what is on record."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select id::text, state from demarche.notification where kind = 'webhook'")).all()
        states = Counter(row.state for row in rows)
        lost = [f"lost: {what}" for what in _lost(connection, ledger, {row.id for row in rows if row.state == "delivered"}, set(seen))]
        doubled = {what: n for what, question in _DOUBLED.items() if (n := connection.execute(sa.text(question)).scalar_one())}
        early = connection.execute(sa.text(_EARLY)).scalar_one()
        stuck = list(connection.execute(sa.text(_STUCK)).scalars())
        late = list(connection.execute(sa.text(_LATENESS)).scalars())
        attempts = connection.execute(
            sa.text("select coalesce(sum(attempt), 0) from demarche.notification where kind = 'webhook'")
        ).scalar_one()
    why = (
        *lost,
        *(f"doubled: {what}: {n}" for what, n in doubled.items()),
        *(f"stuck: {each}" for each in [*stuck, *left][:20]),
        *ledger.wrong[:20],
    )
    return Findings(
        seed, len(ledger.accepted), ledger.tries, ledger.unanswered, ledger.refused, len(rows), int(attempts), states["delivered"],
        states["pending"] + states["claimed"], states["dead"], len(late), len(lost), int(early), sum(doubled.values()),
        len(stuck) + len(left), len(ledger.wrong), max(late, default=0), round(drained_in, 2), kills, faults, why,
    )  # fmt: skip


def _lost(connection: sa.Connection, ledger: Ledger, delivered: set[str], seen: set[str]) -> list[str]:
    """Reports accepted and not on record; misses that nobody recorded; notifications on record as delivered that nobody got."""
    on_record = set(connection.execute(sa.text("select reference from demarche.incident")).scalars())
    unrecorded = connection.execute(
        sa.text(
            "select id::text from demarche.obligation where due_at < now() - interval '15 seconds' and settled_as is null"
            " and superseded_by is null and not predicted"
        )
    ).scalars()
    untold = connection.execute(
        sa.text(
            "select n.id::text from demarche.notice n where released_at is not null and cancelled_at is null"
            " and not exists (select from demarche.notification t where t.notice_id = n.id)"
            " and exists (select from demarche.channel c where c.party_id = n.recipient and c.disabled_at is null)"
        )
    ).scalars()
    return [
        *(f"report {each}" for each in sorted(set(ledger.accepted) - on_record)), *(f"verdict of {each}" for each in unrecorded),
        *(f"notice {each}" for each in untold), *(f"notification {each}" for each in sorted(delivered - seen)),
    ]  # fmt: skip
