"""A party keeps a rota: who is told is asked when something leaves, and when nobody can be reached is said before an incident."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from incident import board
from incident.actions.drop_rota_calendar import drop_rota_calendar
from incident.actions.set_rota import set_rota
from incident.actions.set_rota_calendar import set_rota_calendar
from incident.actor import NODE
from incident.errors import Invalid
from incident.rules.commitment import OnCall
from incident.rules.escalation.feed import FeedRefused, Means
from tests.stories.test_on_call import NIGHT, agreed, told, without_channels
from tests.world import World
from workers import rotas

HALDEN = "halden-compute"
EVERY_DAY = frozenset(range(7))
NEVER_AT_NIGHT = '{contact: duty_desk, zone: owed_to, days: [mon], from: "08:00", until: "09:00"}'
DEPUTY = [Means("deputy", "summary", "deputy")]


def window(whom: str, since: int, until: int, days: frozenset[int] = EVERY_DAY) -> OnCall:
    return OnCall(whom, "fixed:Europe/Oslo", days, since * 60, until * 60)  # type: ignore[arg-type]


def keeps(world: World, *windows: OnCall) -> None:
    with world.work(HALDEN) as work:
        set_rota(work, windows)


def a_calendar(since: datetime, hours: int = 12, title: str = "Deputy") -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desk//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART:{since:%Y%m%dT%H%M%S}Z\r\nDURATION:PT{hours}H\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def reads(world: World, answers: dict[str, str | Exception]) -> int:
    def fetch(url: str) -> str:
        found = answers[url]
        if isinstance(found, Exception):
            raise found
        return found

    return rotas.read_calendars(world.worker, fetch)


def rota(world: World, by: str = HALDEN) -> dict[str, object]:
    with world.work(by) as work:
        return board.rota(work)


def test_where_no_clause_names_anybody_the_partys_own_rota_does_and_outside_of_it_the_duty_desk(world: World) -> None:
    agreed(world, NEVER_AT_NIGHT)
    keeps(world, window("deputy", 18, 8), window("manager", 9, 11))
    world.files(reference="BY-DAY")  # 10:00 in Oslo
    world.sweep()
    assert told(world) == [("manager", "manager")]
    world.forward(hours=3)
    world.files(reference="AFTERNOON")
    world.sweep()
    assert sorted(told(world)) == [("duty_desk", "duty_desk"), ("manager", "manager")]
    world.forward(hours=8)
    world.files(reference="NIGHT")
    world.sweep()
    assert sorted(told(world)) == [("deputy", "deputy"), ("duty_desk", "duty_desk"), ("manager", "manager")]


def test_the_windows_of_the_clause_prevail_over_the_rota(world: World) -> None:
    agreed(world, NIGHT)
    keeps(world, window("manager", 0, 0))
    world.forward(hours=10)
    world.files()
    world.sweep()
    assert told(world) == [("deputy", "deputy")]


def test_who_is_on_call_is_asked_when_it_leaves_and_never_frozen(world: World) -> None:
    agreed(world, NEVER_AT_NIGHT)
    keeps(world, window("deputy", 0, 0))
    world.files()
    keeps(world, window("manager", 0, 0))  # after filing, before anything left
    world.sweep()
    assert told(world) == [("manager", "manager")]


def test_a_turn_from_a_calendar_outranks_the_weekly_windows_and_ends_when_it_ends(world: World) -> None:
    agreed(world, NEVER_AT_NIGHT)
    keeps(world, window("manager", 0, 0))
    with world.work(HALDEN) as work:
        made = set_rota_calendar(work, DEPUTY, text=a_calendar(world.now - timedelta(hours=1), 2))
    assert made["on_call"] == "deputy"
    assert made["calendar"]["kind"] == "file"
    world.files(reference="ONE")
    world.sweep()
    world.forward(hours=1)
    world.files(reference="TWO")
    world.sweep()
    assert sorted(told(world)) == [("deputy", "deputy"), ("manager", "manager")]


def test_a_calendar_that_cannot_be_used_changes_nothing_and_says_why(world: World) -> None:
    keeps(world, window("manager", 0, 0))
    with world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, text=a_calendar(world.now, 2))
    before = rota(world)
    with pytest.raises(Invalid, match="does not begin with BEGIN:VCALENDAR") as refused, world.work(HALDEN) as work:
        set_rota_calendar(work, [Means("manager", "every")], text="<html>")
    assert [each.pointer for each in refused.value.faults] == ["/text"]
    with pytest.raises(Invalid, match="faults"), world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, url="http://metadata.internal/rota.ics")
    assert rota(world) == before


def test_a_feed_is_read_every_hour_and_one_that_fails_leaves_what_was_read_before(world: World) -> None:
    url = "https://calendar.example/private-token/rota.ics"
    with world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, url=url)
    assert rota(world)["calendar"]["read_at"] is None  # type: ignore[index]
    reads(world, {url: a_calendar(world.now, 48)})
    assert rota(world)["on_call"] == "deputy"
    assert reads(world, {}) == 0  # not due again, so nothing is asked
    world.forward(hours=1)
    reads(world, {url: FeedRefused("calendar.example answered 503; expected 200, without a redirect.")})
    reads(world, {})
    found = rota(world)
    assert found["on_call"] == "deputy"
    assert "answered 503" in found["calendar"]["trouble"]  # type: ignore[index]
    world.forward(minutes=15)
    reads(world, {url: a_calendar(world.now, 1, "Somebody else")})
    found = rota(world)
    assert (found["on_call"], found["named"], found["turns"]) == ("duty_desk", False, [])
    assert found["calendar"]["trouble"] is None  # type: ignore[index]
    assert found["calendar"]["unmatched"] == ["Somebody else"]  # type: ignore[index]
    said = [bytes(each.payload).decode() for each in world.rows("select payload from demarche.evidence_payload")]
    assert any("calendar.example" in each for each in said)
    assert not any("private-token" in each for each in said)  # the address of a feed is often its password


def test_a_feed_that_has_not_been_read_for_long_is_said(world: World) -> None:
    url = "https://calendar.example/rota.ics"
    with world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, url=url)
    reads(world, {url: a_calendar(world.now)})
    world.forward(days=2)
    assert rota(world)["calendar"]["old"] is False  # type: ignore[index]
    world.forward(minutes=1)
    reads(world, {url: OSError("no route")})
    assert rota(world)["calendar"]["old"] is True  # type: ignore[index]


def test_the_answer_of_a_feed_that_was_replaced_meanwhile_is_not_taken(world: World) -> None:
    url = "https://calendar.example/rota.ics"
    with world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, url=url)

    def fetch(asked: str) -> str:
        world.forward(seconds=1)
        with world.work(HALDEN) as work:
            drop_rota_calendar(work)
        return a_calendar(world.now)

    rotas.read_calendars(world.worker, fetch)
    assert (rota(world)["calendar"], rota(world)["turns"]) == (None, [])


def test_turns_of_a_file_are_worked_out_further_ahead_as_time_goes_by(world: World) -> None:
    weekly = a_calendar(world.now).replace("SUMMARY", "RRULE:FREQ=WEEKLY\r\nSUMMARY")
    with world.work(HALDEN) as work:
        set_rota_calendar(work, DEPUTY, text=weekly)
    for _ in range(6):
        world.forward(days=21)
        reads(world, {})
    assert rota(world)["on_call"] == "deputy"
    with world.work(HALDEN) as work:
        drop_rota_calendar(work)
    assert rota(world)["on_call"] == "duty_desk"


def test_hours_in_which_nobody_is_reached_are_seen_by_the_party_by_those_it_works_with_and_by_the_node(world: World) -> None:
    keeps(world, window("duty_desk", 8, 18, frozenset(range(5))), window("manager", 18, 8, frozenset(range(5))))
    without_channels(world, "manager")
    gaps = rota(world)["unreachable"]
    assert isinstance(gaps, list)
    assert [(each["why"], each["since"]) for each in gaps][:2] == [
        ("no_channel", "2026-11-23T17:00:00Z"),
        ("no_channel", "2026-11-24T17:00:00Z"),
    ]
    assert ("no_window", "2026-11-28T07:00:00Z") in [(each["why"], each["since"]) for each in gaps]
    rotas.read_calendars(world.worker)
    with world.work("cert-ee") as work:
        seen = board.reach(work)
    assert seen[HALDEN]["unreachable"][0]["since"] == "2026-11-23T17:00:00Z"
    assert "channel" in seen[HALDEN]["unreachable"][0]["text"]
    with world.worker.work(NODE) as work:
        assert set(board.unreachable(work)) == {HALDEN}


def test_a_channel_that_is_put_out_of_use_is_seen_by_the_next_look(world: World) -> None:
    rotas.read_calendars(world.worker)
    with world.work("cert-ee") as work:
        assert board.reach(work)["cert-ee"]["unreachable"] == []
    world.forward(minutes=1)
    without_channels(world, "duty_desk", "deputy", "manager")
    rotas.read_calendars(world.worker)
    with world.work("cert-ee") as work:
        assert [each["why"] for each in board.reach(work)[HALDEN]["unreachable"]] == ["no_channel"]
        assert uuid.UUID(int=0) not in board.reach(work)


def test_whoever_is_reached_over_nothing_but_what_failed_is_shown_in_red_until_it_works_again(world: World) -> None:
    tried(world, "failed_at = now, failed_because = 'no route'", "duty_desk", "deputy", "manager")
    assert [each["why"] for each in gaps_of(world)] == ["failing"]
    tried(world, "taken_at = now + interval '1 minute'", "manager")
    assert gaps_of(world) == []  # the next one up is told where a way gives up
    tried(world, "verified_at = now + interval '1 minute', verified_how = 'said'", "duty_desk")
    assert gaps_of(world) == []


def test_what_was_never_verified_or_long_ago_reaches_as_far_as_is_known_and_is_said(world: World) -> None:
    assert (rota(world)["unproven"], gaps_of(world)) == (["duty_desk", "deputy", "manager"], [])
    tried(world, "verified_at = now, verified_how = 'said'", "duty_desk")
    assert rota(world)["unproven"] == ["deputy", "manager"]
    world.forward(days=31)
    assert rota(world)["unproven"] == ["duty_desk", "deputy", "manager"]


@pytest.mark.parametrize("kind", ["chat", "pager"])
def test_a_chat_or_a_pager_rings_and_the_inbox_does_not(world: World, kind: str) -> None:
    without_channels(world, "deputy", "manager")
    tried(world, f"kind = '{kind}', secret = 'x'", "duty_desk", only=("email",))
    tried(world, "disabled_at = now, disabled_because = 'gone'", "duty_desk", only=("webhook",))
    assert gaps_of(world) == []
    tried(world, "disabled_at = now, disabled_because = 'gone'", "duty_desk", only=(kind,))
    assert [each["why"] for each in gaps_of(world)] == ["only_inbox"]


def test_where_a_recipient_has_no_channel_the_filers_liaison_is_told_once(world: World) -> None:
    tried(world, "disabled_at = now, disabled_because = 'gone'", "duty_desk", "deputy", "manager")
    world.files()
    world.sweep()
    world.forward(hours=20)
    world.sweep()  # reminders and misses go to the same inbox
    titles = [row.title for row in world.rows("select n.title from demarche.notice n where n.title like 'Nobody can be reached%'")]
    assert titles == ["Nobody can be reached at Halden Compute AS: no channel but its inbox is in use"]


def test_whoever_has_nothing_but_an_inbox_is_passed_over_for_the_next_one_up(world: World) -> None:
    """As the page of the rota says: there the deputy is reached."""
    tried(world, "disabled_at = now, disabled_because = 'gone'", "duty_desk")
    assert gaps_of(world) == []
    world.files()
    world.sweep()
    assert world.subjects("deputy@halden-compute.example")


def gaps_of(world: World) -> list[dict[str, Any]]:
    found = rota(world)["unreachable"]
    assert isinstance(found, list)
    return found


def tried(world: World, shows: str, *contacts: str, only: tuple[str, ...] = ("webhook", "email")) -> None:
    """Say of the channels of these contacts of the party what they have shown of themselves."""
    shown = shows.replace("now", f"timestamptz '{world.now.isoformat()}'")
    with world.worker.work() as work:
        work.connection.exec_driver_sql(
            f"update demarche.channel c set {shown} from demarche.contact o, demarche.party p"
            f" where o.id = c.contact_id and p.id = c.party_id and p.slug = '{HALDEN}'"
            f" and o.role in {(*contacts, '')} and c.kind in {(*only, '')}"
        )
