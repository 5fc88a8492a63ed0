"""After an outage: the most urgent first, one message for each contact of a party, and each step once, whatever crashes meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from incident.clock import HandWound
from incident.records import obligations
from tests.world import MONDAY, World, a_world
from workers import gathered, sweeps

CASES = 8


def files_many(world: World, cases: int = CASES) -> None:
    """Reports of both a neighbour and us, some hundred clocks in all, told and swept before the node goes down."""
    for number in range(cases):
        severity = ("critical", "high", "medium")[number % 3]
        world.files(reference=f"OUT-{number}", severity=severity, aware_at=f"2026-11-23T10:{number:02d}:00+02:00")
    world.sweep()


def messages(world: World, since: int) -> Counter[str]:
    """How many mails each mailbox got after the first `since`."""
    return Counter(to for mail in list(reversed(world.mail.messages()))[since:] for to in mail.to)


def effects(world: World) -> dict[str, int]:
    """What the node did of itself, and how often."""
    rows = world.rows(
        "select o.commitment, i.reference, a.kind, a.detail->>'step' as step, o.debtor::text as who,"
        " o.creditor::text as whom, o.occurrence, count(*) n from demarche.act a"
        " join demarche.obligation o on o.id = a.obligation_id join demarche.incident i on i.id = o.case_id"
        " where a.kind in ('missed', 'reminded', 'escalated') group by 1, 2, 3, 4, 5, 6, 7"
    )
    return {" ".join(str(part) for part in row[:-1]): row.n for row in rows}


def verdicts(world: World) -> Counter[tuple[Any, ...]]:
    rows = world.rows(
        "select i.reference, o.commitment, o.debtor::text, o.creditor::text, o.settled_as, o.missed_at"
        " from demarche.obligation o join demarche.incident i on i.id = o.case_id where o.superseded_by is null"
    )
    return Counter(tuple(row) for row in rows)


def test_a_node_that_was_down_for_days_tells_each_contact_once_and_judges_as_if_it_had_been_there() -> None:
    with a_world() as world:
        files_many(world)
        before = len(world.mail.messages())
        clocks = world.rows("select count(*) from demarche.obligation")[0][0]
        world.forward(days=4)
        world.sweep()
        late, done = verdicts(world), effects(world)
        got = messages(world, before)
        assert clocks > 80
        assert sum(done.values()) > 30
        assert set(done.values()) == {1}
        assert len(got) > 2
        assert set(got.values()) == {1}, got
        gathered = world.rows("select party_id, count(*) n from demarche.gathering group by 1")
        assert {row.n for row in gathered} == {1}
        world.sweep()
        assert messages(world, before) == got
    with a_world() as punctual:
        files_many(punctual)
        for _ in range(4 * 6):
            punctual.forward(hours=4)
            punctual.sweep()
        assert verdicts(punctual) == late


def test_the_message_says_that_the_delay_is_ours_and_names_cases_but_nothing_of_them(world: World) -> None:
    files_many(world, 3)
    refs = {row.ref for row in world.rows("select ref from demarche.incident")}
    before = len(world.mail.messages())
    world.forward(days=2)
    world.sweep()
    mail = next(
        each for each in list(reversed(world.mail.messages()))[before:] if "duty@ee-cert.example" in each.to or "cert" in each.to[0]
    )
    text = " ".join(mail.text.split())
    assert "Late because of us" in mail.subject
    assert "While this node was out of service between 2026-11-" in text
    assert "The delay is ours." in text
    assert all(ref in text for ref in refs)
    assert "gateway" not in text  # a word of the summaries


def test_each_notice_stays_in_its_case_and_says_since_when_it_was_late(world: World) -> None:
    filed = world.files()
    world.sweep()
    world.forward(days=2)
    world.sweep()
    late = [each for each in world.incident(filed)["notices"] if each["kind"] == "missed"]
    assert late
    assert all(each["items"]["late_because_of_us_since"] <= world.now.isoformat() for each in late)


def test_five_minutes_are_no_outage(world: World) -> None:
    world.files()
    world.sweep()
    world.forward(hours=2, minutes=5)
    world.sweep()
    assert world.rows("select count(*) from demarche.act where kind = 'reminded'")[0][0] > 0
    assert world.rows("select count(*) from demarche.gathering")[0][0] == 0
    assert world.rows("select count(*) from demarche.notice where late_since is not null")[0][0] == 0


class Crash(BaseException):
    """The end of a process."""


class Dying(HandWound):
    """A clock by which the process ends when it has been asked so many times."""

    def __init__(self, at: datetime, asks: int) -> None:
        super().__init__(at)
        self.left = asks

    def now(self, connection: sa.Connection | None = None) -> datetime:
        self.left -= 1
        if self.left < 0:
            raise Crash
        return super().now(connection)


@pytest.mark.parametrize("between", [7, 40])
def test_a_node_that_crashes_again_and_again_in_the_backlog_loses_nothing_and_says_nothing_twice(between: int) -> None:
    with a_world() as world:
        files_many(world, 3)
        before = len(world.mail.messages())
        world.forward(days=2)
        steady = world.worker.clock
        for _ in range(6):
            world.worker.clock = Dying(world.now, between)
            with suppress(Crash):
                while sweeps.watch(world.worker) + sweeps.route(world.worker):
                    pass
        world.worker.clock = steady
        world.sweep()
        assert set(effects(world).values()) == {1}
        assert set(messages(world, before).values()) == {1}
        crashed = effects(world), verdicts(world)
    with a_world() as world:
        files_many(world, 3)
        world.forward(days=2)
        world.sweep()
        assert (set(effects(world)), verdicts(world)) == (set(crashed[0]), crashed[1])


def test_what_can_still_be_met_comes_first_and_of_what_is_past_the_law(world: World) -> None:
    files_many(world, 4)
    world.forward(hours=20)
    with world.worker.work() as work:
        urgent = obligations.most_urgent(work.connection, work.now, 1000)
        rows = {row.id: row for row in obligations.by_ids(work.connection, [each.obligation_id for each in urgent])}
    order = [rows[each.obligation_id] for each in urgent]
    past = [row.due_at <= world.now for row in order]
    assert {True, False} == set(past)
    assert past == sorted(past)
    ahead = [row.due_at for row in order if row.due_at > world.now]
    assert ahead == sorted(ahead)
    contractual = [row.source_kind != "regime" for row in order if row.due_at <= world.now]
    assert contractual == sorted(contractual)


def test_a_webhook_carries_every_notice_that_was_late_as_it_was_frozen(world: World) -> None:
    files_many(world, 3)
    world.forward(days=2)
    while sweeps.watch(world.worker) + sweeps.route(world.worker):
        pass
    with world.worker.work() as work:
        rows = list(
            work.connection.exec_driver_sql("select * from demarche.notification where gathering_id is not null and kind = 'email'")
        )
        row = rows[0]
        body = gathered.body(row, gathered.gathered(work, [row.gathering_id])[row.gathering_id], link="https://node.example/inbox")
        carried = work.connection.exec_driver_sql(
            "select id::text as id, digest, items from demarche.notice where gathering_id = %s", (row.gathering_id,)
        ).all()
    data: dict[str, Any] = json.loads(json.dumps(body))["data"]
    assert {each["notice"]: each["digest"] for each in data["released"]["notices"]} == {each.id: each.digest for each in carried}
    assert data["released"]["late_because_of_us"]["until"] > MONDAY.isoformat()
