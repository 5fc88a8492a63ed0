"""`demarche replay` against a small server: everything is accounted for, nothing is filed twice, nobody's date runs ahead."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))
from fake_node import PARTIES, FakeNode, serving

from web.cli.replay import replay

CORPUS = Path(__file__).parents[1] / "corpus"
SHIFT = "2026-11-20"
REFUSED = {
    "veris/a-list.json": ("", "a record is an object; this is a list"),
    "veris/empty.json": ("", "the file is empty"),
    "veris/not-json.json": ("", "not JSON: Expecting value: line 1 column 1 (char 0)"),
    "veris/read-me.txt": ("", "neither .json (VERIS) nor .yaml (ATLAS)"),
    "veris/year-of-five-digits.json": (
        "/timeline/incident",
        "no possible date, so no clock could start: /timeline/incident: the year 20144 is outside 1950 to 2050; left out",
    ),
}


@pytest.fixture
def node() -> FakeNode:
    known = FakeNode()
    known.deployment("ee-registry", "EE", "Europe/Tallinn")
    known.deployment("fr-harbour", "FR", "Europe/Paris")
    known.deployment("fr-archive", "FR", "Europe/Paris")
    known.deployment("gb-names", "GB", "Europe/London")
    return known


@pytest.fixture
def home(node: FakeNode, tmp_path: Path) -> Iterator[Path]:
    with serving(node) as base_url:
        (tmp_path / "demo.json").write_text(json.dumps({"base_url": base_url, "parties": PARTIES, "deployments": []}))
        yield tmp_path


def run(home: Path, *options: str, folder: Path = CORPUS) -> Result:
    return CliRunner().invoke(replay, [str(folder), "--home", str(home), *options], catch_exceptions=False)


def totals(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    assert found["read"] == found["filed"] + found["duplicate"] + len(found["refused"])
    return found


def test_every_file_is_accounted_for(node: FakeNode, home: Path) -> None:
    result = run(home, "--json", "--shift-to", SHIFT)
    found = totals(result)
    assert result.exit_code == 0
    assert found == {
        "read": 21,
        "filed": 16,
        "duplicate": 0,
        "refused": [{"record": name, "pointer": at, "reason": why} for name, (at, why) in sorted(REFUSED.items())],
        "obligations": 32,
        "notifications": {"delivered": 16},
    }
    assert len(node.reports) == 16


def test_a_second_replay_adds_nothing(node: FakeNode, home: Path) -> None:
    run(home, "--json", "--shift-to", SHIFT)
    deployments = dict(node.deployments)
    found = totals(run(home, "--json", "--shift-to", SHIFT))
    assert (found["filed"], found["duplicate"], len(found["refused"])) == (0, 16, len(REFUSED))
    assert (found["obligations"], found["notifications"]) == (0, {})
    assert len(node.bodies) == 16
    assert node.deployments == deployments


def test_another_shift_is_refused_by_the_node_and_counted(node: FakeNode, home: Path) -> None:
    run(home, "--json", "--shift-to", SHIFT)
    found = totals(run(home, "--json", "--shift-to", "2026-11-06"))
    assert (found["filed"], found["duplicate"]) == (0, 0)
    assert "409 Refused another report has this reference" in {each["reason"] for each in found["refused"]}
    assert len(node.bodies) == 16


def test_a_busy_node_and_a_lost_connection_are_tried_again(node: FakeNode, home: Path) -> None:
    node.trouble += ["busy", "lost", "busy"]
    result = run(home, "--json")
    assert totals(result)["filed"] == 16
    assert node.trouble == []


def test_shifted_awareness_falls_in_the_seven_days_and_keeps_its_weekday(node: FakeNode, home: Path) -> None:
    run(home, "--json")
    plain = {body["reference"]: body["facts"]["aware_at"] for body in node.bodies}
    node.reports.clear()
    run(home, "--json", "--shift-to", SHIFT)
    moved = {body["reference"]: body["facts"]["aware_at"] for body in node.bodies[16:]}
    days = {ref: (aware, moved[ref]) for ref, aware in plain.items() if aware["precision"] == "day"}
    assert len(days) > 5
    assert moved.keys() == plain.keys()
    for before, after in days.values():
        was, now = date.fromisoformat(before["at"]), date.fromisoformat(after["at"])
        assert date(2026, 11, 14) <= now <= date(2026, 11, 20)
        assert (now - was).days % 7 == 0
        assert after["precision"] == "day"
    assert {after["precision"] for after in moved.values()} == {"year", "month", "day"}
    assert all(after["at"] <= SHIFT for after in moved.values())
    assert all("[Originally " in body["summary"] for body in node.bodies[16:])


def test_each_record_goes_where_its_victim_was_and_is_filed_by_that_cert(node: FakeNode, home: Path) -> None:
    run(home, "--json")
    place = {body["reference"]: (body["deployment"], node.filers[body["reference"]]) for body in node.bodies}
    assert place["invented:INV-0002"] == ("ee-registry", "cert-ee")
    assert place["invented:INV-0003"] == ("fr-archive", "cert-fr")
    assert place["invented:INV-0006"] == ("intl-de", "cert-intl")
    assert place["invented:INV-0008"] == ("gb-names", "cert-intl")
    assert place["invented:INV-0005"] == place["atlas:INV.CS01"] == ("intl-zz", "cert-intl")
    zones = {body["facts"]["aware_at"]["zone"] for body in node.bodies if body["deployment"] == "ee-registry"}
    assert zones == {"Europe/Tallinn"}


def test_a_deployment_that_was_missing_is_made_whole(node: FakeNode, home: Path) -> None:
    run(home, "--json")
    assert node.deployments["intl-us"] == {
        "slug": "intl-us",
        "zone": "UTC",
        "name": "Systems on public record in US",
        "jurisdiction": "US",
        "operator": "cert-intl",
        "suppliers": ["some-models"],
        "system": {"name": "Systems named in public incident records", "version": "1", "models": []},
        "data_may_live": ["US"],
    }
    assert node.deployments["intl-zz"]["jurisdiction"] == "CH"


def test_a_country_that_the_node_will_not_have_is_refused_with_the_reason(node: FakeNode, home: Path) -> None:
    node.refuse.add("intl-us")
    found = totals(run(home, "--json"))
    refused = {each["record"]: each for each in found["refused"]}["veris/clinic-portal.json"]
    assert refused["pointer"] == "/victim/country"
    assert refused["reason"] == ("no deployment could be made for US: 422 Refused no such country here: /jurisdiction no such country here")
    assert found["filed"] == 15


def test_a_report_that_the_node_refuses_is_named_with_its_pointer(node: FakeNode, home: Path, tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    record = {"incident_id": "A", "timeline": {"incident": {"year": 2016}}, "victim": {"country": ["US"]}}
    (tmp_path / "records" / "a.json").write_text(json.dumps(record))
    node.deployment("us-gone", "US", "Mars/Olympus")
    found = totals(run(home, "--json", folder=tmp_path / "records"))
    assert [each["reason"] for each in found["refused"]] == ["the deployment us-gone has no zone that is known here: 'Mars/Olympus'"]
    node.deployments["us-gone"]["zone"] = "America/New_York"
    node.deployments["us-gone"]["slug"] = "us-vanished"
    found = totals(run(home, "--json", folder=tmp_path / "records"))
    assert [(each["pointer"], each["reason"]) for each in found["refused"]] == [
        ("/deployment", "422 Refused unknown deployment: /deployment unknown deployment")
    ]


def test_notifications_that_never_leave_are_counted_as_they_are(node: FakeNode, home: Path) -> None:
    found = totals(run(home, "--json", "--wait", "0"))
    assert sum(found["notifications"].values()) == 16
    assert set(found["notifications"]) & {"pending", "claimed"}


def test_notifications_of_other_incidents_are_not_counted(node: FakeNode, home: Path) -> None:
    other = {"id": "other", "notice": "x", "incident": "somebody-elses", "to": "cert-intl", "filer": "cert-ee", "state": "dead"}
    node.notifications.append(other)
    assert totals(run(home, "--json"))["notifications"] == {"delivered": 16}


def test_a_limit_takes_the_first_files_by_name(node: FakeNode, home: Path) -> None:
    found = totals(run(home, "--json", "--limit", "5"))
    assert (found["read"], found["filed"]) == (5, 4)
    assert [body["reference"] for body in node.bodies][:2] == ["atlas:INV.CS02", "atlas:INV.CS01"]


def test_filing_keeps_the_order_of_names(node: FakeNode, home: Path) -> None:
    run(home, "--json", "--speed", "10000")
    first = [body["reference"] for body in node.bodies]
    node.reports.clear()
    run(home, "--json")
    assert [body["reference"] for body in node.bodies[16:]] == first


def test_what_is_no_readable_file_is_refused_and_the_rest_goes_on(node: FakeNode, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed" / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "gone.json").symlink_to(tmp_path / "nowhere")
    (folder / "good.yaml").write_bytes((CORPUS / "atlas" / "poisoned-index.yaml").read_bytes())
    (folder / "huge.json").write_bytes(b" " * (3 * 1024 * 1024))
    found = totals(run(home, "--json", folder=tmp_path / "mixed"))
    assert [(each["record"], each["reason"]) for each in found["refused"]] == [
        ("deep/er/gone.json", "not a regular file that can be read"),
        ("deep/er/huge.json", "larger than a record may be, 2097152 bytes"),
    ]
    assert found["filed"] == 1


def test_linked_folders_are_followed_once(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "loop").symlink_to(tmp_path / "mixed")
    (tmp_path / "mixed" / "studies").symlink_to(CORPUS / "atlas")
    found = totals(run(home, "--json", folder=tmp_path / "mixed"))
    assert [(each["record"], each["reason"]) for each in found["refused"]] == [("loop", "not a regular file that can be read")]
    assert found["filed"] == 4


def test_for_people_the_totals_are_lines_and_each_refusal_is_named(home: Path) -> None:
    result = run(home)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:4] == ["read 21", "filed 16", "duplicate 0", "refused 5"]
    assert "notifications delivered 16" in lines
    assert "refused veris/empty.json : the file is empty" in lines
    assert result.stderr == ""


def test_a_node_that_is_not_there_is_said_to_be_out_of_reach(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:  # bound and not listening, so every connection is refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = run(home, "--json", "--patience", "2", "--base-url", url)
    assert result.exit_code == 3
    assert totals(result)["read"] == 0
    assert f"{url}/ did not serve GET /api/v1/deployments in 2 attempts; last: ConnectError" in result.stderr


def test_a_node_that_stops_answering_leaves_the_totals_so_far(node: FakeNode, home: Path) -> None:
    node.trouble += ["", "", "", "busy", "busy"]
    result = run(home, "--json", "--patience", "2")
    assert result.exit_code == 3
    found = totals(result)
    assert (found["read"], found["filed"]) == (3, 3)
    assert "last: 503 Service Unavailable" in result.stderr


def test_an_interrupted_replay_prints_the_totals_so_far_and_can_be_taken_up_again(node: FakeNode, home: Path) -> None:
    node.trouble += ["", "", "", "interrupt"]
    result = run(home, "--json")
    assert result.exit_code == 130
    before = totals(result)
    assert 3 <= before["filed"] <= 4
    assert "Interrupted; these are the totals so far." in result.stderr
    after = totals(run(home, "--json"))
    assert after["duplicate"] >= before["filed"]
    assert after["filed"] + after["duplicate"] == 16


def test_a_key_that_the_node_does_not_know_is_said_so(home: Path, tmp_path: Path) -> None:
    content = json.loads((home / "demo.json").read_text())
    content["parties"][0]["api_key"] = "key-of-yesterday"
    (tmp_path / "old.json").write_text(json.dumps(content))
    result = run(home, "--json", "--keys", str(tmp_path / "old.json"))
    assert result.exit_code == 3
    assert "as cert-intl was refused: 401 Refused unknown key" in result.stderr
    assert "key-of-yesterday" not in result.output


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", "is not of the shape"),
        ("[]", "is not of the shape"),
        ('{"base_url": "http://127.0.0.1:1", "parties": [{"slug": "a"}]}', "KeyError: 'kind'"),
        ('{"base_url": "http://127.0.0.1:1", "parties": []}', "no key for the party cert-intl"),
    ],
)
def test_a_keys_file_that_cannot_be_used_says_why(tmp_path: Path, content: str | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "demo.json").write_text(content)
    result = CliRunner().invoke(replay, [str(CORPUS), "--home", str(tmp_path), "--json"], env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert reason in " ".join(result.output.split())


def test_an_address_that_is_none_is_said_so(home: Path) -> None:
    words = [str(CORPUS), "--home", str(home), "--base-url", "127.0.0.1:8000"]
    result = CliRunner().invoke(replay, words, env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert "is not an http or https address" in " ".join(result.stderr.split())
