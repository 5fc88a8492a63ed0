"""Acts and keys over the API: what is new, what is on record, and what is refused with its place."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident.records import agreements
from tests.stories.agreeing import a_pact, enveloped, statement, uri
from tests.web.callers import Callers, a_world_at_the_door, problem_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)
RAW = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
EE, FR = "cert-ee", "cert-fr"


@pytest.fixture
def api() -> Iterator[Callers]:
    with a_world_at_the_door() as callers:
        yield callers


def published(api: Callers, **members: Any) -> str:
    answer = api.post("/agreements", {"text": a_pact(EE, FR, **members)}, EE)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def faults(answer: Any, status: int = 422) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in problem_of(answer, status)["errors"]}


def test_an_envelope_is_taken_once_and_the_same_again_is_on_record(api: Callers) -> None:
    version = published(api)
    assert api.post("/keys/signing", {"public_key": RAW, "name": "legal desk"}, FR).status_code == 201
    assert api.post("/keys/signing", {"public_key": RAW, "name": "legal desk"}, FR).status_code == 200
    body = {"envelope": enveloped(statement(api.world, UUID(version), FR), KEY)}
    first, again = (api.post(f"/agreements/{version}/acts", body, FR) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["states"] == {EE: "in_force", FR: "in_force"}
    acts = api.get(f"/agreements/{version}/acts", EE).json["items"]
    assert [(each["party"], each["kind"], each["officer"]) for each in acts] == [(EE, "sign", "demo"), (FR, "sign", None)]
    assert problem_of(api.post(f"/agreements/{version}/acts", body, EE), 403)["code"] == "another_party"


def test_what_is_wrong_with_an_act_is_named_with_its_place(api: Callers) -> None:
    version = published(api)
    act = f"/agreements/{version}/acts"
    assert faults(api.post(act, {}, FR)) == {"/kind": "required"}
    assert faults(api.post(act, {"kind": "annul"}, FR)) == {"/kind": "not_one_of"}
    assert faults(api.post(act, {"envelope": {}, "kind": "sign"}, FR)) == {"/kind": "not_beside_envelope"}
    assert faults(api.post(act, {"envelope": {}}, FR)) == {"/envelope": "bad_envelope"}
    assert faults(api.post(act, {"envelope": "x"}, FR)) == {"/envelope": "wrong_type"}
    assert faults(api.post(act, {"kind": "sign", "reserved": ["x"]}, FR)) == {"/reserved/0": "unknown_clause"}
    assert problem_of(api.post(act, {"kind": "end", "reason": "r"}, FR), 409)["code"] == "not_signed"
    assert faults(api.post("/keys/signing", {"public_key": "AAAA", "name": "n"}, FR)) == {"/public_key": "not_a_key"}
    assert api.post(act, {"kind": "sign"}, FR).status_code == 201
    assert problem_of(api.post(act, {"kind": "sign"}, FR), 409)["code"] == "signed_already"


def test_every_party_of_the_node_reads_the_keys_of_the_others(api: Callers) -> None:
    made = api.post("/keys/signing", {"public_key": RAW, "name": "legal desk"}, FR).json
    assert made in api.get("/keys/signing", "cert-jp").json["items"]
    revoked = f"/keys/signing/{made['fingerprint']}/revocation"
    assert api.post(revoked, {"reason": "not mine"}, "cert-jp").status_code == 404
    assert api.post(revoked, {"reason": "lost"}, FR).json["revoked_because"] == "lost"


def test_what_binds_is_asked_in_one_statement_and_only_of_those_who_may_be_in_it(api: Callers) -> None:
    version = published(api)
    assert api.post(f"/agreements/{version}/acts", {"kind": "sign", "reserved": ["pact_secrecy"]}, FR).status_code == 201
    with api.world.work(EE) as work:
        seen: list[str] = []
        agreements.in_force(work.connection, work.now, known_at=work.now)
        sa.event.listen(work.connection, "before_cursor_execute", lambda c, cursor, statement, *_: seen.append(statement))
        found = agreements.in_force(work.connection, work.now, known_at=work.now)
        ids = {row.uri: row.id for row in work.connection.execute(sa.text("select id, uri from demarche.party"))}
        pair = agreements.in_force(work.connection, work.now, known_at=work.now, among=[ids[uri(EE)], ids[uri(FR)]])
        alone = agreements.in_force(work.connection, work.now, known_at=work.now, among=[ids[uri(EE)]])
    assert len(seen) == 4  # one each, and the one that asks for the parties
    assert "pact" in {each.name for each in found} & {each.name for each in pair}
    assert {each.name for each in alone} == {each.name for each in found if "planning_targets" in each.document}
