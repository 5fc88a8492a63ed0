"""Whether it lives, whether it serves, and what is counted; and what happens while PostgreSQL is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from incident.work import open_node
from tests.web.callers import FILER, Callers, a_body, a_world_at_the_door, problem_of
from tests.world import url_of
from web import create_app, metrics
from workers import sweeps


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    with a_world_at_the_door() as callers:
        yield callers


@pytest.fixture
def gone(api: Callers) -> Iterator[Callers]:
    """The same behind a node whose database cannot be reached."""
    url = make_url(url_of("demarche_web", api.world.database)).set(database="there_is_no_such_database")
    node = open_node(api.world.web.settings, url.render_as_string(hide_password=False), clock=api.world.clock)
    yield Callers(api.world, create_app(node))
    node.close()


def test_it_lives_and_is_ready(api: Callers) -> None:
    assert api.get("//livez", None).json == {"live": True}
    api.world.sweep()
    answer = api.get("//readyz", None)
    assert answer.status_code == 200
    assert answer.json["ready"] is True
    assert answer.json["migrations_missing"] == []
    assert {"route", "watch"} <= set(answer.json["sweeps"])
    assert answer.json["late"] == []


@pytest.mark.parametrize(("name", "minutes"), [("audit", 6), ("rotas", 2)])
def test_what_runs_seldom_is_not_late_between_two_of_its_rounds(api: Callers, name: str, minutes: float) -> None:
    sweeps.SWEEPS[name](api.world.worker)
    api.world.forward(minutes=minutes)
    assert name not in api.get("//readyz", None).json["late"]
    api.world.forward(minutes=minutes)
    assert name in api.get("//readyz", None).json["late"]


def test_it_says_how_many_findings_the_audit_has(api: Callers) -> None:
    api.files(reference="with a finding")
    api.world.sweep()
    with api.world.worker.work() as work:
        work.connection.execute(sa.text("update demarche.notice set digest = 'another'"))
    sweeps.audit(api.world.worker)
    assert api.get("//readyz", None).json["findings"] >= 1
    assert 'demarche_waiting{what="findings"}' in api.get("//metrics", None).text


def test_sweeps_that_are_late_are_named_and_refuse_nobody(api: Callers) -> None:
    api.world.sweep()
    api.world.forward(minutes=5)
    answer = api.get("//readyz", None)
    assert answer.status_code == 200
    assert "watch" in answer.json["late"]


def test_while_the_database_is_gone_nothing_is_served_and_everybody_is_told_when_to_come_back(gone: Callers) -> None:
    assert gone.get("//livez", None).status_code == 200
    for answer in (gone.get("//readyz", None), gone.get("/incidents"), gone.post("/reports", a_body())):
        assert problem_of(answer, 503)["code"] == "database_unavailable"
        assert answer.headers["Retry-After"] == "2"
        assert "there_is_no_such_database" not in answer.text
    page = gone.app.test_client().get("/sign-in")
    assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "2")


def test_broken_connections_are_replaced_and_what_was_sent_again_is_filed_once(api: Callers) -> None:
    api.files(reference="before")
    assert connections_cut(api.world.database) >= 1
    answers = [api.post("/reports", a_body(reference="after")).status_code for _ in range(2)]
    assert answers == [201, 200]


def connections_cut(database: str) -> int:
    """How many connections of the web were ended by the server, as when PostgreSQL restarts."""
    cut = sa.text("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'demarche_web' and datname = :d")
    engine = sa.create_engine(url_of("admin", "postgres"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return len(connection.execute(cut, {"d": database}).all())


def test_requests_are_counted_by_route_and_never_by_what_was_asked(api: Callers) -> None:
    incident = api.files(reference="counted")["incident"]
    api.get(f"/incidents/{incident}")
    api.get("/nope")
    text = api.get("//metrics", None).text
    assert 'demarche_requests_total{method="GET",route="/api/v1/incidents/<uuid:incident_id>",status="200"}' in text
    assert 'route="(none)",status="404"' in text
    assert "demarche_request_seconds_bucket" in text
    assert "demarche_database_up 1.0" in text
    assert "demarche_sweep_age_seconds" in text
    assert incident not in text
    assert FILER not in text


def test_a_scrape_says_that_the_database_is_gone(gone: Callers) -> None:
    assert "demarche_database_up 0.0" in gone.get("//metrics", None).text


def test_metrics_are_for_this_machine_or_for_the_token(api: Callers) -> None:
    away = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert problem_of(api.get("//metrics", None, **away), 403)
    assert problem_of(api.get("//metrics", None, headers={"Authorization": "Bearer guess"}, **away), 403)
    token = metrics.token(api.world.web)
    assert api.get("//metrics", None, headers={"Authorization": f"Bearer {token}"}, **away).status_code == 200


def test_behind_a_public_address_nobody_is_taken_for_local(api: Callers) -> None:
    node = replace(api.world.web, settings=replace(api.world.web.settings, base_url="https://demarche.example.ee"))
    public = Callers(api.world, create_app(node))
    assert problem_of(public.get("//metrics", None), 403)
