"""A world in which every table has something to hide, made by the actions themselves, and the parties that look at it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.actions.acknowledge_by_word import acknowledge_by_word
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.add_signing_key import add_signing_key
from incident.actions.arm_regime import arm_regime
from incident.actions.ask_for_help import ask_for_help
from incident.actions.claim import claim
from incident.actions.commands import Asks, Claims, DoneBy, Heard
from incident.actions.publish_agreement import publish_agreement
from incident.actions.revoke_links import revoke_links
from incident.actions.set_rota_calendar import set_rota_calendar
from incident.actions.sign_in import sign_in
from incident.actions.start_draft import start_draft
from incident.actions.test_channel import test_channel as send_a_test
from incident.actor import NOBODY
from incident.records.parties.tables import party
from incident.rules.escalation.feed import Means
from incident.rules.legaltime import moment
from incident.rules.regimes import catalogue
from tests.world import World, a_world
from workers import sweeps

_A_CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nDTSTART:20261123T000000Z\nDURATION:P7D\nSUMMARY:Deputy\nEND:VEVENT\nEND:VCALENDAR\n"
)


@dataclass(frozen=True, slots=True)
class Populated:
    """`filer` and `operator` are inside the case, `told` has a notice of it and an act about it, `awaiting` is the recipient of
    a notice that was not released, `neighbour` has a case of its own, `stranger` has nothing at all.
    """

    world: World
    case: UUID
    neighbours_case: UUID
    filer: UUID
    operator: UUID
    told: UUID
    awaiting: UUID
    neighbour: UUID
    stranger: UUID


@contextmanager
def populated() -> Iterator[Populated]:
    """The demo world after a busy day."""
    with a_world() as world:
        ours = world.files(affected_countries=("EE", "FR"))
        theirs = world.files("cert-in", deployment="in-grievance-routing", reference="IN-1", aware_at="2026-11-23T12:10:00+05:30")
        stranger = _a_stranger(world)
        _sign_everybody_in(world)
        for slug in ("cert-ee", "cert-in"):
            with world.work(slug) as work:
                work.answer("a-key", "sha256:0", 201, {"incident": ours["incident"]})
                send_a_test(work, "email")
                set_rota_calendar(work, [Means("deputy", "every")], text=_A_CALENDAR)
                add_signing_key(work, base64.b64encode(work.actor.slug.encode().ljust(32)).decode("ascii"), "legal desk")
        _a_new_version_of_an_agreement(world)
        _arm_something(world)
        _claims(world, ours, "ee-ministry", "eu.nis2.art23.early_warning")
        _claims(world, theirs, "cert-in", next(each["commitment"] for each in theirs["obligations"] if _runs_from_awareness(each)))
        _write_something(world)
        world.sweep()
        _ask_and_say(world, ours, "cert-ee", "meridian-models")
        _ask_and_say(
            world, theirs, "cert-in", next(each["to"] for each in theirs["notices"] if each["released"] and each["to"] != "cert-in")
        )
        with world.work("meridian-models") as work:
            acknowledge_notice(work, _notice_to(ours, "meridian-models"), DoneBy("E. Castellano"))
        world.forward(hours=30)  # steps of the clocks of both fall due, and are late because nobody looked
        world.sweep()
        _audit_finds_something(world)
        yield Populated(
            world, UUID(ours["incident"]), _case_of(world, "IN-1"),
            filer=_id(world, "cert-ee"), operator=_id(world, "ee-ministry"), told=_id(world, "meridian-models"),
            awaiting=_awaiting(ours, world), neighbour=_id(world, "cert-in"), stranger=stranger,
        )  # fmt: skip


def _audit_finds_something(world: World) -> None:
    sweeps.audit(world.worker)
    with world.worker.work() as work:
        work.connection.execute(sa.text(
            "insert into demarche.finding (kind, subject, case_id, what, to_do, since, seen_at)"
            " select 'report.unproven', id::text, id, 'what', 'to do', :now, :now from demarche.incident"
        ), {"now": work.now})  # fmt: skip
        work.connection.execute(sa.text(
            "insert into demarche.finding_seen (finding_id, party_id, by_name, at) select f.id, i.filed_by, 'N. N.', :now"
            " from demarche.finding f join demarche.incident i on i.id = f.case_id"
        ), {"now": work.now})  # fmt: skip


def _claims(world: World, case: dict[str, Any], by: str, commitment: str) -> None:
    """Somebody disputes when a clock started, which is no recipient's matter."""
    obligation = next(each for each in case["obligations"] if each["commitment"] == commitment)
    said = Claims("start", "The log says so", fact="aware_at", moment=moment("2026-11-23T08:10:00+02:00"))
    with world.work(by) as work:
        claim(work, UUID(obligation["id"]), said)


