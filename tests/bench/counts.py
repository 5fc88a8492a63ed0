"""How many SQL statements a filing costs, and a whole incident with one delivery: what the drivers were given, BEGIN and COMMIT apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from incident.db.embedded import WEB
from incident.work import Node
from tests.bench.client import a_report
from tests.bench.figures import Measured
from tests.bench.site import Site, webhooks_only
from web import create_app
from workers import post, sweeps

FIGURES = ("SQL statements per intake", "SQL statements per incident with one delivery")


class Counted:
    """The statements that go through these engines, and their transactions."""

    def __init__(self, *engines: sa.Engine) -> None:
        self.statements: list[str] = []
        self.commits = 0
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", self._note)
            sa.event.listen(engine, "commit", self._committed)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements.append(statement)

    def _committed(self, _connection: object) -> None:
        self.commits += 1

    def clear(self) -> None:
        """Begin anew."""
        self.statements.clear()
        self.commits = 0


@contextmanager
def counts(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of one filing, and of one incident that one recipient is told of."""
    with ExitStack() as parts:
        url = parts.enter_context(site.database())
        line, receivers = parts.enter_context(site.line(url)), parts.enter_context(site.receivers(1))
        webhooks_only(line, receivers.urls())
        web, worker = parts.enter_context(site.node(url, WEB)), parts.enter_context(site.node(url))
        parts.callback(post.close_post, worker)
        file = filing(site, web)
        file("high")
        _settle(worker)
        yield lambda: _round(file, Counted(web.engine, worker.engine), worker)


def filing(site: Site, node: Node) -> Callable[[str], None]:
    """Files a report of that severity through the API."""
    client = create_app(node).test_client()

    def file(severity: str) -> None:
        answer = client.post("/api/v1/reports", json=a_report() | {"severity": severity}, headers={"Authorization": f"Bearer {site.key}"})
        assert answer.status_code == 201, answer.text

    return file


def _round(file: Callable[[str], None], counted: Counted, worker: Node) -> Iterator[Measured]:
    file("high")
    yield Measured(FIGURES[0], len(counted.statements))
    yield Measured("transactions per intake", counted.commits)
    _settle(worker)
    counted.clear()
    file("low")  # tells the deployment's operator, and nobody else
    filing = len(counted.statements)
    _settle(worker)
    idle = _idle(counted, worker)
    yield Measured(FIGURES[1], len(counted.statements) - idle)
    yield Measured("transactions per incident with one delivery, and of the sweeps that find nothing more", counted.commits)
    yield Measured("of which after the filing", len(counted.statements) - idle - filing)


def _settle(worker: Node) -> None:
    sweeps.route(worker)
    post.post_of(worker).run(patience=None)


def _idle(counted: Counted, worker: Node) -> int:
    """What the same sweeps ask when nothing is due."""
    before = len(counted.statements)
    _settle(worker)
    asked = len(counted.statements) - before
    del counted.statements[before:]
    return asked
