"""What a process sees of its clocks is put on record, a person is told, and after a step back nothing waits the time over again."""

from __future__ import annotations

import socket
import uuid
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from incident import logs
from incident.rules.escalation.retries import FAULTS, TRIES, longest_wait
from incident.rules.two_clocks import HOLD, NEAR, Jump
from incident.work import Node, Work
from workers import findings
from workers.auditing_questions import Found

_EVERY = 60.0  # seconds after which a disagreement that lasts is said again
_log = logs.get(__name__)


def look(node: Node) -> None:
    """Say what this process has seen of its clocks since it last did; asks the database nothing while they are as they should be."""
    watch, steady = node.clock.watch, node.clock.steady()
    if jumps := watch.untold():
        node.perform(partial(_say_moved, jumps=jumps))
        watch.told(jumps)
    if watch.disagrees and (watch.said_at is None or steady - watch.said_at >= _EVERY):
        node.perform(_say_apart)
        watch.said_at = steady
    elif not watch.disagrees and watch.said_at is not None:
        node.perform(_say_near)
        watch.said_at = None


def caught_up(work: Work) -> None:
    """Where the clock stands before the last audit, it was set back while nobody watched, or somebody said so already."""
    last = work.connection.execute(sa.text("select at from demarche.audited")).scalar()
    if last is not None and last - work.now > NEAR:
        _moved(work, Jump("database", work.now - last, work.now), watched=False)


def _say_moved(work: Work, jumps: tuple[Jump, ...]) -> None:
    for jump in jumps:
        _moved(work, jump)
    findings.count(work)


def _moved(work: Work, jump: Jump, *, watched: bool = True) -> None:
    """Once per jump, however many processes see it; what waits is taken back by each, which is harmless to repeat."""
    whose = "The clock of a machine of this node" if jump.of == "machine" else "The database's clock"
    way = "back" if jump.by < timedelta() else "forward"
    what = f"{whose} was set {way} by {'' if watched else 'at least '}{abs(jump.by).total_seconds():.1f} s."
    subject = socket.gethostname() if jump.of == "machine" else "database"
    by_ms = round(jump.by / timedelta(milliseconds=1))
    found = Found("clock.moved", subject, what, None, None)
    if findings.happened(work, found, by_ms if watched else None):
        _log.warning("clock_moved", state=jump.of, why=what)
        work.record("clock.anomaly", stream_of(work.node), {"of": jump.of, "by_ms": by_ms, "seen_on": socket.gethostname()})
    if jump.of != "machine" and jump.by < timedelta():
        take_back(work)


def stream_of(node: Node) -> uuid.UUID:
    """The stream of evidence of what concerns the node itself, and no party."""
    return uuid.uuid5(uuid.NAMESPACE_URL, node.settings.node_name)


def _say_apart(work: Work) -> None:
    by = work.node.clock.watch.apart
    way = "behind" if by < timedelta() else "ahead of"
    what = f"The database's clock is {abs(by).total_seconds():.1f} s {way} that of a machine of this node."
    what += f" Misses wait up to {HOLD.seconds} s for them to agree."
    _log.warning("clocks_apart", why=what)
    findings.put(work, Found("clock.apart", socket.gethostname(), what, None, None))
    findings.count(work)


def _say_near(work: Work) -> None:
    findings.gone(work, "clock.apart", socket.gethostname())
    findings.count(work)


def take_back(work: Work) -> None:
    """No lease runs longer than a lease from now, no try waits longer than its schedule, no timer past its own instant.

    For when the database's clock was set back: what was meant to be soon would else wait that time over again. Legal instants stay
    as they are; nothing that has fired is undone.
    """
    lease = work.now + timedelta(seconds=work.node.settings.lease_seconds)
    work.connection.execute(sa.text(_LEASES), {"until": lease})
    waits = [longest_wait(number).total_seconds() for number in range(TRIES)]
    work.connection.execute(sa.text(_TRIES), {"now": work.now, "waits": waits})
    work.connection.execute(sa.text(_ROUTES), {"now": work.now, "soon": work.now + HOLD})
    work.connection.execute(sa.text(_TIMERS), {"now": work.now, "soon": work.now + HOLD, "faults": FAULTS})
    work.connection.execute(sa.text(_CALENDARS), {"now": work.now, "soon": work.now + timedelta(hours=1)})
    work.wake("route", "deliver", "watch")


_LEASES = "update demarche.notification set leased_until = :until, look_at = :until where state = 'claimed' and look_at > :until"
_TRIES = """
update demarche.notification n set look_at = :now + make_interval(secs => w.seconds)
  from unnest(cast(:waits as float8[])) with ordinality w(seconds, place)
 where n.state = 'pending' and w.place = least(n.attempt, cardinality(cast(:waits as float8[])) - 1) + 1
   and n.look_at > :now + make_interval(secs => w.seconds)
"""
_ROUTES = """
update demarche.notice set route_again_at = :now
 where released_at is not null and routed_at is null and cancelled_at is null
   and (route_again_at > :soon or (route_again_at is null and released_at > :now))
"""
_TIMERS = """
update demarche.timer t set look_at = case t.tries when 0 then greatest(o.due_at + interval '1 microsecond', :now) else :now end
  from demarche.obligation o
 where o.id = t.obligation_id and t.look_at > :soon
   and (t.tries between 1 and :faults - 1 or (t.tries = 0 and t.step = 'due' and t.look_at > o.due_at + interval '1 microsecond'))
"""
_CALENDARS = "update demarche.rota set look_at = :now where look_at > :soon"
