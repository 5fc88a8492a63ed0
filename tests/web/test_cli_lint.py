"""`demarche agreement lint`: what a rule is about, the case that shows a finding, and mending in the file."""

from __future__ import annotations

from pathlib import Path

from tests.web.test_cli import GOOD, document, run


def slipped(tmp_path: Path) -> Path:
    """The demo's agreement with two slips that can be mended and one that cannot."""
    text = GOOD.read_text(encoding="utf-8")
    for right, wrong in (("severity, in: [high", "severity, in: [hihg"), ("after: mitigation_plan", "after: mitigation_pla")):
        assert right in text
        text = text.replace(right, wrong, 1)
    text = text.replace("    within: {hours: 24}\n", "", 1)
    path = tmp_path / "slipped.yaml"
    path.write_text("\ufeff" + text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    return path


def test_a_rule_is_explained_without_a_file() -> None:
    result = run("agreement", "lint", "--explain", "unreachable")
    assert result.exit_code == 0
    assert "can never be true" in result.stdout
    (rule,) = document(run("agreement", "lint", "--explain", "unreachable", "--json"))["rules"]
    assert (rule["code"], rule["level"]) == ("unreachable", "error")


def test_a_rule_that_nobody_knows_is_wrong_usage_and_the_nearest_is_named() -> None:
    result = run("agreement", "lint", "--explain", "unreachible")
    assert result.exit_code == 2
    assert "unreachable" in result.stderr


def test_nothing_to_check_is_wrong_usage() -> None:
    assert run("agreement", "lint").exit_code == 2
    assert run("agreement", "lint", "-", "--fix", stdin="a: 1").exit_code == 2


def test_a_finding_comes_with_its_case_and_its_fix(tmp_path: Path) -> None:
    (file,) = document(run("agreement", "lint", str(slipped(tmp_path)), "--json"))["files"]
    found = {each["code"]: each for each in file["findings"]}
    assert set(found) == {"unknown_value", "unknown_anchor", "no_ceiling"}
    assert found["unknown_value"]["fix"] == [{"op": "replace", "path": "/commitments/0/when/in/0", "value": "high"}]
    assert any("its clock has still not started" in line for line in found["unknown_anchor"]["counter_example"])
    assert file["fixed"] == []


def test_examples_are_drawn_when_asked_for(tmp_path: Path) -> None:
    path = str(slipped(tmp_path))
    assert "its clock has still not started" not in run("agreement", "lint", path).stdout
    assert "its clock has still not started" in run("agreement", "lint", path, "--examples").stdout


def test_fixing_changes_the_words_that_were_wrong_and_nothing_else(tmp_path: Path) -> None:
    path = slipped(tmp_path)
    before = path.read_bytes()
    result = run("agreement", "lint", str(path), "--fix", "--json")
    (file,) = document(result)["files"]
    assert [each["code"] for each in file["fixed"]] == ["unknown_value", "unknown_anchor"]
    assert [each["code"] for each in file["findings"]] == ["no_ceiling"]
    assert result.exit_code == 0
    assert path.read_bytes() == before.replace(b"hihg", b"high").replace(b"mitigation_pla}", b"mitigation_plan}")


def test_fixing_a_sound_document_does_not_touch_it(tmp_path: Path) -> None:
    path = tmp_path / "sound.yaml"
    path.write_bytes(GOOD.read_bytes())
    before = path.stat().st_mtime_ns
    assert run("agreement", "lint", str(path), "--fix").exit_code == 0
    assert path.stat().st_mtime_ns == before
