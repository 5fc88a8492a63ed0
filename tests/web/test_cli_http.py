"""The commands that speak to a node over HTTP, against the real thing on a real database: file, due, health."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from structlog.testing import capture_logs
from waitress.server import create_server
from waitress.wasyncore import close_all

from incident.clock import wall
from tests import servers
from tests.world import World, a_world, url_of
from web import create_app
from web.cli import cli

OPTIONS = (
    "--deployment", "ee-citizen-assistant", "--reference", "EE-77", "--summary", "Prompts of other tenants", "--severity", "high",
    "--tlp", "AMBER", "--fact", "significant_incident=true", "--fact", "cross_border=unknown",
)  # fmt: skip


@dataclass
class Desk:
    """Somebody with the demo's file, at a node that runs."""

    world: World
    home: Path
    base_url: str

    def run(self, *words: str, stdin: str | bytes | None = None, **environment: str | None) -> Result:
        nothing_set = dict.fromkeys(("DATABASE_URL", "DEMARCHE_API_KEY", "DEMARCHE_BASE_URL"))
        where = {"DEMARCHE_HOME": str(self.home)}
        return CliRunner().invoke(cli, list(words), input=stdin, env=nothing_set | where | environment, catch_exceptions=False)

    def files(self, *words: str, reference: str = "EE-77") -> Any:
        """The answer to a report of an hour ago."""
        at = (self.world.now - timedelta(hours=1)).isoformat()
        given = [reference if word == "EE-77" else word for word in OPTIONS]
        return document(self.run("file", *given, "--aware-at", at, "--party", "cert-ee", "--json", *words))

    def key(self, slug: str) -> str:
        return next(str(each["api_key"]) for each in self.world.demo.parties if each["slug"] == slug)


def document(result: Result) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)


