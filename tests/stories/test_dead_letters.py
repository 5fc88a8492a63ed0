"""A dead letter is somebody's task: try it again, send it another way, or say that the recipient was told on the telephone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.go_another_way import go_another_way
from incident.actions.tell_by_call import tell_by_call
from incident.actions.try_again import try_again
from incident.errors import Conflict, Invalid, NotFound
from incident.rules.escalation.on_call import LADDER
from tests.stories.test_when_a_way_gives_up import GONE, by_webhook, states
from tests.workers.receivers import a_receiver, answering
from tests.world import World


@pytest.fixture
def filed(world: World) -> dict[str, Any]:
    """A case whose notice reached nobody at halden-compute: the manager's endpoint was the last to be gone."""
    with a_receiver(answering(GONE)) as receiver:
        by_webhook(world, receiver.url, "duty_desk", "deputy", "manager")
        filed = world.files()
        world.sweep()
    return filed


def the_letter(world: World, filed: dict[str, Any]) -> dict[str, Any]:
    """The dead letter of the first notice, as the filer's board shows it."""
    notice = next(each["id"] for each in filed["notices"] if each["to"] == "halden-compute")
    with world.work("cert-ee") as work:
        return next(each for each in board.dead_letters(work) if each["notice"] == notice)


def sorted_ways(letter: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted((each for each in letter["ways"] if each["channel"] != "inbox"), key=lambda each: LADDER.index(each["contact"]))


def test_it_is_on_the_filers_board_with_what_was_tried_and_what_is_left(world: World, filed: dict[str, Any]) -> None:
    letter = the_letter(world, filed)
    assert (letter["to"], letter["contact"], letter["channel"]) == ("halden-compute", "manager", "webhook")
    assert "410" in letter["cause"]
    assert [(each["contact"], each["channel"], each["state"]) for each in sorted_ways(letter)] == [
        ("duty_desk", "webhook", "failed"), ("deputy", "webhook", "failed"), ("manager", "webhook", "dead"),
    ]  # fmt: skip
    assert {"contact": "deputy", "channel": "email"} in letter["left"]
    for slug in ("halden-compute", "meridian-models", "cert-in"):
        with world.work(slug) as work:
            assert board.dead_letters(work) == []


def test_tried_again_it_is_due_at_once(world: World, filed: dict[str, Any]) -> None:
    letter = the_letter(world, filed)
    with world.work("cert-ee") as work:
        shown = try_again(work, UUID(letter["id"]))
    assert (shown["state"], shown["cause"]) == ("pending", "Tried again by duty officer.")
    with world.work("cert-ee") as work:
        (again,) = [each for each in board.deliveries(work, UUID(filed["incident"])) if each["id"] == letter["id"]]
    assert again["next_try_at"] == world.now.isoformat().replace("+00:00", "Z")
    assert [each["became"] for each in again["steps"]] == ["pending", "claimed", "dead", "pending"]


def test_sent_another_way_it_arrives_there(world: World, filed: dict[str, Any]) -> None:
    with world.worker.work() as work:
        work.connection.exec_driver_sql(
            "update demarche.channel set kind = 'email', address = 'deputy@elsewhere.example', secret = null, disabled_at = null"
            " where contact_id in (select o.id from demarche.contact o join demarche.party p on p.id = o.party_id"
            " where p.slug = 'halden-compute' and o.role = 'deputy') and kind = 'webhook'"
        )
    letter = the_letter(world, filed)
    with world.work("cert-ee") as work:
        shown = go_another_way(work, UUID(letter["id"]), "deputy", "email")
    assert shown["state"] == "pending"
    world.sweep()
    assert states(world, filed)["deputy", "email"] == "sent"
    assert world.subjects("deputy@elsewhere.example")
    assert states(world, filed)["manager", "webhook"] == "failed"


def test_a_way_that_is_not_there_comes_back_and_says_so(world: World, filed: dict[str, Any]) -> None:
    letter = the_letter(world, filed)
    with world.work("cert-ee") as work:
        go_another_way(work, UUID(letter["id"]), "deputy", "email")
    world.sweep()
    assert the_letter(world, filed)["cause"] == "The deputy has no email in use."
    with pytest.raises(Invalid), world.work("cert-ee") as work:
        go_another_way(work, UUID(the_letter(world, filed)["id"]), "duty_desk", "webhook")


def test_a_call_ends_the_task_by_the_word_of_one_party(world: World, filed: dict[str, Any]) -> None:
    letter = the_letter(world, filed)
    with world.work("cert-ee") as work:
        shown = tell_by_call(work, UUID(letter["id"]), with_whom="Kari Nordmann", said="We read it out", source="line 3")
    assert shown["state"] == "cancelled"
    assert shown["cause"] == "Told by telephone: Kari Nordmann, by the word of duty officer (cert-ee) alone."
    act = world.rows("select by_name, detail from demarche.act where kind = 'told_by_call'")[0]
    assert (act.detail["word_of"], act.detail["source"]) == ("cert-ee", "line 3")
    with pytest.raises(Conflict, match="no dead letter any more"), world.work("cert-ee") as work:
        try_again(work, UUID(letter["id"]))


def test_nobody_else_has_a_hand_in_it(world: World, filed: dict[str, Any]) -> None:
    letter = UUID(the_letter(world, filed)["id"])
    for slug in ("halden-compute", "cert-in"):
        with pytest.raises(NotFound), world.work(slug) as work:
            try_again(work, letter)
        with pytest.raises(NotFound), world.work(slug) as work:
            go_another_way(work, letter, "deputy", "email")
        with pytest.raises(NotFound), world.work(slug) as work:
            tell_by_call(work, letter, with_whom="x", said="y", source="z")
