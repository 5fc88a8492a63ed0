"""Clocks that somebody sets, the database's or a worker's: nothing fires early or twice, nothing waits an hour, and somebody is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from incident.actions.consequences import settling
from incident.clock import DatabaseClock, HandWound
from incident.db.embedded import WORKER
from incident.rules.two_clocks import HOLD, NEAR
from incident.work import open_node
from tests.world import MONDAY, World, a_world, settings, url_of
from workers import clocks, stumbling, sweeps

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def running(world: World) -> World:
    """A case of which everybody was told."""
    world.files(severity="high")
    world.sweep()
    return world


def soonest(world: World) -> datetime:
    """When the next duty ends that somebody can miss."""
    found: datetime = world.rows(
        "select min(due_at) as at from demarche.obligation where settled_as is null and not predicted and not provisional"
        " and superseded_by is null and due_at > :now",
        now=world.now,
    )[0].at
    return found


def misses(world: World) -> list[Any]:
    return world.rows("select obligation_id, occurred_at, recorded_at, detail from demarche.act where kind = 'missed' order by position")


def missed_since(world: World, known: list[Any]) -> list[Any]:
    return [each for each in misses(world) if each.obligation_id not in {one.obligation_id for one in known}]


def open_findings(world: World) -> dict[str, Any]:
    return {row.kind: row for row in world.rows("select * from demarche.finding where gone_at is null")}


def anomalies(world: World) -> list[Any]:
    return world.rows("select stream, at from demarche.evidence_entry where kind = 'clock.anomaly'")


def wait(world: World, span: timedelta, every: timedelta = 5 * SECOND) -> None:
    """Let time pass, and look every so often."""
    for _ in range(int(span / every)):
        world.forward(seconds=every.total_seconds())
        world.sweep()


@pytest.mark.parametrize("by", [HOUR, DAY], ids=["an hour", "a day"])
def test_a_database_that_leaps_forward_misses_nothing_for_a_minute_and_tells_at_once(running: World, by: timedelta) -> None:
    before = misses(running)
    running.clock.set(soonest(running) - HOUR / 2)
    running.sweep()
    assert missed_since(running, before) == []
    running.clock.jump(database=by)
    running.sweep()
    assert missed_since(running, before) == []
    assert {"clock.apart", "clock.moved"} <= set(open_findings(running))
    assert len(anomalies(running)) == 1
    wait(running, HOLD - 10 * SECOND)
    assert missed_since(running, before) == []
    wait(running, 20 * SECOND)
    late = missed_since(running, before)
    assert late
    assert {each.detail["doubted"]["because"] for each in late} == {"apart"}
    assert {each.detail["doubted"]["by_ms"] for each in late} == {by // timedelta(milliseconds=1)}
    assert len(anomalies(running)) == 1


def test_a_leap_that_is_mended_within_the_minute_costs_no_duty_a_miss_and_the_due_instant_is_kept(running: World) -> None:
    due, before = soonest(running), misses(running)
    running.clock.set(due - HOUR / 2)
    running.clock.jump(database=HOUR)
    running.sweep()
    wait(running, 20 * SECOND)
    running.clock.jump(database=-HOUR)
    running.sweep()
    assert "clock.apart" not in open_findings(running)
    running.clock.set(due)
    running.sweep()
    assert missed_since(running, before) == []
    running.forward(seconds=1)
    running.sweep()
    late = missed_since(running, before)
    assert {each.occurred_at for each in late} == {due}
    assert all("doubted" not in each.detail for each in late)
    assert len(anomalies(running)) == 2


def test_while_misses_wait_reminders_and_letters_do_not(running: World) -> None:
    told = "select count(*) from demarche.notification where state in ('sent', 'delivered')"
    reminders = "select count(*) from demarche.act where kind = 'reminded'"
    next_one = "select min(look_at) as at from demarche.timer where step like 'remind%' and look_at > :now"
    remind_at = running.rows(next_one, now=running.now)[0].at
    running.clock.set(remind_at - 10 * SECOND)
    running.sweep()
    sent, reminded = running.rows(told)[0][0], running.rows(reminders)[0][0]
    running.clock.jump(machine=-HOUR)
    running.files(reference="another", severity="critical")
    running.forward(seconds=1)
    running.sweep()
    assert running.worker.clock.watch.disagrees
    assert running.rows(told)[0][0] > sent
    running.clock.set(remind_at)
    running.sweep()
    assert running.rows(reminders)[0][0] > reminded


@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY], ids=["an hour forward", "an hour back", "a day forward"])
def test_a_worker_whose_clock_is_wrong_misses_nothing_early_and_waits_a_minute_at_most(running: World, by: timedelta) -> None:
    due, before = soonest(running), misses(running)
    running.clock.set(due - 30 * SECOND)
    running.clock.jump(machine=by)
    running.sweep()
    assert missed_since(running, before) == []
    assert {"clock.apart", "clock.moved"} <= set(open_findings(running))
    wait(running, HOLD + 10 * SECOND)
    late = missed_since(running, before)
    assert {each.occurred_at for each in late} == {due}
    assert all(due + 25 * SECOND < each.recorded_at <= due + 40 * SECOND for each in late)
    assert len(anomalies(running)) == 1


def test_where_machine_and_database_leap_together_what_they_leapt_over_waits(running: World) -> None:
    due, before = soonest(running), misses(running)
    running.clock.set(due - HOUR / 2)
    running.clock.jump(database=HOUR, machine=HOUR)
    running.sweep()
    assert missed_since(running, before) == []
    assert "clock.apart" not in open_findings(running)
    wait(running, HOLD + 5 * SECOND)
    assert {each.detail["doubted"]["because"] for each in missed_since(running, before)} == {"leapt"}


def test_a_step_back_undoes_nothing_that_was_fired_and_fires_nothing_twice(running: World) -> None:
    running.clock.set(soonest(running) + SECOND)
    running.sweep()
    acts = running.rows("select id, kind from demarche.act order by position")
    settled = running.rows("select id, settled_as from demarche.obligation where settled_as is not null order by id")
    assert any(row.settled_as == "missed" for row in settled)
    running.clock.jump(database=-HOUR)
    for _ in range(3):
        running.sweep()
        sweeps.audit(running.worker)
        running.forward(minutes=1)
    assert running.rows("select id, kind from demarche.act order by position") == acts
    assert running.rows("select id, settled_as from demarche.obligation where settled_as is not null order by id") == settled
    running.forward(hours=1, minutes=-2)
    running.sweep()
    twice = "select obligation_id, step, occurred_at from (select a.*, detail ->> 'step' as step from demarche.act a) a"
    twice += " where kind in ('missed', 'reminded', 'escalated') group by 1, 2, 3, kind having count(*) > 1"
    assert running.rows(twice) == []


def test_after_a_step_back_a_lease_a_try_and_a_released_notice_do_not_wait_that_hour(running: World) -> None:
    running.files(reference="another", severity="critical")
    stumbling.route_singly(running.worker, 50)  # which sends nothing
    waiting = running.rows("select id from demarche.notification where state = 'pending' order by id")
    assert len(waiting) > 2
    until = running.now + timedelta(seconds=running.worker.settings.lease_seconds)
    with running.worker.work() as work:
        work.connection.execute(
            sa.text("update demarche.notification set state = 'claimed', attempt = 1, leased_until = :u, look_at = :u where id = :id"),
            {"u": until, "id": waiting[0].id},
        )
        work.connection.execute(
            sa.text("update demarche.notification set attempt = 1, look_at = :later where id = :id"),
            {"later": running.now + 5 * SECOND, "id": waiting[1].id},
        )
    running.files(reference="a third", severity="critical")
    running.clock.jump(database=-HOUR, machine=-HOUR)
    running.sweep()
    stands = {row.id: row for row in running.rows("select id, state, attempt, look_at from demarche.notification")}
    assert stands[waiting[0].id].look_at <= running.now + timedelta(seconds=running.worker.settings.lease_seconds)
    assert running.rows("select count(*) from demarche.notice where released_at is not null and routed_at is null")[0][0] == 0
    running.forward(seconds=running.worker.settings.lease_seconds + 1)
    running.sweep()
    still = running.rows("select state, attempt from demarche.notification where state in ('pending', 'claimed')")
    assert still == []
    beats = running.rows("select name from demarche.heartbeat where name <> 'audit' and at > :now", now=running.now)
    assert beats == []


def test_after_a_step_back_it_is_looked_again_who_can_be_reached_and_the_change_of_a_channel_is_not_missed(running: World) -> None:
    looked = "select max(looked_at) as at, count(*) as parties from demarche.reach"
    sweeps.rotas(running.worker)
    before = running.rows(looked)[0]
    assert (before.at, before.parties > 1) == (running.now, True)
    running.clock.jump(database=-HOUR, machine=-HOUR)
    sweeps.rotas(running.worker)
    assert running.rows(looked)[0] == (running.now, before.parties)


def test_what_is_found_of_the_clocks_counts_at_once_and_when_it_is_gone_no_more(running: World) -> None:
    sweeps.audit(running.worker)
    counted = "select at, (detail ->> 'findings')::int as findings from demarche.heartbeat where name = 'audit'"
    audited = running.rows(counted)[0]
    running.clock.jump(machine=HOUR)
    running.sweep()
    assert running.rows(counted)[0] == (audited.at, audited.findings + 2)  # it moved, and is apart; no audit has run
    running.clock.jump(machine=-HOUR)
    running.sweep()
    assert running.rows(counted)[0] == (audited.at, audited.findings + 1)


def test_a_clock_that_went_back_while_nobody_watched_is_found_by_the_next_audit(running: World) -> None:
    sweeps.audit(running.worker)
    running.files(reference="another", severity="critical")
    other = type(running.clock)(running.now - HOUR)  # every process was started anew, and has seen nothing
    running.web.clock = running.worker.clock = running.clock = other
    sweeps.audit(running.worker)
    assert "back by at least 3600.0 s" in open_findings(running)["clock.moved"].what
    assert len(anomalies(running)) == 1
    running.sweep()
    assert running.rows("select count(*) from demarche.notice where released_at is not null and routed_at is null")[0][0] == 0


def test_after_jumps_both_ways_the_evidence_is_whole_and_the_audit_finds_nothing_else(running: World) -> None:
    for by in (HOUR, -HOUR, -HOUR, DAY):
        running.clock.jump(database=by, machine=by)
        running.files(reference=f"after {by}", severity="low")
        running.sweep()
        running.forward(minutes=2)
    running.sweep()
    running.forward(seconds=1)
    sweeps.audit(running.worker)
    assert set(open_findings(running)) == {"clock.moved"}
    assert open_findings(running)["clock.moved"].times == 4
    assert len(anomalies(running)) == 4


def test_several_processes_that_see_one_jump_tell_it_once(running: World) -> None:
    other = HandWound(running.now)
    node = open_node(settings(), url_of(WORKER, running.database), clock=other, pool_size=2)
    node.perform(lambda work: None)
    running.clock.jump(database=HOUR)
    other.jump(database=HOUR + SECOND / 3)
    for each in (running.worker, node):
        each.perform(lambda work: None)
        assert each.clock.watch.untold()
        clocks.look(each)
        assert each.clock.watch.untold() == ()
    node.close()
    assert open_findings(running)["clock.moved"].times == 1
    assert len(anomalies(running)) == 1


def test_what_moved_is_said_for_a_day_and_kept_for_longer(running: World) -> None:
    running.clock.jump(machine=timedelta(minutes=5))
    running.sweep()
    running.clock.jump(machine=-timedelta(minutes=5))
    running.sweep()
    running.forward(hours=25)
    sweeps.audit(running.worker)
    assert not {"clock.moved", "clock.apart"} & set(open_findings(running))
    gone = {row.kind for row in running.rows("select kind from demarche.finding where gone_at is not null")}
    assert gone == {"clock.moved", "clock.apart"}


@pytest.mark.parametrize("second", [SECOND, -SECOND], ids=["repeated", "left out"])
def test_a_leap_second_on_either_clock_is_nothing_to_speak_of(running: World, second: timedelta) -> None:
    due, before = soonest(running), misses(running)
    running.clock.set(due - SECOND)
    running.clock.jump(database=second)
    running.sweep()
    running.forward(seconds=2)
    running.clock.jump(database=-second, machine=second)
    running.sweep()
    running.forward(seconds=2)
    running.sweep()
    late = missed_since(running, before)
    assert {each.occurred_at for each in late} == {due}
    assert all("doubted" not in each.detail for each in late)
    assert not {"clock.moved", "clock.apart"} & set(open_findings(running))
    assert anomalies(running) == []


ZONES = ("Europe/Tallinn", "Europe/Dublin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo")


def changes(name: str) -> list[tuple[str, datetime]]:
    """The next two instants at which clocks there change: which way, and when."""
    zone, found, at = ZoneInfo(name), list[tuple[str, datetime]](), MONDAY
    while len(found) < 2:
        moved = (at + HOUR).astimezone(zone).utcoffset() - at.astimezone(zone).utcoffset()  # type: ignore[operator]
        if moved:
            found.append(("forward" if moved > timedelta() else "back", at + HOUR))
        at += HOUR
    return found


@pytest.fixture
def there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Machine and database session are set to the local time of a place."""
    monkeypatch.setenv("TZ", request.param)
    monkeypatch.setenv("PGTZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("there", ZONES, indirect=True)
def test_where_local_time_changes_forward_or_back_no_clock_moved_and_each_step_is_fired_once_and_never_early(there: str) -> None:
    for way, at in changes(there):
        with a_world(at - timedelta(hours=20)) as world:
            with world.worker.work() as work:
                assert work.connection.execute(sa.text("show timezone")).scalar() == there
                clock = DatabaseClock()
                clock.now(work.connection)
                assert abs(clock.watch.apart) <= NEAR
            world.files(severity="high", aware_at=(at - timedelta(hours=21)).astimezone(UTC).isoformat())
            planned = world.rows("select id, due_at from demarche.obligation where not predicted order by id")
            for hours in (19.5, 1, 8):  # until half an hour before it, across it, and until what it may have moved is due
                world.forward(hours=hours)
                world.sweep()
            fired = world.rows("select obligation_id, step, count(*) n, min(fired_at - look_at) early from demarche.firing group by 1, 2")
            assert len(fired) > 3, way
            assert {row.n for row in fired} == {1}, way
            assert min(row.early for row in fired) >= timedelta(), way
            kept = "select id, due_at from demarche.obligation where id = any (:ids) order by id"
            assert world.rows(kept, ids=[row.id for row in planned]) == planned, way
            assert anomalies(world) == []


def test_whoever_settles_a_case_for_another_reason_records_no_miss_either(running: World) -> None:
    before, [case] = misses(running), running.rows("select id from demarche.incident")
    running.clock.set(soonest(running) - HOUR / 2)
    running.sweep()
    running.clock.jump(database=HOUR)
    running.web.perform(lambda work: settling.settle_case(work, case.id), running.actor("cert-ee"))
    assert missed_since(running, before) == []
    running.clock.jump(database=-HOUR)
    running.forward(hours=1)
    running.web.perform(lambda work: settling.settle_case(work, case.id), running.actor("cert-ee"))
    assert missed_since(running, before) != []
