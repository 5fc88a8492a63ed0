"""What is heard after a carrier took it: a report that it arrived, that it is late, that nobody is there; a machine that collects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.collect_notice import collect_notice
from incident.actions.consequences import receipts
from incident.actions.set_channel import set_channel
from incident.actions.test_channel import test_channel as send_a_test
from incident.actions.verify_channel import verify_channel
from incident.errors import Conflict, Invalid, NotFound
from incident.reach import bounces
from incident.reach.returns import Returns
from tests.workers.receivers import a_receiver, answering, http
from tests.workers.reports import AUTO_REPLY, a_report
from tests.world import World

TO = "halden-compute"


def filed_and_sent(world: World) -> dict[str, Any]:
    filed = world.files()
    world.sweep()
    return filed


def mail_to(world: World, filed: dict[str, Any], to: str = TO, channel: str = "email") -> dict[str, Any]:
    """The notification of the first notice to that party over that channel."""
    notice = next(each["id"] for each in filed["notices"] if each["to"] == to)
    with world.work("cert-ee") as work:
        found = board.deliveries(work, UUID(filed["incident"]))
    return next(each for each in found if (each["notice"], each["channel"], each["contact"]) == (notice, channel, "duty_desk"))


def comes_back(world: World, mail: dict[str, Any], attempt: int = 1, **report: Any) -> str:
    """What a server's report about that attempt comes to."""
    returns = Returns(world.worker.settings.secret_key, "bounces@node.example")
    raw = a_report(to=str(returns.path(UUID(mail["id"]), attempt)), **report)
    read = bounces.read(raw)
    assert read is not None
    mailed = returns.found(*read.names)
    assert mailed is not None
    with world.worker.work() as work:
        return receipts.came_back(work, mailed, read)


def channel_of(world: World, slug: str, kind: str) -> dict[str, Any]:
    with world.work(slug) as work:
        return next(each for each in board.channels(work) if (each["contact"], each["kind"]) == ("duty_desk", kind))


def acts(world: World) -> list[tuple[str, str]]:
    return [
        (row.kind, row.channel)
        for row in world.rows("select kind, detail ->> 'channel' as channel from demarche.act where kind in ('sent', 'received')")
    ]


def test_a_mail_that_was_handed_over_is_delivered_and_received_by_nobody(world: World) -> None:
    filed = filed_and_sent(world)
    before = acts(world)
    world.forward(minutes=2)
    assert comes_back(world, mail_to(world, filed), action="delivered", status="2.0.0") == "delivered"
    mail = mail_to(world, filed)
    assert (mail["state"], mail["cause"]) == ("delivered", "Its mail server reported that it handed it over.")
    assert mail["delivered_at"] == world.now.isoformat().replace("+00:00", "Z")
    assert [each["outcome"] for each in mail["tries"]] == ["sent", "delivered"]
    assert acts(world) == before
    assert channel_of(world, TO, "email")["verified_how"] == "its mail server reported"


def test_a_mail_that_came_back_goes_the_next_way_and_an_address_without_anybody_goes_out_of_use(world: World) -> None:
    filed = filed_and_sent(world)
    assert comes_back(world, mail_to(world, filed), action="failed", status="5.1.1", said="smtp; 550 no such user") == "failed"
    world.sweep()
    mail = mail_to(world, filed)
    assert mail["state"] in ("failed", "dead")
    assert mail["last_error"] == "The mail came back: 5.1.1 550 no such user."
    found = channel_of(world, TO, "email")
    assert found["disabled_because"] == "The mail came back: 5.1.1 550 no such user."
    assert (found["failing"], found["failed_because"]) == (True, "The mail came back: 5.1.1 550 no such user.")
    told = world.rows("select title from demarche.notice where kind = 'escalation'")
    assert told


def test_a_full_mailbox_comes_back_and_the_address_stays_in_use(world: World) -> None:
    filed = filed_and_sent(world)
    assert comes_back(world, mail_to(world, filed), action="failed", status="5.2.2") == "failed"
    assert channel_of(world, TO, "email")["disabled_at"] is None


@pytest.mark.parametrize("action", ["delayed", "relayed"])
def test_a_delay_is_noted_and_nothing_else(world: World, action: str) -> None:
    filed = filed_and_sent(world)
    assert comes_back(world, mail_to(world, filed), action=action, status="4.4.1") == "noted"
    mail = mail_to(world, filed)
    assert mail["state"] == "sent"
    assert [each["outcome"] for each in mail["tries"]] == ["sent", action]


def test_the_same_report_twice_is_one_and_a_later_one_does_not_undo_the_first(world: World) -> None:
    filed = filed_and_sent(world)
    mail = mail_to(world, filed)
    assert comes_back(world, mail, action="delivered", status="2.0.0") == "delivered"
    done = acts(world)
    assert comes_back(world, mail, action="delivered", status="2.0.0") == "noted"
    assert comes_back(world, mail, action="failed", status="5.2.2") == "noted"
    assert mail_to(world, filed)["state"] == "delivered"
    assert acts(world) == done


def test_a_report_about_another_attempt_changes_nothing(world: World) -> None:
    filed = filed_and_sent(world)
    assert comes_back(world, mail_to(world, filed), attempt=2, action="failed", status="5.1.1") == "noted"
    assert mail_to(world, filed)["state"] == "sent"
    assert channel_of(world, TO, "email")["disabled_at"] is None