def _runs_from_awareness(each: dict[str, Any]) -> bool:
    return any(line["code"] == "anchor" and "aware_at" in line["text"] for line in each["because"])


def _ask_and_say(world: World, case: dict[str, Any], by: str, told: str) -> None:
    """What a recipient asks, what the filer says that it did, and what became of its links."""
    notice = _notice_to(case, told)
    with world.work(told) as work:
        ask_for_help(work, notice, Asks("human", "E. Castellano", "what is affected?", "+1 555 0100"))
        revoke_links(work, notice)
    with world.work(by) as work:
        acknowledge_by_word(work, notice, Heard("E. Castellano", "we have it", "telephone"))


def _notice_to(answer: dict[str, Any], slug: str) -> UUID:
    return next(UUID(each["id"]) for each in answer["notices"] if each["to"] == slug and each["released"])


def _id(world: World, slug: str) -> UUID:
    found = world.actor(slug).party
    assert found is not None
    return found


def _case_of(world: World, reference: str) -> UUID:
    return UUID(str(world.rows("select id from demarche.incident where reference = :r", r=reference)[0][0]))


def _awaiting(ours: dict[str, Any], world: World) -> UUID:
    waiting = [each["to"] for each in ours["notices"] if each["awaiting"]]
    assert waiting, "no notice of the case awaits release, so nothing shows that recipients do not see it early"
    return _id(world, waiting[0])


def _a_stranger(world: World) -> UUID:
    id_ = uuid.uuid4()
    row = {
        "id": id_, "uri": "https://stranger.example/#party", "slug": "stranger", "name": "Stranger", "kind": "vendor", "jurisdiction": "CH",
        "zone": "Europe/Zurich", "calendar": "CH:public", "created_at": world.now,
    }  # fmt: skip
    with world.worker.work() as work:
        db.put(work.connection, {party: [row]})
    return id_


def _sign_everybody_in(world: World) -> None:
    for person in world.demo.people:
        if person["party"] in ("cert-ee", "cert-in", "meridian-models"):
            with world.web.work(NOBODY) as work:
                sign_in(work, person["email"], person["password"])


def _a_new_version_of_an_agreement(world: World) -> None:
    text = files("web.demo").joinpath("agreements", "ee-meridian-model-weights.yaml").read_text(encoding="utf-8")
    lines = ["version: '99.0'" if line.startswith("version:") else line for line in text.splitlines()]
    with world.work("cert-ee") as work:
        publish_agreement(work, "\n".join(lines) + "\n")


def _arm_something(world: World) -> None:
    law = next(each for each in catalogue() if each.unarmed_because and each.status.state not in ("proposed", "template"))
    for slug in ("cert-ee", "cert-in"):
        with world.work(slug) as work:
            arm_regime(work, law.id, None, source="the text, read at the ministry", binds_from=date(2026, 1, 1))


def _write_something(world: World) -> None:
    for slug in ("cert-ee", "cert-in"):
        with world.work(slug) as work:
            start_draft(work, f"name: what-{slug}-writes")
