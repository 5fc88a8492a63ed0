"""`demarche agreement simulate` against a node that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.web.test_cli_http import Desk, document, served
from tests.world import MONDAY, a_world

ASSURANCE = (Path(__file__).parents[2] / "web/demo/agreements/sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
SHORTER = ASSURANCE.replace("within: {hours: 1}", "within: {minutes: 20}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("home")
    with capture_logs(), a_world(MONDAY) as world, served(world) as base_url:
        (home / "demo.json").write_text(json.dumps(world.demo.as_json() | {"base_url": base_url}), encoding="utf-8")
        yield Desk(world, home, base_url)


def tries(desk: Desk, *words: str, text: str = SHORTER) -> tuple[int, dict[str, object]]:
    result = desk.run("agreement", "simulate", "-", *words, "--party", "cert-ee", "--json", stdin=text)
    return result.exit_code, document(result)


def test_past_cases_come_part_by_part_and_are_given_as_one(desk: Desk) -> None:
    for number in range(53):
        desk.world.files(reference=f"EE-{number}")
        desk.world.clock.forward(minutes=1)
    code, found = tries(desk, "--past")
    assert code == 0, found
    assert isinstance(found["cases"], list)
    assert isinstance(found["summary"], dict)
    assert [each["reference"] for each in found["cases"]] == [f"EE-{number}" for number in reversed(range(53))]
    assert (found["total"], found["summary"]["cases"], found["summary"]["clocks"]["earlier"]) == (53, 53, 106)
    assert len(tries(desk, "--past", "--limit", "51")[1]["cases"]) == 51  # type: ignore[arg-type]


def test_people_read_which_clocks_are_different(desk: Desk) -> None:
    desk.world.files(reference="for people")
    result = desk.run("agreement", "simulate", "-", "--past", "--limit", "1", "--party", "cert-ee", stdin=SHORTER)
    assert result.exit_code == 0
    header, *rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert header[4:7] == ["change", "due now", "due then"]
    assert {(row[0], row[1], row[4]) for row in rows} == {("for people", "sovereign-ai-assurance cl. 7.1", "earlier")}


def test_a_described_case_is_read_as_file_reads_it_and_not_filed(desk: Desk, tmp_path: Path) -> None:
    described = tmp_path / "case.yaml"
    at = (desk.world.now - timedelta(hours=1)).isoformat()
    described.write_text(
        "deployment: ee-citizen-assistant\nreference: tried\nstage: early_warning\nsummary: It leaks\nseverity: high\ntlp: AMBER\n"
        f"facts: {{aware_at: '{at}', significant_incident: true}}\n",
        encoding="utf-8",
    )
    before = desk.world.rows("select count(*) from demarche.incident")
    code, found = tries(desk, "--case", str(described))
    assert code == 0
    assert found["summary"]["clocks"]["earlier"] == 2  # type: ignore[index]
    assert desk.world.rows("select count(*) from demarche.incident") == before


def test_strict_is_for_scripts(desk: Desk) -> None:
    narrow = ASSURANCE.replace("withhold: [affected_countries]}", "withhold: [affected_countries, severity]}", 1)
    assert tries(desk, "--past", text=narrow)[0] == 0
    code, found = tries(desk, "--past", "--strict", text=narrow)
    assert code == 1
    assert found["summary"]["conflicts"] > 0  # type: ignore[index]
    assert tries(desk, "--past", "--strict", text=ASSURANCE)[0] == 0


def test_faults_of_the_document_need_no_node_and_usage_is_said(tmp_path: Path) -> None:
    away = Desk.__new__(Desk)
    away.home = tmp_path
    bad = away.run("agreement", "simulate", "-", "--past", "--key", "k", "--base-url", "http://127.0.0.1:9", "--json", stdin="name: x")
    assert bad.exit_code == 1
    assert {"pointer", "code", "message"} == set(document(bad)["error"]["faults"][0])
    for words in ((), ("--past", "--case", "x.yaml"), ("--past", "--typical", "all"), ("--past", "--at", "2026-05-22T19:30:00+02:00")):
        assert away.run("agreement", "simulate", "-", *words, stdin=ASSURANCE).exit_code == 2
    gone = away.run("agreement", "simulate", "-", "--past", "--key", "k", "--base-url", "http://127.0.0.1:9", stdin=ASSURANCE)
    assert gone.exit_code == 3


def test_typical_cases_need_no_node_and_with_one_are_played_by_ones_own(desk: Desk) -> None:
    alone = desk.run("agreement", "simulate", "-", "--typical", "all", "--json", stdin=SHORTER)
    assert alone.exit_code == 0
    assert {each["typical"]["by"] for each in document(alone)["cases"]} == {"invented"}
    code, found = tries(desk, "--typical", "ransomware", "--at", "2026-11-24T09:00:00+02:00")
    assert code == 0
    (case,) = found["cases"]  # type: ignore[misc]
    assert (case["typical"]["by"], case["typical"]["aware_at"]) == ("own", "2026-11-24T07:00:00Z")
    assert found["summary"]["clocks"]["earlier"] == 2  # type: ignore[index]


def test_an_overlay_is_tried_with_the_layers_that_it_names(desk: Desk, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "incident/rules/terms/library"
    overlay, text = str(shipped / "ee-overlay.yaml"), (shipped / "ee-overlay.yaml").read_text(encoding="utf-8")
    by_itself = document(desk.run("agreement", "simulate", overlay, "--typical", "ransomware", "--json"))
    assert [each["name"] for each in by_itself["beside"]] == ["eu-incident-baseline"]
    assert by_itself["summary"]["clocks"]["gone"] > 0, "it displaces a clause of the baseline that the library brought in"
    stranger, own = tmp_path / "overlay.yaml", tmp_path / "baseline.yaml"
    digest = next(line for line in text.splitlines() if "digest: sha256:" in line)
    stranger.write_text(text.replace(digest + "\n", ""), encoding="utf-8")
    own.write_text((shipped / "eu-incident-baseline.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    alone = document(desk.run("agreement", "simulate", str(stranger), "--typical", "ransomware", "--json"))
    assert (alone["beside"], alone["summary"]["clocks"]["gone"]) == ([], 0)
    given = document(desk.run("agreement", "simulate", str(stranger), "--with", str(own), "--typical", "ransomware", "--json"))
    assert given["beside"] == by_itself["beside"]
    assert given["summary"]["clocks"] == by_itself["summary"]["clocks"]
    assert desk.run("agreement", "simulate", overlay, "--with", str(own), "--typical", "all", "--party", "cert-ee").exit_code == 2


def test_what_is_wrong_with_a_typical_case_is_named_without_a_node(tmp_path: Path) -> None:
    away = Desk.__new__(Desk)
    away.home = tmp_path
    for words, pointer in ((("flood",), "/typical"), (("all", "--at", "soon"), "/at")):
        result = away.run("agreement", "simulate", "-", "--typical", *words, "--json", stdin=ASSURANCE)
        assert result.exit_code == 1
        assert [each["pointer"] for each in document(result)["error"]["faults"]] == [pointer]


def test_a_document_of_the_library_is_printed_as_it_stands_and_can_be_started_from(tmp_path: Path) -> None:
    away = Desk.__new__(Desk)
    away.home = tmp_path
    listed = document(away.run("agreement", "library", "--json"))
    assert len(listed["items"]) >= 8
    assert len(listed["typical_cases"]) >= 12
    for each in listed["items"]:
        printed = away.run("agreement", "library", each["id"])
        checked = away.run("agreement", "lint", "-", "--json", stdin=printed.stdout)
        assert document(checked)["files"][0]["digest"] == each["digest"]
    absent = away.run("agreement", "library", "nothing")
    assert (absent.exit_code, "ee-overlay" in absent.stderr) == (1, True)
