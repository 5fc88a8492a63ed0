"""Whoever changes anything of a case takes the case first: who is made to wait for it holds nothing that its holder may want."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from incident.actions.acknowledge import acknowledge
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase, DoneBy, Ground
from incident.actions.excuse import excuse
from incident.actions.extend import extend
from incident.actions.hold_notice import hold_notice
from incident.actions.release_notice import release_notice
from incident.actions.submit import submit
from incident.actions.waive import waive
from incident.records import cases
from tests.workers.waiting import until_somebody_waits
from tests.world import World, url_of
from workers import sweeps

Filed = dict[str, Any]
DONE = DoneBy("N. Aoki")


def duty(filed: Filed, commitment: str, by: str) -> uuid.UUID:
    return next(uuid.UUID(each["id"]) for each in filed["obligations"] if each["commitment"] == commitment and each["owed_by"] == by)


def notice(filed: Filed, to: str, *, awaiting: bool) -> uuid.UUID:
    return next(uuid.UUID(each["id"]) for each in filed["notices"] if each["to"] == to and each["awaiting"] is awaiting)


def as_party(slug: str, act: Callable[[Any, Filed], object]) -> Callable[[World, Filed], None]:
    """Somebody's action, in a unit of work of its own."""

    def done(world: World, filed: Filed) -> None:
        with world.work(slug) as work:
            act(work, filed)

    return done


def after_the_due_instants(world: World, filed: Filed) -> None:
    world.forward(days=9)
    sweeps.watch(world.worker)


CHANGES: dict[str, Callable[[World, Filed], object]] = {
    "a look": after_the_due_instants,
    "the audit": lambda world, filed: sweeps.audit(world.worker),
    "closing": as_party("cert-ee", lambda work, filed: close_case(work, uuid.UUID(filed["incident"]), CloseCase("resolved", "r"))),
    "a release": as_party("cert-ee", lambda work, filed: release_notice(work, notice(filed, "cert-fr", awaiting=True))),
    "holding back": as_party("cert-ee", lambda work, filed: hold_notice(work, notice(filed, "cert-fr", awaiting=True), "r")),
    "a receipt": as_party("ee-ministry", lambda work, filed: acknowledge_notice(work, notice(filed, "ee-ministry", awaiting=False), DONE)),
    "an acknowledgement": as_party(
        "cert-ee", lambda work, filed: acknowledge(work, duty(filed, "supplier_notice.acknowledge", "meridian-models"), DONE)
    ),
    "a submission": as_party(
        "ee-ministry",
        lambda work, filed: submit(
            work,
            duty(filed, "eu.nis2.art23.early_warning", "ee-ministry"),
            "early_warning",
            DoneBy("M. Saar", detail={"proof": "RIA-1"}),
        ),
    ),
    "an extension": as_party(
        "cert-ee",
        lambda work, filed: extend(
            work, duty(filed, "mitigation_plan", "meridian-models"), work.now.replace(year=2028), "cl. 12.1", "agreed by telephone"
        ),
    ),
    "a prohibition": as_party(
        "meridian-models",
        lambda work, filed: excuse(
            work, duty(filed, "mitigation_plan", "meridian-models"), Ground("prohibition", "r", provision="Export Order 2026/7")
        ),
    ),
    "a waiver": as_party("cert-ee", lambda work, filed: waive(work, duty(filed, "mitigation_plan", "meridian-models"), "r")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_waits_for_a_case_holds_nothing_of_it(world: World, change: str) -> None:
    filed = world.files(severity="high", affected_countries=("FR",))
    if change in ("a receipt", "an extension", "a prohibition"):
        world.sweep()
    if change == "the audit":
        as_party("cert-ee", lambda work, filed: acknowledge(work, duty(filed, "supplier_notice.acknowledge", "meridian-models"), DONE))(
            world, filed
        )
        with world.worker.work() as work:  # the act stands, and the column that follows from it was lost
            work.connection.execute(sa.text("update demarche.obligation set settled_as = null, settled_at = null where settled_as = 'met'"))
    case = uuid.UUID(filed["incident"])
    admin = sa.create_engine(url_of("admin", world.database), poolclass=sa.NullPool)
    with ThreadPoolExecutor(1) as others, admin.connect() as looking:
        with world.worker.work() as holder:
            cases.hold(holder.connection, [case])
            waiting = others.submit(CHANGES[change], world, filed)
            until_somebody_waits(looking, world.database)
            for table in ("timer", "notice", "notification", "obligation", "line"):
                looking.execute(sa.text(f"select 1 from demarche.{table} where case_id = :c for update nowait"), {"c": case}).all()
            looking.rollback()
        waiting.result(timeout=20)
