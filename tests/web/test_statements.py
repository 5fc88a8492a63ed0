"""How many SQL statements a filing takes: a number that only grows unnoticed."""

from __future__ import annotations

import pytest

from incident import board
from incident.clock import DatabaseClock
from tests.bench.client import a_report
from tests.bench.counts import Counted
from tests.world import World
from web import create_app

MOST = 8


@pytest.mark.parametrize("severity", ["low", "high"])
def test_filing_through_the_api_is_eight_statements_in_one_transaction(world: World, severity: str) -> None:
    world.web.clock = DatabaseClock()
    key = next(each["api_key"] for each in world.demo.parties if each["slug"] == "cert-ee")
    client = create_app(world.web).test_client()

    def files() -> int:
        said = a_report() | {"severity": severity, "facts": {"aware_at": "2026-11-20T17:40:00+02:00", "significant_incident": True}}
        return client.post("/api/v1/reports", json=said, headers={"Authorization": f"Bearer {key}"}).status_code

    assert files() == 201  # the first one loads the documents that bind
    counted = Counted(world.web.engine)
    assert files() == 201
    assert len(counted.statements) <= MOST, "\n".join(counted.statements)
    assert counted.commits == 1


def test_the_board_is_two_statements(world: World) -> None:
    world.files()
    with world.work("cert-ee") as work:
        counted = Counted(world.web.engine)
        assert len(board.lines(work, limit=50)["lines"]) > 10
    assert len(counted.statements) == 2, "\n".join(counted.statements)