def test_a_token_of_another_node_or_of_another_kind_of_notification_is_unknown(world: World) -> None:
    filed = filed_and_sent(world)
    inbox = mail_to(world, filed, channel="inbox")
    assert comes_back(world, inbox, action="failed") == "unknown"
    assert comes_back(world, {"id": str(UUID(int=1))}, action="failed") == "unknown"
    assert Returns("of another node").found(Returns(world.worker.settings.secret_key).token(UUID(inbox["id"]), 1)) is None


def test_an_answering_machine_is_no_report() -> None:
    assert bounces.read(AUTO_REPLY) is None


def test_a_test_that_came_back_is_seen_at_the_channel(world: World) -> None:
    with world.work(TO) as work:
        sent = send_a_test(work, "email")
    world.sweep()
    assert channel_of(world, TO, "email")["verification"] == "never"
    assert comes_back(world, {"id": sent["notification"]}, action="failed", status="5.1.1") == "failed"
    assert channel_of(world, TO, "email")["failing"] is True


def test_a_machine_collects_what_lies_in_the_inbox_and_acknowledges_nothing(world: World) -> None:
    filed_and_sent(world)
    with world.work(TO) as work:
        first, *rest = board.collection(work).items
    assert [each["placed_at"] for each in (first, *rest)] == sorted(each["placed_at"] for each in (first, *rest))
    assert first["state"] == "sent"
    assert first["notice"]["to"] == TO
    world.forward(minutes=1)
    with world.work(TO) as work:
        answered = collect_notice(work, UUID(first["id"]))
    with world.work(TO) as work:
        again = collect_notice(work, UUID(first["id"]))
        waiting, whole = board.collection(work).items, board.collection(work, every=True).items
    assert answered == again
    assert (answered["state"], answered["received_at"]) == ("delivered", world.now.isoformat().replace("+00:00", "Z"))
    assert first["id"] not in [each["id"] for each in waiting]
    assert first["id"] in [each["id"] for each in whole]
    [notice] = world.rows("select acknowledged_at, opened_at from demarche.notice where id = :n", n=first["notice"]["id"])
    assert (notice.acknowledged_at, notice.opened_at) == (None, None)


def test_nobody_collects_from_the_inbox_of_another_or_what_is_no_inbox(world: World) -> None:
    filed = filed_and_sent(world)
    lies, mail = (mail_to(world, filed, channel=each)["id"] for each in ("inbox", "email"))
    for slug, id_ in ((TO, mail), ("cert-jp", lies), ("cert-ee", lies), (TO, str(UUID(int=3)))):
        with pytest.raises(NotFound), world.work(slug) as work:
            collect_notice(work, UUID(id_))


def test_a_pager_rings_beside_mail_with_the_cover_alone_and_its_url_is_shown_to_nobody(world: World) -> None:
    with a_receiver(answering(http("200 OK"))) as receiver:
        url = f"mmost://127.0.0.1:{receiver.listening.getsockname()[1]}/abcdefghijklmnopqrstuvwxyz"
        with world.work(TO) as work:
            made = set_channel(work, "pager", url)
        filed = filed_and_sent(world)
    assert made["url"].startswith("mmost://127.0.0.1:")
    page = mail_to(world, filed, channel="pager")
    assert page["state"] == "sent"
    said = receiver.requests[0].body.decode()
    assert filed["incident_ref"] in said
    assert filed["summary"] not in said if "summary" in filed else True
    everything = world.rows(
        "select to_jsonb(n)::text as said from demarche.notification n union all select to_jsonb(a)::text from demarche.attempt a"
    )
    payloads = world.rows("select convert_from(payload, 'UTF8') as said from demarche.evidence_payload")
    assert not [row for row in (*everything, *payloads) if "abcdefghijklmnop" in row.said]
    assert "abcdefghijklmnop" not in str(channel_of(world, TO, "pager"))


def test_a_service_that_is_not_called_is_refused_where_it_is_set(world: World) -> None:
    with pytest.raises(Invalid) as refused, world.work(TO) as work:
        set_channel(work, "chat", "mailto://somebody@example.org")
    assert [each.pointer for each in refused.value.faults] == ["/url"]


def test_somebody_says_that_a_test_arrived_and_after_a_month_it_is_long_ago(world: World) -> None:
    with pytest.raises(Conflict, match="No test has gone out"), world.work(TO) as work:
        verify_channel(work, "email")
    with world.work(TO) as work:
        send_a_test(work, "email")
    world.sweep()
    assert channel_of(world, TO, "email")["taken_at"] is not None
    with world.work(TO) as work:
        verify_channel(work, "email")
    assert channel_of(world, TO, "email")["verification"] == "current"
    assert channel_of(world, TO, "email")["verified_how"] == "duty officer said that a test arrived"
    world.forward(days=31)
    assert channel_of(world, TO, "email")["verification"] == "long_ago"
    with world.work(TO) as work:
        set_channel(work, "email", "night@halden.example")
    assert channel_of(world, TO, "email")["verification"] == "never"


def test_a_webhook_that_answers_is_verified_and_one_that_does_not_says_why(world: World) -> None:
    with a_receiver(answering(http("204 No Content"))) as receiver:
        with world.work(TO) as work:
            set_channel(work, "webhook", receiver.url)
            send_a_test(work, "webhook")
        world.sweep()
    found = channel_of(world, TO, "webhook")
    assert (found["verification"], found["verified_how"], found["failing"]) == ("current", "its receiver answered", False)
    world.forward(minutes=5)
    with world.work(TO) as work:
        send_a_test(work, "webhook")
    world.sweep()
    found = channel_of(world, TO, "webhook")
    assert (found["failing"], found["verification"]) == (True, "current")
    assert "refused" in found["failed_because"]
