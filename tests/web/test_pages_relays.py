"""Relays on the pages: seen, released, named, struck and logged by the filer, and by nobody else."""

from __future__ import annotations

import re

from tests.web.visitors import OFFICER, OPERATOR, OTHER_CERT, VENDOR, Enter, file_one, send
from tests.world import World


def relay_duty(world: World, incident: str, state: str) -> str:
    row = world.rows(
        "select id from demarche.obligation where case_id = :c and relay_to = :s and discharged_by = 'received'", c=incident, s=state
    )
    return str(row[0].id)


def test_an_officer_sees_what_leaves_and_releases_it_from_the_case(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer, affected_countries="EE, FR, IT")
    page = officer.get(f"/incidents/{incident}").text
    assert "cross-border: FR, IT" in page
    assert "No single point of contact is registered for IT." in page
    notice = re.search(r'action="/notices/([0-9a-f-]{36})/release"', page)
    assert notice is not None
    answer = send(officer, f"/notices/{notice[1]}/release", back=f"/incidents/{incident}#relays")
    assert (answer.status_code, answer.location) == (303, f"/incidents/{incident}#relays")
    world.sweep()
    page = officer.get(f"/incidents/{incident}").text
    panel = page.split('id="relays"')[1].split('id="who"')[0]
    assert "released by" in panel
    assert "What it was told" in panel


def test_a_state_is_named_struck_and_logged_on_the_page(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer, affected_countries="EE")
    assert "so nothing is to be relayed" in officer.get(f"/incidents/{incident}").text
    states = f"/incidents/{incident}/affected-states"
    refused = send(officer, states, country="Germany", reason="hospitals")
    assert refused.status_code == 422
    assert 'value="hospitals"' in refused.text
    assert send(officer, states, country="it", reason="hospitals").status_code == 303
    log = f"/obligations/{relay_duty(world, incident, 'IT')}/relay"
    assert send(officer, log, note="no proof").status_code == 422
    assert send(officer, log, proof="call taken by G. Rossi", back=f"/incidents/{incident}#relays").status_code == 303
    page = officer.get(f"/incidents/{incident}").text
    assert "Told by another way" in page
    assert "Proof: call taken by G. Rossi" in page
    assert send(officer, states, country="DE", reason="seen").status_code == 303
    assert send(officer, f"{states}/DE/strike", reason="a mistake").status_code == 303
    assert "cross-border: IT<" in officer.get(f"/incidents/{incident}").text


def test_lists_say_cross_border_to_those_who_see_the_case_alone(enter: Enter, world: World) -> None:
    officer, operator, vendor, french = enter(OFFICER), enter(OPERATOR), enter(VENDOR), enter(OTHER_CERT)
    incident = file_one(officer, affected_countries="EE, FR, DE")
    world.sweep()
    for inside in (officer, operator):
        assert "cross-border: DE, FR" in inside.get("/").text
        assert "cross-border: DE, FR" in inside.get("/incidents").text
    assert "cross-border" not in vendor.get("/").text
    assert "cross-border" not in vendor.get("/inbox").text
    assert french.get(f"/incidents/{incident}").status_code == 404
    assert "Name an affected state" not in operator.get(f"/incidents/{incident}").text
    assert send(operator, f"/incidents/{incident}/affected-states", country="PT", reason="r").status_code == 404
