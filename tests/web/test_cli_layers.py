"""`demarche agreement compose` and `burden`, on files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incident.rules.terms import Agreement
from tests.rules.layered import baseline, clause, document, of, relaxes
from tests.web.test_cli import document as answer
from tests.web.test_cli import run


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    made: dict[str, Agreement] = {
        "base": baseline(),
        "ee": document("ee", "national", clause("own", within={"hours": 2}), relaxations=[relaxes("base", hours=48, cite="§ 2")]),
        "health": document("health", "sector", clause("ward"), displacements=[{"of": of("base"), "by": "ward", "cite": "§ 7"}]),
        "bad": document("bad", "sector", clause("late"), relaxations=[relaxes("base", hours=90)]),
    }
    for name, each in made.items():
        (tmp_path / f"{name}.yaml").write_text(json.dumps(each.document), encoding="utf-8")
    return {name: str(tmp_path / f"{name}.yaml") for name in made}


def composed(*words: str) -> dict[str, Any]:
    result = run("agreement", "compose", *words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = answer(result)
    return found


def test_the_layers_of_several_files_come_to_one_set_of_rules_in_any_order(files: dict[str, str]) -> None:
    found = composed(files["base"], files["ee"], files["health"])
    assert found == composed(files["health"], files["ee"], files["base"], files["ee"])
    rules = {(each["source"]["name"], each["clause"]): each for each in found["rules"]}
    notice = rules["base", "notice"]
    assert (notice["state"], notice["within"]) == ("displaced", "24 hours")
    assert [(each["from"], each["to"], each["by"]["cite"]) for each in notice["relaxed"]] == [("24 hours", "48 hours", "§ 2")]
    assert [(each["clause"], each["by"]["name"], each["by"]["cite"]) for each in notice["displaced"]] == [("ward", "health", "§ 7")]
    assert rules["health", "ward"]["displaces"] == [{"source": "base", "clause": "notice"}]
    assert (found["findings"], found["on"]) == ([], "2025-12-31")
    assert {each["layer"]: each["clauses"] for each in found["layers"] if each["documents"]} == {"baseline": 1, "national": 1, "sector": 1}


def test_the_laws_of_the_day_are_counted(files: dict[str, str]) -> None:
    early, late = (composed(files["base"], "--on", day)["layers"][0]["sources"] for day in ("2014-01-01", "2026-11-23"))
    assert early < late


def test_strict_is_for_scripts_and_people_read_a_table(files: dict[str, str]) -> None:
    assert run("agreement", "compose", files["base"], files["ee"], "--strict").exit_code == 0
    assert run("agreement", "compose", files["base"], files["bad"], "--strict").exit_code == 1
    lines = run("agreement", "compose", files["base"], files["ee"]).stdout.splitlines()
    assert lines[0].split("\t") == ["layer", "agreement", "clause", "within", "state", "by"]
    assert "baseline\tbase 1\tnotice\t24 hours\trelaxed\tto 48 hours by ee 1, § 2" in lines


def test_what_has_no_effect_is_said_beside_the_table_in_a_pipe_too(files: dict[str, str]) -> None:
    result = run("agreement", "compose", files["base"], files["bad"])
    assert ("relaxation.too_long" in result.stderr, "relaxation.too_long" in result.stdout) == (True, False)


def test_the_cost_of_an_overlay_in_words_and_in_json(files: dict[str, str]) -> None:
    words = run("agreement", "burden", files["base"], "--add", files["ee"])
    assert words.exit_code == 0, words.output
    assert "Title of ee 1 has 1 clause, 0 of them to be acknowledged. It relaxes 1 and displaces 0 of others." in words.stdout
    found = answer(run("agreement", "burden", files["base"], "--add", files["ee"], "--json"))
    assert (found["clocks"]["added"], found["clocks"]["later"], len(found["cases"])) == (15, 15, 15)
    assert found["says"] == words.stdout.splitlines()


def test_wrong_usage_and_faults_are_said(files: dict[str, str], tmp_path: Path) -> None:
    assert run("agreement", "compose").exit_code == 2
    assert run("agreement", "burden", files["base"]).exit_code == 2
    assert run("agreement", "compose", str(tmp_path / "none.yaml")).exit_code == 2
    (tmp_path / "faulty.yaml").write_text("name: x", encoding="utf-8")
    faulty = run("agreement", "burden", files["base"], "--add", str(tmp_path / "faulty.yaml"), "--json")
    assert faulty.exit_code == 1
    assert "/title" in {each["pointer"] for each in answer(faulty)["error"]["faults"]}
