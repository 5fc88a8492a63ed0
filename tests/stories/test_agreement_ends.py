"""An agreement is ended in the middle of an incident. Nothing that runs is cancelled, and what survives binds later cases too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from incident import board
from incident.actions.commands import DoneBy
from incident.actions.submit import submit
from incident.errors import Conflict, Invalid
from tests.stories.agreeing import a_pact, acts, owed_under, shown, signed_by_all
from tests.world import MONDAY, World, a_world

TWO = ("cert-ee", "cert-fr")
NOTICE = {"exit": {"notice": {"hours": 2}, "cite": "art. 9"}}
SURVIVAL = {"survival": {"clauses": ["pact_secrecy"], "within": {"days": 90}, "cite": "art. 10"}}


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def met(world: World, duty: dict[str, str]) -> None:
    with world.work("cert-ee") as work:
        submit(work, UUID(duty["id"]), duty["commitment"], DoneBy("M. Saar", detail={"proof": "receipt 1"}))


def test_an_agreement_ended_in_the_middle_of_an_incident_with_every_surviving_duty_met(world: World) -> None:
    version = signed_by_all(world, a_pact(*TWO, **NOTICE, **SURVIVAL), TWO)
    filed = world.files(affected_countries=("FR",))
    before = {clause: owed_under(world, filed, clause)["cert-fr"] for clause in ("pact_notice", "pact_secrecy")}
    world.forward(hours=1)
    found = acts(world, version, "end", "cert-fr", reason="The new government leaves it.")
    assert found["states"] == {"cert-ee": "in_force", "cert-fr": "in_force"}  # two hours of notice
    world.forward(hours=3)
    assert (shown(world, version)["states"], shown(world, version)["in_force"]) == ({"cert-ee": "in_force", "cert-fr": "ended"}, False)

    # Nothing is cancelled: the same duties, the same instants, and a correction of the report plans them again as they were.
    world.files(affected_countries=("FR",), revision=2, summary="The gateway returns prompts of other tenants")
    for clause, duty in before.items():
        now = owed_under(world, filed, clause)["cert-fr"]
        assert (now["due_at"], now["verdict"]) == (duty["due_at"], "running")
        with world.work("cert-ee") as work:
            why = board.obligation(work, UUID(now["id"]))["because"][-1]
        assert why["code"] == "stays"
        assert why == now["because"][-1]
        assert "ended by National CERT of France (The new government leaves it.). This duty stays as it was" in why["text"]
        met(world, now)
    assert {owed_under(world, filed, clause)["cert-fr"]["verdict"] for clause in before} == {"met"}

    # A later case: what survives still binds and says so, the rest does not.
    world.forward(days=2)
    later = world.files(reference="EE-2", affected_countries=("FR",), aware_at=world.now.isoformat())
    assert owed_under(world, later, "pact_notice") == {}
    secrecy = owed_under(world, later, "pact_secrecy")["cert-fr"]
    assert "this clause survives under art. 10." in secrecy["because"][0]["text"]
    met(world, secrecy)
    assert owed_under(world, later, "pact_secrecy")["cert-fr"]["verdict"] == "met"
    assert world.rows("select settled_as from demarche.obligation where source_name = 'pact' and settled_as <> 'met'") == []

    # And when the survival is over, nothing does.
    world.forward(days=120)
    last = world.files(reference="EE-3", affected_countries=("FR",), aware_at=world.now.isoformat())
    assert owed_under(world, last, "pact_secrecy") == {}


def test_leaving_takes_notice_and_a_reason(world: World) -> None:
    version = signed_by_all(world, a_pact(*TWO, **NOTICE), TWO)
    with pytest.raises(Invalid) as refused:
        acts(world, version, "end", "cert-fr", reason="now", effective_at=world.now + timedelta(minutes=5))
    assert [each.code for each in refused.value.faults] == ["too_early"]
    assert "art. 9" in refused.value.faults[0].message
    with pytest.raises(Invalid):
        acts(world, version, "end", "cert-fr")
    assert world.rows("select count(*) from demarche.agreement_act where kind = 'end'")[0][0] == 0


def test_without_an_article_it_ends_when_both_have_said_so(world: World) -> None:
    version = signed_by_all(world, a_pact(*TWO), TWO)
    assert acts(world, version, "end", "cert-fr", reason="We want to leave.")["in_force"]
    filed = world.files(affected_countries=("FR",))
    assert owed_under(world, filed, "pact_notice")
    assert acts(world, version, "end", "cert-ee", reason="So be it.")["states"] == {"cert-ee": "ended", "cert-fr": "ended"}
    with pytest.raises(Conflict, match="has ended"):
        acts(world, version, "end", "cert-ee", reason="Again.")
    world.forward(hours=1)
    later = world.files(reference="EE-2", affected_countries=("FR",), aware_at=world.now.isoformat())
    assert owed_under(world, later, "pact_notice") == {}


def test_suspended_and_resumed(world: World) -> None:
    version = signed_by_all(world, a_pact(*TWO, suspension={"cite": "art. 8"}), TWO)
    acts(world, version, "suspend", "cert-fr", reason="An inquiry.")
    world.forward(hours=1)
    quiet = world.files(reference="EE-2", affected_countries=("FR",), aware_at=world.now.isoformat())
    assert owed_under(world, quiet, "pact_notice") == {}
    acts(world, version, "resume", "cert-fr", reason="It is over.")
    world.forward(hours=1)
    again = world.files(reference="EE-3", affected_countries=("FR",), aware_at=world.now.isoformat())
    assert set(owed_under(world, again, "pact_notice")) == {"cert-fr"}


def test_a_newer_version_takes_the_place_of_the_older_one_and_the_record_says_so(world: World) -> None:
    old = signed_by_all(world, a_pact(*TWO), TWO)
    world.forward(minutes=5)
    signed_by_all(world, a_pact(*TWO, version="2.0", in_force={"from": "2026-11-23"}), TWO)
    filed = world.files(affected_countries=("FR",))
    assert {each["source"]["version"] for each in owed_under(world, filed, "pact_notice").values()} == {"2.0"}
    kinds = world.rows("select kind from demarche.evidence_entry where stream = :old order by seq", old=old)
    assert [each[0] for each in kinds] == ["agreement.published", "agreement.signed", "agreement.signed", "agreement.superseded"]


def test_a_case_that_began_before_the_end_was_known_keeps_what_bound_it(world: World) -> None:
    """Its anchor lies before the end although it is filed after it: the agreement was in force when the operator became aware."""
    version = signed_by_all(world, a_pact(*TWO, exit={"cite": "art. 9"}), TWO)
    acts(world, version, "end", "cert-fr", reason="We leave.")
    world.forward(hours=2)
    filed = world.files(affected_countries=("FR",), aware_at=(MONDAY - timedelta(hours=1)).isoformat())
    assert set(owed_under(world, filed, "pact_notice")) == {"cert-fr"}
