"""Fixtures of the front door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incident import logs
from incident.actor import Actor
from incident.records.parties import directory, people
from tests.web.callers import Callers, a_world_at_the_door
from tests.web.visitors import Enter
from tests.world import World
from web import create_app


@pytest.fixture(scope="session", autouse=True)
def _logs_in_one_line() -> None:
    """As every process of the node has them: an unconfigured logger would print each traceback with all that was filed."""
    logs.configure("ERROR", "json")


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    """The API of a demo world that the tests of one module share."""
    with a_world_at_the_door() as callers:
        yield callers


@pytest.fixture
def app(world: World) -> Flask:
    """The pages of a world of the test's own."""
    return create_app(world.web, mail=world.mail)


@pytest.fixture
def enter(app: Flask, world: World) -> Enter:
    """A browser with a session of somebody of that party."""

    def enter(slug: str) -> FlaskClient:
        rows = world.rows("select p.id, p.name from demarche.person p join demarche.party o on o.id = p.party_id where o.slug = :s", s=slug)
        with world.worker.work() as work:
            party = directory.by_slug(work.connection, slug)
        with world.web.work(Actor("session", party.id, party.slug, party.uri, rows[0].name)) as work:
            cookie = people.start_session(work.connection, person_id=rows[0].id, party_id=party.id, now=work.now)
        client = app.test_client()
        client.set_cookie("demarche", cookie)
        return client

    return enter
