"""How far each notification came: taken by a carrier, delivered, opened, acknowledged are different facts, each written down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from incident import board
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.rules.escalation.states import STATES
from tests.world import World
from workers import sweeps

ANOTHER = """insert into demarche.notification
  (id, notice_id, case_id, party_id, contact, kind, address, effect_key, state, look_at, created_at)
  select gen_random_uuid(), notice_id, case_id, party_id, 'deputy', kind, address, 'again', 'pending', :at, created_at
  from demarche.notification where notice_id = :n and kind = 'email'"""


def ways(world: World, filed: dict[str, Any], to: str) -> dict[str, dict[str, Any]]:
    """The notifications of the first notice to that party, by channel."""
    notice = next(each["id"] for each in filed["notices"] if each["to"] == to)
    with world.work("cert-ee") as work:
        found = board.deliveries(work, UUID(filed["incident"]))
    return {each["channel"]: each for each in found if each["notice"] == notice}


def test_what_a_mail_server_took_is_sent_and_what_lies_in_the_inbox_waits_to_be_collected(world: World) -> None:
    filed = world.files()
    world.sweep()
    found = ways(world, filed, "halden-compute")
    assert (found["email"]["state"], found["email"]["delivered_at"]) == ("sent", None)
    assert found["email"]["sent_at"] == found["email"]["state_at"]
    assert (found["inbox"]["state"], found["inbox"]["delivered_at"]) == ("sent", None)
    assert [each["outcome"] for each in found["email"]["tries"]] == ["sent"]


def test_every_step_has_its_time_and_is_written_by_the_table_itself(world: World) -> None:
    filed = world.files()
    began = world.now
    sweeps.route(world.worker)
    world.forward(seconds=3)
    world.sweep()
    steps = ways(world, filed, "halden-compute")["email"]["steps"]
    assert [(each["was"], each["became"], each["attempt"]) for each in steps] == [
        (None, "pending", 0), ("pending", "claimed", 1), ("claimed", "sent", 1),
    ]  # fmt: skip
    at = [each["at"] for each in steps]
    assert at[0] == began.isoformat().replace("+00:00", "Z")
    assert at[1] == at[2] == world.now.isoformat().replace("+00:00", "Z")


def test_an_acknowledgement_is_said_of_what_arrived_and_stops_what_still_waits(world: World) -> None:
    filed = world.files()
    world.sweep()
    notice = UUID(next(each["id"] for each in filed["notices"] if each["to"] == "halden-compute"))
    with world.worker.work() as work:  # one more letter is still to be sent
        work.connection.execute(sa.text(ANOTHER), {"at": world.now, "n": notice})
    with world.work("halden-compute") as work:
        shown = acknowledge_notice(work, notice, DoneBy("Kari Nordmann"))
    assert shown["acknowledged_how"] == "api"
    states = world.rows("select kind, contact, state, cause from demarche.notification where notice_id = :n", n=notice)
    assert {row.state for row in states if row.contact == "duty_desk"} == {"acknowledged"}
    assert [row.state for row in states if row.contact == "deputy"] == ["cancelled"]
    assert {row.cause for row in states} == {"Acknowledged by Kari Nordmann."}
    before = len(world.mail.messages())
    world.forward(days=1)
    sweeps.deliver(world.worker)
    assert len(world.mail.messages()) == before


IMPOSSIBLE = (
    "state = 'elsewhere'", "state = 'claimed'", "look_at = null", "leased_until = now()", "state = 'delivered', look_at = null",
    "state = 'dead', look_at = null", "state = 'acknowledged', look_at = null, cause = 'x'", "state = 'sent'",
)  # fmt: skip


@pytest.mark.parametrize("change", IMPOSSIBLE)
def test_what_cannot_be_cannot_be_written(world: World, change: str) -> None:
    world.files()
    sweeps.route(world.worker)
    with pytest.raises(sa.exc.IntegrityError), world.worker.work() as work:
        work.connection.exec_driver_sql(f"update demarche.notification set {change} where state = 'pending'")


def test_what_was_acknowledged_never_becomes_anything_else(world: World) -> None:
    filed = world.files()
    world.sweep()
    with world.work("halden-compute") as work:
        acknowledge_notice(work, UUID(next(e["id"] for e in filed["notices"] if e["to"] == "halden-compute")), DoneBy("Kari Nordmann"))
    for state in sorted(set(STATES) - {"acknowledged"}):
        change = f"update demarche.notification set state = '{state}', cause = 'x' where state = 'acknowledged'"
        with pytest.raises(sa.exc.IntegrityError, match="does not become"), world.worker.work() as work:
            work.connection.exec_driver_sql(change)
