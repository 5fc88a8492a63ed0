"""`demarche due --regime`, `--batch` and `demarche regime`: the desk in a terminal. None of this needs a node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from web.cli import cli

NIS2 = ("--regime", "eu.nis2.art23", "--fact", "aware_at=2026-03-27T17:40", "--zone", "Europe/Tallinn")


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(words), input=stdin, catch_exceptions=False)


def due(*words: str, stdin: str | None = None) -> Result:
    return run("due", *words, stdin=stdin)


def document(*words: str) -> Any:
    result = due(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def stages(found: Any) -> dict[str, Any]:
    return {each["id"]: each for each in found["stages"]}


def faults(*words: str) -> dict[str, str]:
    result = due(*words, "--json")
    assert result.exit_code == 1, result.output
    return {each["pointer"]: each["code"] for each in json.loads(result.stdout)["error"]["faults"]}


def test_every_stage_has_both_instants_in_three_zones_and_the_reasons() -> None:
    found = document(*NIS2, "--recipient-zone", "Asia/Tokyo")
    assert (found["regime"], found["zone"], found["jurisdiction"], found["calendar"]) == (
        "eu.nis2.art23", "Europe/Tallinn", "EE", "EE:public",
    )  # fmt: skip
    early = stages(found)["early_warning"]
    assert early["due"]["utc"] == "2026-03-28T16:00:00Z"
    assert early["due"]["local"] == "2026-03-28T18:00:00+02:00"
    assert early["due"]["recipient"] == "2026-03-29T01:00:00+09:00"
    assert early["target"]["utc"] == "2026-03-28T15:40:00Z"
    assert early["applies"] is None
    assert early["unknown"] == ["is_essential_entity", "is_important_entity", "significant_incident"]
    assert any("1182/71" in (line["cite"] or "") for line in early["because"])
    assert stages(found)["final_report"]["predicted"] is True
    assert stages(found)["service_recipients"]["due"] is None


def test_a_table_says_the_same_and_a_stage_alone_brings_its_derivation() -> None:
    result = due(*NIS2, "--fact", "is_essential_entity=true", "--fact", "significant_incident=true")
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[0][:3] == ["stage", "applies", "due (local)"]
    assert lines[1][:5] == ["early_warning", "yes", "2026-03-28 18:00 +02:00", "2026-03-28 17:40 +02:00", "2026-03-28T16:00:00Z"]
    final = next(line for line in lines if line[0] == "final_report")
    assert final[2] == "2026-04-30 24:00 +03:00"
    alone = due(*NIS2, "--stage", "early_warning").stdout
    assert "The hour in which it happened does not count" in alone
    assert "incident_notification" not in alone
    assert due(*NIS2, "-v").stdout.count("The clock starts at") >= 5


def test_facts_may_be_yes_or_no_words_numbers_or_unknown() -> None:
    facts = (
        "is_controller=true",
        "personal_data_breach=true",
        "risk_to_individuals=high",
        "affected_individuals=12",
        "occurred_at=unknown",
    )
    given = [word for fact in facts for word in ("--fact", fact)]
    found = document("--regime", "eu.gdpr.art33", "--zone", "Europe/Berlin", "--fact", "aware_at=2026-11-20T09:00+01:00", *given)
    assert stages(found)["data_subjects"]["applies"] is True


def test_what_was_submitted_starts_what_runs_from_it() -> None:
    found = stages(document(*NIS2, "--submitted", "incident_notification=2026-03-28T11:00"))["final_report"]
    assert (found["predicted"], found["due"]["utc"]) == (False, "2026-04-28T21:00:00Z")


def test_a_date_alone_is_known_to_the_day() -> None:
    early = stages(document("--regime", "eu.nis2.art23", "--zone", "Europe/Tallinn", "--fact", "aware_at=2026-03-24"))["early_warning"]
    assert early["target"]["utc"] == "2026-03-24T22:00:00Z"
    assert early["due"]["utc"] == "2026-03-25T22:00:00Z"


def test_a_country_with_one_zone_needs_no_zone_and_others_do() -> None:
    words = ("--regime", "eu.nis2.art23", "--fact", "aware_at=2026-03-27T17:40", "--jurisdiction")
    assert document(*words, "EE")["zone"] == "Europe/Tallinn"
    assert faults("--regime", "us.sec.8k105", "--jurisdiction", "US") == {"/zone": "required"}


def test_a_time_in_a_gap_is_refused_with_its_neighbours_and_a_twofold_one_asks() -> None:
    gap = due("--regime", "eu.nis2.art23", "--zone", "Europe/Tallinn", "--fact", "aware_at=2026-03-29T03:30")
    assert gap.exit_code == 1
    assert "02:59" in gap.stderr
    assert "04:00" in gap.stderr
    twice = ("--regime", "eu.nis2.art23", "--zone", "Europe/Tallinn", "--fact", "aware_at=2026-10-25T03:30")
    assert faults(*twice) == {"/facts/aware_at/fold": "ambiguous"}
    first, second = (stages(document(*twice, "--fold", fold))["early_warning"]["due"]["utc"] for fold in "01")
    assert (first, second) == ("2026-10-26T01:00:00Z", "2026-10-26T02:00:00Z")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--regime", "dora", "--zone", "Europe/Berlin"), {"/regime": "unknown_regime"}),
        ((*NIS2, "--fact", "awareat=2026"), {"/facts/awareat": "unknown_fact"}),
        ((*NIS2, "--fact", "significant_incident=maybe"), {"/facts/significant_incident": "wrong_value"}),
        ((*NIS2, "--submitted", "last=2026-03-28T11:00"), {"/submitted/last": "unknown_stage"}),
        ((*NIS2, "--calendar", "EE:banks"), {"/calendar": "unknown_calendar"}),
        ((*NIS2, "--jurisdiction", "XX"), {"/jurisdiction": "unknown_country"}),
        ((*NIS2, "--stage", "last"), {"/stage": "unknown_stage"}),
        (("--regime", "eu.nis2.art23", "--zone", "Mars"), {"/zone": "unknown_zone"}),
        ((*NIS2, "--fact", "handled_at=2201-01-01T00:00"), {"/facts/handled_at/at": "out_of_range"}),
    ],
)
def test_what_cannot_be_supposed_is_exit_code_1_with_its_place(words: tuple[str, ...], expected: dict[str, str]) -> None:
    assert faults(*words) == expected


def test_the_nearest_names_are_said() -> None:
    assert "did you mean eu.dora.art19" in due("--regime", "dora").stderr
    assert "did you mean 'aware_at'" in due(*NIS2[:2], "--zone", "UTC", "--jurisdiction", "EE", "--fact", "aware=2026-01-01T00:00Z").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--zone", "Europe/Tallinn"),
        ("--regime", "eu.nis2.art23", "--batch", "-"),
        (*NIS2, "--fact", "aware_at"),
        (*NIS2, "--fact", "aware_at=2026-03-27T18:00"),
        (*NIS2, "--fold", "2"),
    ],
)
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    assert due(*words).exit_code == 2


def test_a_batch_answers_each_case_and_says_in_the_exit_code_that_one_failed() -> None:
    good = {"id": "half", "rule": "elapsed_hours", "n": 0.5, "start": "2026-11-20T09:00Z", "zone": "UTC"}
    result = due("--batch", "-", "--json", stdin=json.dumps({"vectors": [good, {"id": "b", "rule": "nope"}]}))
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)
    assert first["due_utc"] == "2026-11-20T09:30Z"
    assert (second["id"], second["code"], second["pointer"]) == ("b", "unknown_rule", "/vectors/1/rule")
    assert due("--batch", "-", "--json", stdin=json.dumps([good])).exit_code == 0


@pytest.mark.parametrize("text", ['{"vectors": 1}', "7", '"x"'])
def test_a_document_without_cases_is_refused(text: str) -> None:
    assert due("--batch", "-", "--json", stdin=text).exit_code == 1


def test_a_number_beyond_all_bounds_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text('[{"id": "a", "rule": "elapsed_hours", "n": 1e400, "start": "2026-11-20T09:00Z", "zone": "UTC"}]', encoding="utf-8")
    result = due("--batch", str(file), "--json")
    assert result.exit_code == 1
    assert "error" in result.stdout


def test_the_catalogue_can_be_browsed_as_of_a_day() -> None:
    found = json.loads(run("regime", "list", "cra", "--on", "2026-09-01", "--json").stdout)
    assert {each["id"]: each["standing"] for each in found["regimes"]}["eu.cra.art14.vuln"] == "not"
    later = json.loads(run("regime", "list", "cra", "--on", "2026-09-11", "--json").stdout)
    assert {each["id"]: each["standing"] for each in later["regimes"]}["eu.cra.art14.vuln"] == "binding"
    unarmed = json.loads(run("regime", "list", "--jurisdiction", "us", "--unarmed", "--json").stdout)["regimes"]
    assert {each["jurisdiction"] for each in unarmed} == {"US"}
    assert all(each["unarmed"] for each in unarmed)


def test_one_law_is_shown_with_its_numbers_and_their_citations() -> None:
    lines = [line.split("\t") for line in run("regime", "show", "eu.nis2.art23").stdout.splitlines()]
    early = next(line for line in lines if line[0] == "early_warning")
    assert early[1:4] == ["aware at of the debtor", "24 hours", "eu1182_hours"]
    assert early[6] == "Directive (EU) 2022/2555 Art. 23(4)(a)"
    found = json.loads(run("regime", "show", "eu.cra.art14.vuln", "--on", "2026-09-01", "--json").stdout)
    assert found["standing_says"] == "It does not apply yet: it applies from 2026-09-11."
    refused = run("regime", "show", "nis2", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "unknown_regime"
