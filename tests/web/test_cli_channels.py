"""`demarche channel` and `demarche bounce`, against a real database."""

from __future__ import annotations

import uuid

import pytest
from click.testing import CliRunner, Result

from incident.reach.returns import Returns
from tests import servers
from tests.web.test_cli_database import document, run, url
from tests.workers.reports import AUTO_REPLY, a_report
from tests.world import World
from web.cli import cli

SECRET = "a secret of the tests, long enough"


@pytest.fixture
def filed(world: World) -> World:
    """A world with one case, told to everybody."""
    world.files()
    world.sweep()
    return world


def test_channels_are_listed_with_when_they_were_verified_and_the_doubtful_alone(filed: World) -> None:
    found = document(run(url(filed), "channel", "list", "--party", "cert-ee", "--json"))["channels"]
    assert {each["party"] for each in found} == {"cert-ee"}
    assert {each["verification"] for each in found} == {"never"}
    every = document(run(url(filed), "channel", "list", "--json"))["channels"]
    assert document(run(url(filed), "channel", "list", "--doubtful", "--json"))["channels"] == every
    assert run(url(filed), "channel", "list", "--party", "nobody-here").exit_code == 1


def bounced(world: World, raw: bytes, *words: str, where: str | None = None) -> Result:
    environment = {"DATABASE_URL": where or url(world), "DEMARCHE_HOME": "/nonexistent/demarche", "DEMARCHE_SECRET_KEY": SECRET}
    return CliRunner().invoke(cli, ["bounce", *words, "--json"], input=raw, env=environment, catch_exceptions=False)


def mailed(world: World) -> str:
    """The return path of a mail that was sent."""
    sent = document(run(url(world), "outbox", "list", "--state", "sent", "--limit", "500", "--json"))["notifications"]
    id_ = next(each["id"] for each in sent if each["channel"] == "email")
    return str(Returns(SECRET, "bounces@node.example").path(uuid.UUID(id_), 1))


def test_a_report_on_stdin_settles_the_mail_that_its_token_names(filed: World) -> None:
    path = mailed(filed)
    result = bounced(filed, a_report(action="failed", status="5.1.1"), "--to", path)
    assert result.exit_code == 0
    assert (document(result)["outcome"], document(result)["attempt"]) == ("failed", 1)
    assert document(bounced(filed, a_report(to=path, action="failed", status="5.1.1")))["outcome"] == "noted"
    listed = document(run(url(filed), "channel", "list", "--json"))["channels"]
    assert [each["state"] for each in listed if each["state"] == "disabled"] == ["disabled"]


@pytest.mark.parametrize(("raw", "outcome"), [(AUTO_REPLY, "not_a_report"), (b"", "not_a_report"), (a_report(), "unknown")])
def test_whatever_else_comes_is_taken_and_changes_nothing(filed: World, raw: bytes, outcome: str) -> None:
    result = bounced(filed, raw)
    assert (result.exit_code, document(result)["outcome"]) == (0, outcome)


def test_while_the_database_is_away_the_mail_server_is_asked_to_call_again(filed: World) -> None:
    gone = f"postgresql://demarche_worker:hunter2@127.0.0.1:{servers.free_port()}/demarche"
    result = bounced(filed, a_report(to=mailed(filed)), where=gone)
    assert result.exit_code == 75
    assert document(result)["error"]["code"] == "database_unavailable"
    assert "hunter2" not in result.output
