"""Agreement documents that nobody here wrote well, at every door: the API, the page and the command line."""

from __future__ import annotations

import html
import io
import json
from pathlib import Path

import pytest

from tests.web.callers import Callers, faults, problem_of
from tests.web.test_cli import GOOD, document, run
from tests.web.visitors import OFFICER, Enter, token

YAML = {"Content-Type": "application/yaml"}
TEXT = GOOD.read_text(encoding="utf-8")
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
UNKNOWN = TEXT.replace("    within:", "    withn:", 1)
BAD = {
    "an alias": (BOMB.encode(), "line 1, column 4"),
    "a tab": (TEXT.replace("    title:", "\ttitle:", 1).encode(), "line "),
    "a NUL": (TEXT.replace("title:", "title: \0", 1).encode(), "U+0000 at line "),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "UTF-16"),
    "two documents": ((TEXT + "---\n" + TEXT).encode(), "line "),
    "an unknown key": (UNKNOWN.encode(), "Did you mean within?"),
    "a key twice": ((TEXT + "title: Again\n").encode(), "given again on line "),
    "an empty list": (b"[]", "Expected a map"),
    "a hundred thousand items": (b"a: [" + b"x," * 100_000 + b"]", "more than"),
    "300 kilobytes": (b"# filler\n" * 40_000, "is the most that is accepted"),
    "deep": (b"[" * 60_000, "nested deeper"),
    "a homoglyph": (TEXT.replace("fact: severity", "fact: s\u0435verity", 1).encode(), "U+0435 (CYRILLIC SMALL LETTER IE)"),
    "an override": (TEXT.replace("title: ", "title: \u202e", 1).encode(), "U+202E"),
}
FOREIGN = {
    "UTF-16": (TEXT.encode("utf-16"), "UTF-16"),
    "Latin-1": (TEXT.replace("title: ", "title: Ü", 1).encode("latin-1"), "0xDC at line "),
    "Windows-1252": (TEXT.replace("title: ", "title: “", 1).encode("cp1252"), "Windows-1252"),
    "UTF-32": (TEXT.encode("utf-32"), "UTF-16"),
}


@pytest.mark.parametrize("name", BAD)
def test_the_api_names_place_and_expectation_and_keeps_nothing(api: Callers, name: str) -> None:
    before = api.count("agreement_version")
    data, said = BAD[name]
    answer = api.call("POST", "/agreements", data=data, headers=YAML)
    assert faults(answer)
    assert any(said in each["message"] for each in problem_of(answer, 422)["errors"]), answer.text[:600]
    in_json = api.post("/agreements", {"text": data.decode("utf-8")})
    assert in_json.status_code == 422
    assert api.count("agreement_version") == before


@pytest.mark.parametrize("name", FOREIGN)
def test_the_api_reads_utf_8_and_says_what_it_met(api: Callers, name: str) -> None:
    data, said = FOREIGN[name]
    problem = problem_of(api.call("POST", "/agreements", data=data, headers=YAML), 400)
    assert problem["code"] == "malformed"
    assert said in problem["detail"]


def test_five_megabytes_are_refused_at_the_door(api: Callers) -> None:
    assert problem_of(api.call("POST", "/agreements", data=b"a: b\n" * 1_000_000, headers=YAML), 413)["code"] == "too_large"


def test_a_byte_order_mark_other_line_ends_and_json_are_the_same_document(api: Callers) -> None:
    known = {each["digest"] for each in api.get("/agreements").json["items"]}  # type: ignore[index]
    for data in (b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), TEXT.encode()):
        answer = api.call("POST", "/agreements", data=data, headers=YAML)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.json is not None
        assert answer.json["digest"] in known
    assert api.post("/agreements", {"text": "\ufeff" + TEXT}).status_code == 200


def test_the_page_gives_every_fault_back(enter: Enter) -> None:
    client = enter(OFFICER)
    sent = {"csrf_token": token(client.get("/agreements"))}
    for name, (data, said) in (BAD | FOREIGN).items():
        form = {**sent, "file": (io.BytesIO(data), "draft.yaml")}
        answer = client.post("/agreements", data=form, content_type="multipart/form-data")
        assert answer.status_code == 422, (name, answer.text[:300])
        assert said in html.unescape(answer.text), name


@pytest.mark.parametrize("name", [*BAD, *FOREIGN])
def test_the_command_line_names_file_place_and_expectation(tmp_path: Path, name: str) -> None:
    data, said = (BAD | FOREIGN)[name]
    path = tmp_path / "draft.yaml"
    path.write_bytes(data)
    result = run("agreement", "lint", str(path), "--json")
    assert result.exit_code == 1
    (file,) = document(result)["files"]
    assert any(said in each["message"] for each in file["findings"]), json.dumps(file)[:600]
    assert all(each["level"] == "error" and "line" in each for each in file["findings"])


def test_the_command_line_shows_the_line_beside_the_pointer(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(UNKNOWN, encoding="utf-8")
    number = UNKNOWN[: UNKNOWN.index("    withn:")].count("\n") + 1
    result = run("agreement", "lint", str(path))
    assert f"(line {number})" in " ".join(result.stdout.split())


def test_a_file_of_five_megabytes_is_not_read_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes(b"a: b\n" * 1_000_000)
    (file,) = document(run("agreement", "lint", str(path), "--json"))["files"]
    assert [each["code"] for each in file["findings"]] == ["too_long"]
    assert "262144" in file["findings"][0]["message"]
