"""Findings that a person sees: on the board, on their page, by the API; each by whom it concerns and by nobody else."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from incident import board
from incident.actions.see_finding import see_finding
from incident.errors import NotFound
from incident.records.findings import TITLES
from tests.bench.counts import Counted
from tests.web.visitors import Enter, send
from tests.world import World
from workers import sweeps
from workers.auditing_questions import TO_DO


@pytest.fixture
def found(world: World) -> World:
    """A case of which a miss is said to have no act, and a clock that was set forward and back."""
    case = world.files(severity="high")
    world.sweep()
    a_clock_is_set(world)
    _about_the_case(world, case["incident"])
    return world


def a_clock_is_set(world: World) -> None:
    for by in (timedelta(minutes=3), -timedelta(minutes=3)):
        world.clock.jump(machine=by)
        world.sweep()


def text_of(page: TestResponse) -> str:
    """What is read on it."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def _about_the_case(world: World, incident: str) -> None:
    with world.worker.work() as work:
        work.connection.execute(sa.text(
            "insert into demarche.finding (kind, subject, case_id, what, to_do, since, seen_at)"
            " values ('miss.unsaid', 'x', :case, 'eu.nis2.art23.early_warning', :to_do, :now, :now)"
        ), {"case": incident, "now": work.now, "to_do": TO_DO["miss.unsaid"]})  # fmt: skip


def kinds(world: World, slug: str, **which: Any) -> set[str]:
    with world.work(slug) as work:
        return {each["kind"] for each in board.findings(work, **which)}


def test_a_finding_about_a_case_is_for_those_inside_of_it_and_one_about_the_node_for_those_who_file(found: World) -> None:
    assert kinds(found, "cert-ee") == {"clock.moved", "miss.unsaid"}
    assert kinds(found, "ee-ministry") == {"clock.moved", "miss.unsaid"}
    assert kinds(found, "cert-jp") == {"clock.moved"}
    assert kinds(found, "meridian-models") == set()
    assert kinds(found, "cert-ee", past=True) == {"clock.apart"}


def test_seen_is_kept_by_party_with_the_first_who_said_so_and_ends_when_it_comes_again(found: World) -> None:
    with found.work("cert-jp") as work:
        one = next(each for each in board.findings(work) if each["kind"] == "clock.moved")
        assert one["seen_by"] is None
        said = see_finding(work, uuid.UUID(one["id"]))
        assert said["seen_by"] == "duty officer"
    with found.work("cert-ee") as work:
        assert next(each for each in board.findings(work) if each["kind"] == "clock.moved")["seen_by"] is None
    entry = "select count(*) from demarche.evidence_entry where kind = 'finding.seen'"
    assert found.rows(entry)[0][0] == 1
    with found.web.work(found.actor("cert-jp")) as work:
        see_finding(work, uuid.UUID(one["id"]))
    assert found.rows(entry)[0][0] == 1
    found.forward(hours=1)
    a_clock_is_set(found)
    with found.work("cert-jp") as work:
        again = next(each for each in board.findings(work) if each["kind"] == "clock.moved")
    assert (again["id"], again["seen_by"], again["times"]) == (one["id"], None, 4)


def test_of_a_finding_about_anothers_case_nothing_is_known(found: World) -> None:
    with found.work("cert-ee") as work:
        theirs = next(each for each in board.findings(work) if each["incident"])
    for slug in ("cert-jp", "meridian-models"):
        with pytest.raises(NotFound), found.work(slug) as work:
            see_finding(work, uuid.UUID(theirs["id"]))


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(TO_DO)


def test_the_board_says_how_many_ask_to_be_seen_and_the_page_takes_it(found: World, enter: Enter) -> None:
    officer = enter("cert-ee")
    assert "2 findings of the audit ask to be seen" in text_of(officer.get("/"))
    page = officer.get("/health")
    text = text_of(page)
    for said in ("A miss that no act records", "What to do:", "this node", "by nobody of your party"):
        assert said in text, said
    for said in ("Clocks are looked at", "Mended", "Two clocks disagree"):
        assert said in text, said
    with found.work("cert-ee") as work:
        ids = [each["id"] for each in board.findings(work)]
    for id_ in ids:
        assert send(officer, f"/health/{id_}/seen", "/health").status_code == 303
    assert "ask to be seen" not in text_of(officer.get("/"))
    assert "I have seen it" not in officer.get("/health").text


def test_the_board_says_how_many_letters_could_not_be_delivered(world: World, enter: Enter) -> None:
    world.files(severity="high")
    sweeps.route(world.worker)
    client = enter("cert-ee")
    assert "could not be delivered" not in client.get("/").text
    with world.worker.work() as work:
        work.connection.execute(sa.text(
            "update demarche.notification set state = 'dead', look_at = null, cause = 'Nobody is there.' where id in"
            " (select id from demarche.notification where state = 'pending' limit 3)"))  # fmt: skip
    page = client.get("/")
    assert "3 letters could not be delivered" in text_of(page)
    assert 'href="/dead-letters"' in page.text
    with world.work("cert-jp") as work:
        assert board.lines(work)["asides"]["dead_letters"] == 0


def test_with_both_the_board_is_still_two_statements(found: World) -> None:
    with found.work("cert-ee") as work:
        counted = Counted(found.web.engine)
        board.lines(work, limit=50)
    assert len(counted.statements) == 2


def test_a_node_in_order_says_so_once_the_audit_has_looked(world: World, enter: Enter) -> None:
    assert "The audit has not looked yet." in text_of(enter("cert-ee").get("/health"))
    sweeps.audit(world.worker)
    text = text_of(enter("cert-ee").get("/health"))
    assert "Nothing is found: what has to hold held when the audit last looked, just now." in text
    assert "No step of a clock fell due in the last hour." in text
    assert "Mended" not in text
