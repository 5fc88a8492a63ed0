"""Signing on the command line, against a real node: keys, versions, the exported proof and what is wrong with it."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.stories.agreeing import a_pact
from tests.web.test_cli_http import Desk, at_a_node, document
from web.cli import cli

EE, FR = ("--party", "cert-ee", "--json"), ("--party", "cert-fr", "--json")
PACT = a_pact("cert-ee", "cert-fr", exit={"notice": {"days": 30}, "cite": "art. 9"}, suspension={"cite": "art. 8"})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with at_a_node(tmp_path) as made:
        yield made


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False)


def a_key(desk: Desk, path: Path, party: tuple[str, ...] = FR) -> dict[str, Any]:
    made: dict[str, Any] = document(run("agreement", "key", "make", str(path), "--json"))
    assert (
        document(desk.run("agreement", "key", "register", str(path), "--name", "legal desk", *party))["fingerprint"] == made["fingerprint"]
    )
    return made


def published(desk: Desk, path: Path) -> dict[str, Any]:
    path.write_text(PACT)
    found: dict[str, Any] = document(desk.run("agreement", "publish", str(path), *EE))
    return found


def bundle(desk: Desk) -> Any:
    return json.loads(desk.run("agreement", "export", "pact@1.0", "--party", "cert-ee").stdout)


def test_a_key_is_made_in_a_private_file_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    made = document(run("agreement", "key", "make", str(path), "--json"))
    assert made["fingerprint"].startswith("sha256:")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = run("agreement", "key", "make", str(path))
    assert (again.exit_code, path.read_bytes()) == (1, before)
    assert "Expected a new file" in again.stderr


def test_from_publishing_to_ending_and_the_proof_of_it(desk: Desk, tmp_path: Path) -> None:
    made = a_key(desk, tmp_path / "key.pem")
    assert published(desk, tmp_path / "pact.yaml")["states"] == {"cert-ee": "signed", "cert-fr": "proposed"}
    signing = ("--signing-key", str(tmp_path / "key.pem"))
    found = document(desk.run("agreement", "sign", "pact", *signing, "--reserve", "pact_secrecy", *FR))
    assert (found["in_force"], found["states"]) == (True, {"cert-ee": "in_force", "cert-fr": "in_force"})
    for kind, state in (("suspend", "suspended"), ("resume", "in_force"), ("end", "in_force")):
        found = document(desk.run("agreement", kind, "pact@1.0", "--reason", "So it was decided.", *signing, *FR))
        assert found["states"]["cert-fr"] == state
    (tmp_path / "pact.json").write_text(json.dumps(bundle(desk)))
    proof = run("agreement", "verify", str(tmp_path / "pact.json"), "--json")
    assert (proof.exit_code, document(proof)["valid"]) == (0, True)
    assert [(each["kind"], each["officer"] is None) for each in document(proof)["acts"]] == [
        ("sign", False), ("sign", True), ("suspend", True), ("resume", True), ("end", True)]  # fmt: skip
    assert document(proof)["acts"][1]["reserved"] == ["pact_secrecy"]
    distrusted = run("agreement", "verify", str(tmp_path / "pact.json"), "--trust", made["fingerprint"], "--json")
    assert [each["wrong"] for each in document(distrusted)["acts"]][:2] == ["Its key is none of those that are trusted.", None]


def test_people_see_what_a_notice_will_do_and_what_was_reserved(desk: Desk, tmp_path: Path) -> None:
    published(desk, tmp_path / "pact.yaml")
    party = FR[:2]
    signed = desk.run("agreement", "sign", "pact", "--reserve", "pact_secrecy", *party).stdout.splitlines()
    assert signed[1].split("\t") == ["party", "state", "from", "until", "suspended", "without"]
    assert signed[3].endswith("\tpact_secrecy")
    left = desk.run("agreement", "end", "pact", "--reason", "So it was decided.", *party).stdout.splitlines()[3].split("\t")
    assert left[:2] == ["cert-fr", "in force"]
    assert left[3].startswith(str((desk.world.now + timedelta(days=30)).year))
    assert "ends already for this party" in desk.run("agreement", "end", "pact", "--reason", "Again.", *party).stderr


def test_a_revoked_key_signs_nothing(desk: Desk, tmp_path: Path) -> None:
    made = a_key(desk, tmp_path / "key.pem")
    published(desk, tmp_path / "pact.yaml")
    assert desk.run("agreement", "key", "revoke", made["fingerprint"], "--reason", "Lost.", *FR).exit_code == 0
    result = desk.run("agreement", "sign", "pact", "--signing-key", str(tmp_path / "key.pem"), *FR)
    assert (result.exit_code, document(result)["error"]["faults"][0]["code"]) == (1, "bad_signature")
    listed = document(desk.run("agreement", "key", "list", *FR))["items"]
    assert [each["revoked_because"] for each in listed] == ["Lost."]


def test_leaving_too_early_is_refused_with_the_article(desk: Desk, tmp_path: Path) -> None:
    published(desk, tmp_path / "pact.yaml")
    assert desk.run("agreement", "sign", "pact", *FR).exit_code == 0
    soon = (desk.world.now.date().replace(year=desk.world.now.year + 9)).isoformat()
    assert desk.run("agreement", "end", "pact", "--reason", "r", "--from", "2020-01-01", *FR).exit_code == 1
    assert desk.run("agreement", "end", "pact", "--reason", "r", "--from", "soon", *FR).exit_code == 2
    assert desk.run("agreement", "end", "pact", "--reason", "r", "--from", soon, *FR).exit_code == 0
    assert desk.run("agreement", "end", "nothing", "--reason", "r", *FR).exit_code == 1


def _text(whole: dict[str, Any]) -> None:
    whole["text"] = whole["text"].replace("hours: 24", "hours: 48")


def _payload(whole: dict[str, Any]) -> None:
    envelope = whole["acts"][0]["envelope"]
    envelope["payload"] = base64.b64encode(base64.b64decode(envelope["payload"]).replace(b"cert-ee", b"cert-fr")).decode()


def _stripped(whole: dict[str, Any]) -> None:
    whole["acts"][0]["envelope"]["signatures"] = []


def _left_out(whole: dict[str, Any]) -> None:
    del whole["acts"][1]


def _reversed(whole: dict[str, Any]) -> None:
    whole["acts"].reverse()


def _no_keys(whole: dict[str, Any]) -> None:
    whole["keys"] = []


def _another_node(whole: dict[str, Any]) -> None:
    whole["node"]["public_key"] = whole["keys"][0]["public_key"]


def _another_version(whole: dict[str, Any]) -> None:
    whole["version"] = "2.0"


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another text": (_text, "the text in the bundle has the digest"), "another payload": (_payload, "No key that counts"),
    "stripped": (_stripped, "no signature"), "an act left out": (_left_out, "does not follow"),
    "another order": (_reversed, "does not follow"), "keys of nobody": (_no_keys, "none of the party's"),
    "another node": (_another_node, "not signed by the node's key"),
    "another version": (_another_version, "the text in the bundle is pact 1.0"),
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("exported")
    with at_a_node(folder) as at:
        a_key(at, folder / "key.pem")
        published(at, folder / "pact.yaml")
        signing = ("--signing-key", str(folder / "key.pem"))
        for words in (("sign", "pact"), ("suspend", "pact", "--reason", "An inquiry.")):
            assert at.run("agreement", *words, *signing, *FR).exit_code == 0
        return bundle(at)


@pytest.mark.parametrize("name", TAMPERED)
def test_a_bundle_that_was_tampered_with_is_found_out(exported: Any, name: str, tmp_path: Path) -> None:
    whole, path = json.loads(json.dumps(exported)), tmp_path / "bundle.json"
    tamper, wrong = TAMPERED[name]
    tamper(whole)
    path.write_text(json.dumps(whole))
    result = run("agreement", "verify", str(path), "--json")
    assert (result.exit_code, wrong in result.stdout) == (1, True), result.stdout


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    half = '{"format": "agreement-bundle/1"}'
    for text, code in (("{}", "no_bundle"), (half, "wrong_type"), ('{"a": 1, "a": 2}', "duplicate_key"), ("x", "bad_envelope")):
        path.write_text(text)
        result = run("agreement", "verify", str(path), "--json")
        assert (result.exit_code, document(result)["error"]["faults"][0]["code"]) == (1, code)
        assert "expected str" not in result.stdout
