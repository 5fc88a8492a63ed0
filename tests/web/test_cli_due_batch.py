"""`demarche due --batch`: a file of cases in, a list of answers out. No node is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from web.cli import cli

GOLDEN = Path(__file__).parents[1] / "golden" / "cases.yaml"
CASES = """
calendars: {de: {country: DE}}
vectors:
- {id: good, rule: eu1182_days, n: 2, zone: Europe/Berlin, cal: de, start: "2026-11-20T09:00", source: "Art. 1"}
- {id: gap, rule: elapsed_hours, n: 2, zone: Europe/Berlin, start: "2026-03-29T02:30"}
- {rule: elapsed_hours, n: 0.5, zone: Europe/Berlin, start: "2026-03-29T03:30"}
"""


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["due", "--batch", *words], input=stdin, catch_exceptions=False)


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_every_case_is_answered_in_its_order_and_one_that_cannot_be_makes_the_exit_code_one() -> None:
    result = run("-", "--json", stdin=CASES)
    assert result.exit_code == 1
    good, gap, third = document(result)
    assert (good["id"], good["due_utc"], good["due_local"]) == ("good", "2026-11-24T23:00Z", "2026-11-24T24:00")
    assert (good["target_utc"], good["basis"], good["ending"]) == ("2026-11-22T08:00Z", "planning", "limit")
    assert {"code", "text", "cite", "at"} == set(good["because"][0])
    assert (gap["id"], gap["code"], gap["pointer"]) == ("gap", "in_gap", "/vectors/1/start")
    assert "03:00 (Europe/Berlin, UTC+02:00)" in gap["error"]
    assert (third["id"], third["due_utc"]) == ("2", "2026-03-29T02:00Z")


def test_the_golden_cases_come_out_and_the_exit_code_is_zero() -> None:
    result = run(str(GOLDEN), "--json")
    assert result.exit_code == 0
    assert len(document(result)) > 100


@pytest.mark.parametrize("key", ["vectors", "cases", None])
def test_cases_may_be_json_and_stand_alone_or_under_either_name(key: str | None, tmp_path: Path) -> None:
    cases = [{"id": 7, "rule": "elapsed_hours", "n": 1, "zone": "UTC", "start": "2026-11-20T10:00"}]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({key: cases} if key else cases), encoding="utf-8")
    result = run(str(file), "--json")
    assert (result.exit_code, document(result)[0]["id"], document(result)[0]["due_utc"]) == (0, 7, "2026-11-20T11:00Z")


def test_for_people_it_is_a_table() -> None:
    result = run("-", stdin=CASES)
    assert result.exit_code == 1
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[1][:3] == ["good", "2026-11-24T24:00", "2026-11-24T23:00Z"]
    assert rows[2][1].startswith("/vectors/1/start: '2026-03-29T02:30' does not exist")


@pytest.mark.parametrize("text", ["nothing: here", "vectors: 3", "7", ""])
def test_a_file_without_cases_is_refused(text: str) -> None:
    result = run("-", "--json", stdin=text)
    assert (result.exit_code, document(result)["error"]["code"]) == (1, "invalid")


def test_aliases_and_repeated_keys_are_refused_in_a_large_document_as_in_a_small_one() -> None:
    for text in ("- &a {id: x}\n- *a\n", "- {id: x, id: y}\n"):
        result = run("-", "--json", stdin=text)
        assert (result.exit_code, document(result)["error"]["code"]) == (1, "invalid")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.yaml"), "--json").exit_code == 2
