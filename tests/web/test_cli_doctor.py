"""`demarche doctor` on a node that is well, on one that is not, and where there is hardly one."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from incident.clock import DatabaseClock
from tests import servers
from tests.world import World, home, url_of
from web.cli import cli
from web.doctor.lines import graded


def run(url: str | None, *words: str, **environment: str | None) -> Result:
    nothing_set = dict.fromkeys(("REDIS_URL", "DEMARCHE_BASE_URL", "DEMARCHE_SMTP_URL", "DEMARCHE_EGRESS_ALLOW", "DEMARCHE_CRASH_AT"))
    where = {"DATABASE_URL": url, "DEMARCHE_HOME": str(home())}
    return CliRunner().invoke(cli, ["doctor", *words], env=nothing_set | where | environment, catch_exceptions=False)


def lines(result: Result) -> dict[str, dict[str, str]]:
    found: list[dict[str, str]] = json.loads(result.stdout)["lines"]
    return {each["name"]: each for each in found}


@pytest.fixture
def well(world: World) -> World:
    """A node in real time that has just swept."""
    world.web.clock = world.worker.clock = DatabaseClock()
    world.worker.settings.signing_key()
    home().chmod(0o700)
    world.sweep()
    return world


def url(world: World) -> str:
    return url_of("demarche_worker", world.database)


def as_owner(world: World, statement: str) -> None:
    engine = sa.create_engine(url_of("admin", world.database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_of_a_node_that_is_well_nothing_is_bad_and_every_fault_says_what_to_do(well: World) -> None:
    result = run(url(well), "--json")
    found = lines(result)
    assert {name for name, each in found.items() if each["state"] == "bad"} == set()
    assert {"database", "walls", "roles", "migrations", "clock", "audit", "queue.notices", "sweep.watch", "calendars", "tzdata", "disk",
            "signing_key", "broker", "channels"} <= set(found)  # fmt: skip
    assert [name for name, each in found.items() if (each["state"] == "ok") != (each["do"] == "")] == []
    assert result.exit_code == {"ok": 0, "warn": 1}[json.loads(result.stdout)["state"]]


SPOILT: dict[str, tuple[str, str]] = {
    "walls": ("alter table demarche.notice no force row level security", "alter table demarche.notice force row level security"),
    "audit.late.routing": (
        "update demarche.notice set routed_at = null, cancelled_at = null, released_at = now() - interval '2 hours'",
        "",
    ),
    "queue.notices": ("update demarche.notice set routed_at = null, cancelled_at = null, released_at = now() - interval '2 hours'", ""),
    "migrations": (
        "alter table public.schema_version add column kept text; update public.schema_version set kept = version_num, version_num = '0001'",
        "update public.schema_version set version_num = kept; alter table public.schema_version drop column kept",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_spoilt_is_bad_and_the_exit_code_says_so(well: World, name: str) -> None:
    well.files()
    well.sweep()
    spoil, mend = SPOILT[name]
    as_owner(well, spoil)
    result = run(url(well), "--json")
    if mend:
        as_owner(well, mend)
    assert lines(result)[name]["state"] == "bad"
    assert lines(result)[name]["do"]
    assert result.exit_code == 2


def test_hours_in_which_nobody_is_reached_and_channels_that_nobody_tried_are_warnings(well: World) -> None:
    before = lines(run(url(well), "--json"))
    assert before["channels.verified"]["state"] == "warn"
    assert "have not shown" in before["channels.verified"]["said"]
    as_owner(well, "update demarche.channel set verified_at = now(), verified_how = 'a test'")
    as_owner(well, "update demarche.channel set disabled_at = now(), disabled_because = 'gone'"
             " where kind <> 'inbox' and party_id = (select id from demarche.party where slug = 'cert-fr')")  # fmt: skip
    after = lines(run(url(well), "--json"))
    assert after["channels.verified"]["state"] == "ok"
    said = [each["said"] for each in json.loads(run(url(well), "--json").stdout)["lines"] if each["name"] == "reach"]
    assert any("nobody of cert-fr can be reached" in each for each in said)


def test_a_role_that_can_go_around_the_walls_is_found(well: World) -> None:
    as_owner(well, "alter role demarche_web bypassrls")
    try:
        found = lines(run(url(well), "--json"))
    finally:
        as_owner(well, "alter role demarche_web nobypassrls")
    assert found["roles"]["state"] == "bad"


def test_without_a_database_it_says_so_and_looks_at_the_rest() -> None:
    gone = run(f"postgresql://demarche_worker:hunter2@127.0.0.1:{servers.free_port()}/demarche", "--json")
    assert lines(gone)["database"]["state"] == "bad"
    assert "Start it" in lines(gone)["database"]["do"]
    assert {"disk", "calendars", "broker"} <= set(lines(gone))
    assert gone.exit_code == 2
    assert "hunter2" not in gone.output
    assert lines(run(None, "--json"))["database"]["state"] == "bad"


def test_a_broker_that_is_away_or_takes_nothing_is_a_warning(well: World) -> None:
    away = lines(run(url(well), "--json", REDIS_URL=f"redis://127.0.0.1:{servers.free_port()}/0"))
    assert away["broker"]["state"] == "warn"
    assert "does not answer" in away["broker"]["said"]
    redis = servers.RedisServer()
    redis.start()
    try:
        assert lines(run(url(well), "--json", REDIS_URL=redis.url))["broker"]["state"] == "ok"
        redis.only_reads()
        takes_nothing = lines(run(url(well), "--json", REDIS_URL=redis.url))["broker"]
        assert (takes_nothing["state"], "takes nothing" in takes_nothing["said"]) == ("warn", True)
    finally:
        redis.close()


RISKY = {
    "settings.base_url": {"DEMARCHE_BASE_URL": "http://node.example"},
    "settings.crash_at": {"DEMARCHE_CRASH_AT": "seal.after_commit"},
    "settings.egress_allow": {"DEMARCHE_EGRESS_ALLOW": "0.0.0.0/0"},
}


@pytest.mark.parametrize("name", RISKY)
def test_a_risky_setting_is_named(name: str) -> None:
    assert lines(run(None, "--json", **RISKY[name]))[name]["state"] in ("warn", "bad")


def test_a_setting_that_cannot_be_read_is_said_and_no_traceback() -> None:
    result = run(None, "--json", DEMARCHE_PORT="many")
    assert "DEMARCHE_PORT" in lines(result)["settings"]["said"]
    assert result.exit_code == 2


def test_a_mail_server_elsewhere_without_tls_is_a_setting_that_cannot_be() -> None:
    assert "DEMARCHE_SMTP_URL" in lines(run(None, "--json", DEMARCHE_SMTP_URL="smtp://mail.example.invalid"))["settings"]["said"]


def test_people_get_a_table_and_can_leave_out_what_is_well() -> None:
    everything, faults = run(None), run(None, "--only-faults")
    assert "disk" in everything.stdout
    assert {line.split("\t")[0] for line in faults.stdout.splitlines()[1:]} <= {"warn", "bad"}


def test_a_mail_server_whose_certificate_nobody_accepts_is_bad(tmp_path: Path) -> None:
    with a_tls_server(tmp_path) as port:
        found = lines(run(None, "--json", DEMARCHE_SMTP_URL=f"smtps://127.0.0.1:{port}"))
    assert found["certificate.mail"]["state"] == "bad"
    assert "not accepted" in found["certificate.mail"]["said"]


@pytest.mark.parametrize(("left", "state"), [(30, "ok"), (20, "warn"), (2, "bad"), (-1, "bad")])
def test_a_number_is_graded_by_how_little_is_left(left: float, state: str) -> None:
    assert graded("n", left, warn=21, bad=3, said="s", do="Renew it.").state == state


@contextmanager
def a_tls_server(folder: Path) -> Iterator[int]:
    """Says nothing, with a certificate that it signed itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=mail"]
    subprocess.run(["openssl", *words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Server(ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            plain, address = super().get_request()
            return context.wrap_socket(plain, server_side=True), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that does not accept the certificate goes away."""

    with Server(("127.0.0.1", 0), BaseRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
