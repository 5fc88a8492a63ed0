"""What bad receivers cost the good ones: the same letters with every receiver healthy, and with one in ten hanging and one in ten refusing.

The processes of production, their time-out of 15 s as it is, started anew for each trial so that nothing is known of any address. A
letter is a test of a channel, which no act or verdict follows from; lateness is from the instant in its row to the receiver's door.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from incident.ids import new_id
from tests import servers
from tests.bench.figures import Measured, percentile
from tests.bench.receivers import Receivers
from tests.bench.site import Line, Site, webhooks_only

FIGURES = ("p99 to healthy receivers, 10 % hanging and 10 % refusing",)
PLACES, BAD, EACH = 20, 2, 16
APART = 0.03  # seconds between letters
PATIENCE = 45.0


@contextmanager
def isolation(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of two trials."""
    with ExitStack() as parts:
        url, receivers = parts.enter_context(site.database()), parts.enter_context(site.receivers(PLACES))
        line = parts.enter_context(site.line(url))
        webhooks_only(line, receivers.urls())

        def round() -> Iterator[Measured]:
            good = _trial(site, url, line, receivers, bad=False)
            among_bad = _trial(site, url, line, receivers, bad=True)
            yield Measured(FIGURES[0], percentile(among_bad, 0.99), percentile(good, 0.99))
            yield Measured(
                "p50 to healthy receivers, 10 % hanging and 10 % refusing", percentile(among_bad, 0.5), percentile(good, 0.5), "ms"
            )

        yield round


def _trial(site: Site, url: str, line: Line, receivers: Receivers, *, bad: bool) -> list[float]:
    """Milliseconds to each healthy receiver's door."""
    receivers.hang(BAD if bad else 0)
    refused = f"http://127.0.0.1:{servers.free_port()}/hook"
    urls = [refused if bad and BAD <= number < 2 * BAD else each for number, each in enumerate(receivers.urls())]
    line.execute("truncate demarche.notification cascade")
    with site.processes(url, "worker", "timekeeper", "beat") as node:
        node.until(lambda: node.ping("celery"), "the worker does not answer")
        each = 4 if site.quick else EACH
        due = _put(line, [urls[number % PLACES] for number in range(PLACES * each)])
        healthy = [id_ for number, id_ in enumerate(due) if number % PLACES >= 2 * BAD]
        came: dict[str, float] = {}
        receivers.take()
        give_up = time.monotonic() + PATIENCE
        while any(id_ not in came for id_ in healthy) and time.monotonic() < give_up:
            for arrival in receivers.take():
                came.setdefault(arrival.id, arrival.at)
            time.sleep(0.1)
        return [(came.get(id_, give_up) - due[id_]) * 1000 for id_ in healthy]


def _put(line: Line, urls: list[str]) -> dict[str, float]:
    """One letter to each of these, one after another from a second from now; when each is due by the monotonic clock."""
    row = line.execute("select id, party_id from demarche.channel where kind = 'webhook' limit 1").fetchone()
    assert row is not None
    now, began = line.execute("select clock_timestamp()").fetchone(), time.monotonic() + 1
    assert now is not None
    due: dict[str, float] = {}
    with line.transaction(), line.cursor() as cursor:
        for number, url in enumerate(urls):
            id_ = new_id()
            cursor.execute(
                "insert into demarche.notification (id, party_id, channel_id, contact, kind, address, effect_key, state,"
                " look_at, created_at, state_at)"
                " values (%s, %s, %s, 'duty_desk', 'webhook', %s, %s, 'pending', %s::timestamptz + make_interval(secs => %s), %s, %s)",
                (id_, row[1], row[0], url, f"bench:{id_}", now[0], 1 + number * APART, now[0], now[0]),
            )
            due[str(id_)] = began + number * APART
    return due