@contextmanager
def served(world: World) -> Iterator[str]:
    """The address of the world's node until the block ends."""
    connections: dict[int, Any] = {}
    server = create_server(create_app(world.web), map=connections, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(lambda: close_all(connections))
        thread.join()


@contextmanager
def at_a_node(home: Path) -> Iterator[Desk]:
    """At this moment, because the command line chooses what is near by this machine's clock."""
    with capture_logs(), a_world(wall()) as world, served(world) as base_url:
        (home / "demo.json").write_text(json.dumps(world.demo.as_json() | {"base_url": base_url}))
        yield Desk(world, home, base_url)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with at_a_node(tmp_path) as made:
        yield made


# -- filing ------------------------------------------------------------------------------------------------------------------


def test_a_report_from_options_is_filed_once_and_its_clocks_are_shown_with_reasons(desk: Desk) -> None:
    filed = desk.files()
    assert (filed["filed"], filed["replayed"], filed["reference"]) == (True, False, "EE-77")
    assert filed["obligations"]
    assert all(each["because"] for each in filed["obligations"])
    again = desk.files()
    assert (again["filed"], again["replayed"]) == (True, True)
    assert again["incident"] == filed["incident"]
    assert desk.world.rows("select count(*) from demarche.incident")[0][0] == 1


def test_people_read_the_clocks_the_reasons_and_who_is_told(desk: Desk) -> None:
    at = desk.world.now.isoformat()
    result = desk.run("file", *OPTIONS, "--aware-at", at, "--party", "cert-ee", "--why", "all")
    filed = desk.run("file", *OPTIONS, "--aware-at", at, "--party", "cert-ee", "--json")
    assert result.exit_code == 0
    assert result.stdout.startswith("Filed: EE-77")
    for each in document(filed)["obligations"]:
        assert each["title"] in result.stdout
        assert each["because"][0]["text"] in result.stdout
    assert "meridian-models" in result.stdout


def test_reasons_of_what_may_not_apply_are_left_out_unless_asked_for(desk: Desk) -> None:
    at = desk.world.now.isoformat()
    firm, none = (desk.run("file", *OPTIONS, "--aware-at", at, "--party", "cert-ee", *more).stdout for more in ((), ("--why", "none")))
    provisional = [each for each in desk.files("--preview", reference="EE-1")["obligations"] if each["provisional"]]
    assert provisional
    assert all(f"{each['title']}, owed by {each['owed_by']}: why" not in firm for each in provisional)
    assert "why this instant" in firm
    assert "why this instant" not in none


def test_a_preview_shows_the_same_and_files_nothing(desk: Desk) -> None:
    seen = desk.files("--preview")
    assert seen["filed"] is False
    assert desk.world.rows("select count(*) from demarche.incident")[0][0] == 0
    filed = desk.files()
    assert [(each["commitment"], each["due_at"]) for each in seen["obligations"]] == [
        (each["commitment"], each["due_at"]) for each in filed["obligations"]
    ]
    assert {each["digest"] for each in seen["notices"]}
    assert len(seen["notices"]) == len(filed["notices"])


YAML = """
deployment: ee-citizen-assistant
reference: EE-78
stage: early_warning
summary: A gateway answers with prompts of others
severity: high
tlp: AMBER
affected_countries: [EE, NO]
facts:
  aware_at: 2026-11-20T17:40:00+02:00
  significant_incident: true
  cross_border: null
"""


def test_yaml_says_what_it_seems_to_say(desk: Desk) -> None:
    path = desk.home / "report.yaml"
    path.write_text(YAML)
    result = desk.run("file", str(path), "--party", "cert-ee", "--json")
    assert result.exit_code == 0, result.stderr
    body = desk.world.rows("select body from demarche.report")[0][0]
    assert body["affected_countries"] == ["EE", "NO"]
    assert body["facts"] == {"aware_at": "2026-11-20T17:40:00+02:00", "significant_incident": True, "cross_border": None}


def test_the_same_report_in_json_on_stdin_is_the_same_report(desk: Desk) -> None:
    path = desk.home / "report.yaml"
    path.write_text(YAML)
    desk.run("file", str(path), "--party", "cert-ee")
    body = desk.world.rows("select body from demarche.report")[0][0]
    result = desk.run("file", "-", "--party", "cert-ee", "--json", stdin=json.dumps(body))
    assert document(result)["replayed"] is True


def test_options_stand_above_the_file(desk: Desk) -> None:
    path = desk.home / "report.yaml"
    path.write_text(YAML)
    words = ["--reference", "EE-79", "--country", "FR", "--fact", "significant_incident=false", "--party", "cert-ee", "--json"]
    assert document(desk.run("file", str(path), *words))["reference"] == "EE-79"
    body = desk.world.rows("select body from demarche.report")[0][0]
    assert body["affected_countries"] == ["FR"]
    assert body["facts"]["significant_incident"] is False
    assert body["facts"]["cross_border"] is None


def test_every_fault_is_named_by_its_pointer_and_nothing_is_filed(desk: Desk) -> None:
    bad = ["--deployment", "ee-citizen-assistant", "--severity", "huge", "--aware-at", "2026-11-20 17:40"]
    result = desk.run("file", *bad, "--party", "cert-ee", "--json")
    assert result.exit_code == 1
    pointers = {each["pointer"] for each in document(result)["error"]["faults"]}
    assert {"/reference", "/summary", "/severity", "/facts/aware_at"} <= pointers
    assert "/facts/aware_at: " in result.stderr
    assert desk.world.rows("select count(*) from demarche.incident")[0][0] == 0


def test_another_report_under_the_same_identity_is_refused(desk: Desk) -> None:
    desk.files()
    result = desk.run("file", *OPTIONS, "--aware-at", desk.world.now.isoformat(), "--party", "cert-ee", "--json")
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "report_exists"


NO_REPORTS = [
    b"", b"- a list", b"{", b"\xff\xfe", b"a: 1\na: 2", b'{"a": 1, "a": 2}', b"a: &x 1\nb: *x", b"[" * 9000, b"\x00", b'{"a": NaN}',
    b"x" * (2**20 + 1), b'{"a": ' + b"9" * 5000 + b"}", b'{"a": "\\ud800"}', b'{"a":' * 400 + b"1" + b"}" * 400 + b"]",
]  # fmt: skip


@pytest.mark.parametrize("content", NO_REPORTS, ids=lambda content: repr(content[:12]))
def test_what_is_no_report_is_refused_here_and_never_a_crash(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(content)
    result = CliRunner().invoke(cli, ["file", str(path), "--key", "k", "--json"], catch_exceptions=False)
    assert result.exit_code == 1
    assert len(document(result)["error"]["faults"]) == 1


@pytest.mark.parametrize(
    "words", [(), ("--fact", "x"), ("--fact", "x=1", "--fact", "x=2"), ("/nonexistent/report.json",)], ids=" ".join
)  # fmt: skip
def test_what_to_file_has_to_be_said(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(cli, ["file", *words, "--key", "k"], catch_exceptions=False).exit_code == 2


# -- who and where --------------------------------------------------------------------------------------------------------------


def test_a_key_will_do_without_the_demo(desk: Desk, tmp_path: Path) -> None:
    filed = desk.files()
    empty = str(tmp_path / "none")
    result = desk.run("due", "--json", "--base-url", desk.base_url, DEMARCHE_HOME=empty, DEMARCHE_API_KEY=desk.key("cert-ee"))
    assert {each["incident"] for each in document(result)["obligations"]} == {filed["incident"]}


def test_a_wrong_key_is_refused(desk: Desk) -> None:
    result = desk.run("due", "--json", "--base-url", desk.base_url, DEMARCHE_API_KEY="demarche_00000000_wrong")
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "not_signed_in"


def test_as_whom_has_to_be_said(desk: Desk) -> None:
    for words in ((), ("--party", "cert-xx")):
        result = desk.run("due", *words)
        assert result.exit_code == 2
        assert "cert-ee" in result.stderr
    assert desk.run("due", "--party", "cert-ee", DEMARCHE_HOME="/nonexistent/demarche").exit_code == 2


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:8000", "ftp://node.example", "http://", "http://node.example:port"])
@pytest.mark.parametrize("words", [("due",), ("file", *OPTIONS), ("health",)], ids=lambda words: words[0])
def test_an_address_that_is_none_is_wrong_usage(words: tuple[str, ...], address: str) -> None:
    result = CliRunner().invoke(cli, [*words, "--base-url", address], env={"DEMARCHE_API_KEY": "k", "COLUMNS": "400"})
    assert result.exit_code == 2
    assert "is not an http or https address" in " ".join(result.stderr.split())


@pytest.mark.parametrize("words", [("due",), ("file", *OPTIONS), ("health",)], ids=lambda words: words[0])
def test_a_node_that_is_not_there_is_unreachable(words: tuple[str, ...], tmp_path: Path) -> None:
    where = {"DEMARCHE_HOME": str(tmp_path), "DEMARCHE_BASE_URL": f"http://127.0.0.1:{servers.free_port()}", "DEMARCHE_API_KEY": "k"}
    result = CliRunner().invoke(cli, [*words, "--json"], env=where, catch_exceptions=False)
    assert result.exit_code == 3
    assert document(result)["error"]["code"] == "node_unreachable"


def test_something_else_that_answers_is_not_taken_for_a_node(tmp_path: Path) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    words = ["due", "--json", "--key", "k", "--base-url", f"http://127.0.0.1:{server.server_address[1]}"]
    result = CliRunner().invoke(cli, words, env={"DEMARCHE_HOME": str(tmp_path)}, catch_exceptions=False)
    server.shutdown()
    server.server_close()
    thread.join()
    assert result.exit_code == 3
    assert "is not a list" in document(result)["error"]["message"]


# -- what is due -------------------------------------------------------------------------------------------------------------------


def test_what_is_due_comes_most_urgent_first(desk: Desk) -> None:
    filed = desk.files()
    found = document(desk.run("due", "--party", "cert-ee", "--json"))["obligations"]
    targets = [each["target_at"] for each in found if each["target_at"]]
    assert targets == sorted(targets)
    assert {each["id"] for each in found} == {each["id"] for each in filed["obligations"] if each["verdict"] == "running"}


def test_only_what_is_near_or_past(desk: Desk) -> None:
    desk.files()
    near = document(desk.run("due", "--party", "cert-ee", "--within", "30h", "--json"))["obligations"]
    every = document(desk.run("due", "--party", "cert-ee", "--json"))["obligations"]
    assert 0 < len(near) < len(every)
    assert {each["id"] for each in near} < {each["id"] for each in every}


def test_a_miss_leads_the_list_and_can_be_asked_for_alone(desk: Desk) -> None:
    desk.files()
    desk.world.forward(hours=25)
    missed = document(desk.run("due", "--party", "cert-ee", "--verdict", "missed", "--json"))["obligations"]
    assert missed
    assert {each["verdict"] for each in missed} == {"missed"}
    rows = [line.split("\t") for line in desk.run("due", "--party", "cert-ee").stdout.splitlines()]
    assert rows[0][:3] == ["target", "left", "verdict"]
    assert rows[1][2] == "missed"


def test_only_what_one_party_owes_and_no_more_than_asked_for(desk: Desk) -> None:
    desk.files()
    owed = document(desk.run("due", "--party", "cert-ee", "--owed-by", "ee-ministry", "--json"))["obligations"]
    assert {each["owed_by"] for each in owed} == {"ee-ministry"}
    assert len(document(desk.run("due", "--party", "cert-ee", "--limit", "1", "--json"))["obligations"]) == 1


def test_a_list_of_several_pages_is_given_whole(desk: Desk) -> None:
    count = len(desk.files()["obligations"])
    for number in range(210 // count + 1):
        desk.files(reference=f"EE-{100 + number}")
    running = desk.world.rows("select count(*) from demarche.obligation where settled_as is null")[0][0]
    found = document(desk.run("due", "--party", "cert-ee", "--limit", "10000", "--json"))["obligations"]
    assert running > 200
    assert len({each["id"] for each in found}) == running


def test_a_stranger_sees_nothing_due(desk: Desk) -> None:
    desk.files()
    assert document(desk.run("due", "--party", "cert-jp", "--json")) == {"obligations": []}


@pytest.mark.parametrize("span", ["24", "0h", "-1h", "1w", "1.5h", "9999999d", "h"])
def test_a_span_has_a_number_and_a_unit(span: str) -> None:
    result = CliRunner().invoke(cli, ["due", "--key", "k", "--within", span], catch_exceptions=False)
    assert result.exit_code == 2
    assert "such as 24h" in " ".join(result.stderr.split())


# -- health -------------------------------------------------------------------------------------------------------------------------


def test_a_node_that_is_ready_says_so(desk: Desk) -> None:
    result = desk.run("health", "--base-url", desk.base_url, "--json")
    assert result.exit_code == 0
    found = document(result)
    assert (found["ready"], found["status"], found["base_url"]) == (True, 200, desk.base_url)
    assert found["said"]["database"] == "reachable"


def test_a_node_that_is_not_ready_is_something_wrong(desk: Desk) -> None:
    engine = sa.create_engine(url_of("admin", desk.world.database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema demarche cascade")
    result = desk.run("health", "--base-url", desk.base_url, "--json")
    assert result.exit_code == 1
    assert document(result)["ready"] is False


def test_a_clock_is_disputed_and_agreed_to_on_the_command_line(desk: Desk) -> None:
    filed = desk.files()
    warning = next(each["id"] for each in filed["obligations"] if each["commitment"] == "eu.nis2.art23.early_warning")
    at = (desk.world.now - timedelta(hours=4)).isoformat()
    said = ("claim", "start", warning, "--at", at, "--reason", "Our log says so", "--json", "--party")
    made = document(desk.run(*said, "cert-ee"))
    assert (made["state"], made["fact"]) == ("open", "aware_at")
    assert desk.run("claim", "agree", made["id"], "--party", "cert-ee").exit_code == 1
    agreed = document(desk.run("claim", "agree", made["id"], "--party", "ee-ministry", "--json"))
    assert agreed["agreed"] == ["ee-ministry"]
    assert "ee-ministry" not in agreed["awaiting"]
    assert "ee-ministry" in desk.run("claim", "list", warning, "--party", "cert-ee").stdout


def test_a_relay_is_seen_named_struck_released_and_logged_on_the_command_line(desk: Desk) -> None:
    filed = desk.files("--country", "FR")
    officer = ("--party", "cert-ee", "--json")
    named = document(desk.run("relay", "name", filed["incident"], "it", "--reason", "seen in Italy", *officer))
    assert named["cross_border"] == ["FR", "IT"]
    french, italian = named["items"]
    assert (french["standing"], italian["standing"]) == ("awaits_release", "no_contact")
    assert desk.run("relay", "release", french["notice"]["id"], "--party", "cert-fr").exit_code == 1
    assert document(desk.run("relay", "release", french["notice"]["id"], *officer))["released"] is True
    logged = document(desk.run("relay", "log", italian["obligations"][0]["id"], "--proof", "call", *officer))
    assert (logged["relay_to"], logged["verdict"]) == ("IT", "met")
    assert document(desk.run("relay", "strike", filed["incident"], "IT", "--reason", "a mistake", *officer))["cross_border"] == ["FR"]
    shown = desk.run("relay", "list", filed["incident"], "--party", "cert-ee").stdout
    assert "cross-border: FR" in shown
    assert desk.run("relay", "list", filed["incident"], "--party", "cert-fr").exit_code == 1
