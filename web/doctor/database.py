"""What the database says: roles and walls, migrations, clocks, queues, sweeps, channels, and what the audit finds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from incident import board
from incident.db.migrations import pending
from incident.errors import Refused, Unavailable
from incident.reach.targets import Egress, EgressRefused, admitted, target
from incident.rules.two_clocks import NEAR
from incident.settings import Settings
from incident.work import Node, Work
from web.doctor import reach
from web.doctor.lines import BAD, OK, WARN, Line

_LATE, _LATE_AUDIT = 60, 660
_MOST = 100  # webhooks that are looked up
_START = "Start it (`demarche up`, or PostgreSQL and DATABASE_URL); reports are refused with 503 meanwhile, and nothing is lost."


def lines(settings: Settings) -> Iterator[Line]:
    """Every line that needs the database; one, where it does not answer."""
    from web.cli import database

    try:
        with database.worker_node(settings) as node:
            yield Line("database", OK, "answers")
            yield from _examined(node)
    except Unavailable as gone:
        yield Line("database", BAD, gone.message, _START)
    except Refused as refused:
        yield Line("database", BAD, refused.message, "Mend what it says; `demarche migrate` brings the schema up to date.")


def _examined(node: Node) -> Iterator[Line]:
    with node.work() as work:
        missing = pending(work.connection)
        yield Line(
            "migrations",
            BAD if missing else OK,
            f"missing: {', '.join(missing)}" if missing else "current",
            "Run `demarche migrate`." if missing else "",
        )
        if missing:
            return
        yield from _walls(work)
        yield _clocks(work)
    yield from _audited(node)
    with node.work() as work:
        yield from _sweeps(work)
        yield from _queues(work)
        yield from _channels(work)
        yield from reach.lines(work)


def _walls(work: Work) -> Iterator[Line]:
    open_ = list(work.connection.execute(sa.text(_OPEN)).scalars())
    do = "Somebody changed the walls: restore them from the migrations before the node goes on."
    yield Line(
        "walls", BAD if open_ else OK, f"not forced on {', '.join(open_)}" if open_ else "forced on every table", do if open_ else ""
    )
    strong = list(work.connection.execute(sa.text(_STRONG)).scalars())
    said = f"{', '.join(strong)} can go around the walls" if strong else "neither role can go around the walls"
    yield Line("roles", BAD if strong else OK, said, "alter role … nosuperuser nobypassrls" if strong else "")


def _clocks(work: Work) -> Line:
    apart = -work.node.clock.watch.apart
    bad = abs(apart) > NEAR
    do = "Set both by the same source of time; deadlines go by the database's." if bad else ""
    return Line("clock", BAD if bad else OK, f"this machine is {apart.total_seconds():+.3f} s from the database", do)


def _audited(node: Node) -> Iterator[Line]:
    from web import one_process

    one_process.run_audit(node)
    with node.work() as work:
        found = board.health(work)["findings"]
    for each in found:
        where = f"{each['subject']}: " if each["kind"].startswith("clock.") else ""  # which machine, for whoever can get to it
        yield Line(f"audit.{each['kind']}", BAD, f"{where}{each['what']} (since {each['since']})", each["to_do"])
    if not found:
        yield Line("audit", OK, "what has to hold holds")


def _sweeps(work: Work) -> Iterator[Line]:
    sweeps = board.health(work)["sweeps"]
    for name in ("route", "deliver", "watch", "seal", "audit"):
        age = sweeps[name]["age_seconds"] if name in sweeps else None
        late = age is None or age > (_LATE_AUDIT if name == "audit" else _LATE)
        said = "has never run" if age is None else f"ran {age} s ago"
        yield Line(f"sweep.{name}", WARN if late else OK, said, "See that a worker or the timekeeper runs." if late else "")


def _queues(work: Work) -> Iterator[Line]:
    for name, question in _QUEUES.items():
        oldest = work.connection.execute(sa.text(question)).scalar()
        age = (work.now - oldest).total_seconds() if oldest is not None else 0
        late = age > _LATE
        said = f"the oldest has waited {age:.0f} s" if age > 0 else "nothing waits"
        yield Line(f"queue.{name}", BAD if late else OK, said, "See that a worker or the timekeeper runs." if late else "")
    dead = work.connection.execute(sa.text(_DEAD)).scalar_one()  # a test of a channel that failed is no letter
    do = "See `demarche outbox list --state dead`: retry, another channel, or telephone." if dead else ""
    yield Line("queue.dead", WARN if dead else OK, f"{dead} notifications reached nobody", do)


def _channels(work: Work) -> Iterator[Line]:
    for name in work.connection.execute(sa.text(_SILENT)).scalars():
        yield Line("channel", WARN, f"{name} can be reached by its inbox alone", "Ask the party for a webhook or an address.")
    rows = work.connection.execute(sa.text(_WEBHOOKS), {"most": _MOST}).all()
    egress = Egress(work.node.settings.egress_allow)
    with ThreadPoolExecutor(8) as threads:
        faults = [*threads.map(lambda row: _unreachable(row.address, egress), rows)]
    for row, fault in zip(rows, faults, strict=True):
        if fault:
            yield Line(
                "channel", WARN, f"the webhook of {row.slug}: {fault}", "Ask the party; messages go by its other channels meanwhile."
            )
    yield Line("channels", OK, f"{len(rows)} webhooks looked up, nothing was sent")


def _unreachable(address: str, egress: Egress) -> str | None:
    """Why nothing would be sent there: its form, its name or the addresses behind it; nobody is connected to."""
    try:
        place = target(address, allow=egress)
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        admitted(place, [str(each[4][0]) for each in found], allow=egress)
    except EgressRefused as refused:
        return refused.message
    except OSError as error:
        return f"the name cannot be looked up ({error.strerror or error})"
    return None


_OPEN = """
select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'p')
   and not (relrowsecurity and relforcerowsecurity) order by 1
"""
_STRONG = "select rolname from pg_roles where rolname in ('demarche_web', 'demarche_worker') and (rolsuper or rolbypassrls) order by 1"
_DEAD = "select count(*) from demarche.notification where state = 'dead' and case_id is not null"
_QUEUES = {
    "notices": "select min(released_at) from demarche.notice where released_at is not null and routed_at is null and cancelled_at is null",
    "notifications": "select min(look_at) from demarche.notification",
    "timers": "select min(look_at) from demarche.timer",
}
_SILENT = """
select p.slug from demarche.party p where exists (select from demarche.channel c where c.party_id = p.id)
   and not exists (select from demarche.channel c where c.party_id = p.id and c.disabled_at is null and c.kind <> 'inbox')
 order by 1 limit 50
"""
_WEBHOOKS = """
select p.slug, c.address from demarche.channel c join demarche.party p on p.id = c.party_id
 where c.kind = 'webhook' and c.disabled_at is null order by p.slug limit :most
"""
