"""The agreement page: how it stands for each party, and what their officers do about it."""

from __future__ import annotations

from tests.stories.agreeing import a_pact, published, shown
from tests.web.visitors import OFFICER, OTHER_CERT, Enter, send
from tests.world import World

PACT = a_pact(OFFICER, OTHER_CERT, exit={"notice": {"days": 30}, "cite": "art. 9"})


def test_an_officer_signs_with_a_reservation_and_the_page_says_who_is_bound_by_what(enter: Enter, world: World) -> None:
    version = published(world, PACT)
    page, officer = f"/agreements/{version}", enter(OTHER_CERT)
    before = officer.get(page).text
    assert "Sign for National CERT of France" in before
    assert "not yet signed" in before
    assert send(officer, f"{page}/acts", page, kind="sign", zone="UTC", reserved="pact_secrecy").status_code == 303
    after = officer.get(page).text
    assert "In force since" in after
    assert 'without <a href="#pact_secrecy">Pact secrecy</a>' in after
    assert "Camille Durand, through this node" in after
    assert "Suspend, resume or end" in after


def test_a_form_that_is_refused_comes_back_with_what_was_filled_in(enter: Enter, world: World) -> None:
    version = published(world, PACT)
    page, officer = f"/agreements/{version}", enter(OTHER_CERT)
    refused = send(officer, f"{page}/acts", page, kind="sign", zone="UTC", reserved="nothing_of_the_kind")
    assert refused.status_code == 422
    assert "There is no clause nothing_of_the_kind" in refused.text
    assert 'value="nothing_of_the_kind"' in refused.text
    assert send(officer, f"{page}/acts", page, kind="sign", zone="UTC").status_code == 303
    early = {"kind": "end", "zone": "UTC", "reason": "We leave it.", "from": "2026-11-25"}
    refused = send(officer, f"{page}/acts", page, **early)
    assert refused.status_code == 422
    assert "the notice that art. 9 asks for ends then" in refused.text
    assert 'value="We leave it."' in refused.text
    assert shown(world, version)["states"] == {OFFICER: "in_force", OTHER_CERT: "in_force"}


def test_an_end_is_on_the_page_with_its_day_and_its_reason(enter: Enter, world: World) -> None:
    version = published(world, PACT)
    page, officer = f"/agreements/{version}", enter(OTHER_CERT)
    send(officer, f"{page}/acts", page, kind="sign", zone="UTC")
    assert (
        send(officer, f"{page}/acts", page, **{"kind": "end", "zone": "UTC", "reason": "A new law.", "from": "2027-01-10"}).status_code
        == 303
    )
    found = officer.get(page).text
    assert "A new law." in found
    assert "2027-01-10T00:00:00Z" in found
    world.forward(days=60)
    assert "Not in force now" in enter(OFFICER).get(page).text
