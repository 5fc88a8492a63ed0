"""Four states: one signs with a reservation; a treaty concluded elsewhere is transcribed; and signatures that nobody should believe."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.add_signing_key import add_signing_key
from incident.actions.revoke_signing_key import revoke_signing_key
from incident.errors import Conflict, NotAllowed, Refused
from incident.rules.proof import dsse
from incident.rules.proof.statements import PAYLOAD_TYPE, Officer, name_of
from tests.stories.agreeing import (
    CERTS,
    a_clause,
    a_pact,
    acts,
    enveloped,
    owed_under,
    published,
    sends,
    shown,
    signed_by_all,
    statement,
    uri,
)
from tests.world import World, a_world

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([each]) * 32) for each in (1, 2))


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def registers(world: World, slug: str, key: Ed25519PrivateKey) -> str:
    with world.work(slug) as work:
        raw = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        return str(add_signing_key(work, raw, "legal desk")[0]["fingerprint"])


def test_a_reservation_by_one_of_four_parties(world: World) -> None:
    version = published(world, a_pact(*CERTS))
    for slug in ("cert-fr", "cert-de"):
        acts(world, version, "sign", slug)
    acts(world, version, "sign", "cert-pt", reserved=["pact_notice"])
    filed = world.files(affected_countries=("FR", "DE", "PT"))
    assert set(owed_under(world, filed, "pact_notice")) == {"cert-fr", "cert-de"}
    assert set(owed_under(world, filed, "pact_secrecy")) == {"cert-fr", "cert-de", "cert-pt"}
    because = owed_under(world, filed, "pact_notice")["cert-fr"]["because"][0]["text"]
    assert f"Reserved by {uri('cert-pt')}: binds neither them nor anybody towards them." in because
    assert {each["party"]: each["reserved"] for each in shown(world, version)["standing"]} == {
        "cert-ee": [], "cert-fr": [], "cert-de": [], "cert-pt": ["pact_notice"]}  # fmt: skip


def test_a_treaty_concluded_elsewhere_binds_those_who_sign_its_transcription_as_it_was_concluded(world: World) -> None:
    concluded = [
        {"party": uri("cert-ee"), "in_force_from": "2026-02-01"}, {"party": uri("cert-fr"), "provisional_from": "2026-03-01"},
        {"party": uri("cert-de"), "in_force_from": "2026-02-01", "exit_on": "2026-06-01"},
        {"party": uri("cert-pt"), "in_force_from": "2026-02-01", "reservations": [{"clauses": ["pact_notice"], "text": "Not this."}]},
    ]  # fmt: skip
    transcription = {
        "of": "A treaty", "text_digest": "sha256:" + "0" * 64, "source": "invented for this story", "certified_by": "Depositary",
        "certified_on": "2026-10-01", "parties": concluded,
    }  # fmt: skip
    version = published(world, a_pact(*CERTS, layer="multilateral", transcription=transcription))
    assert shown(world, version)["in_force"] is False  # nobody is bound by what somebody else uploads
    alone = world.files(affected_countries=("FR", "DE", "PT"))
    assert owed_under(world, alone, "pact_secrecy") == {}
    for slug in ("cert-fr", "cert-de", "cert-pt"):
        with world.work(slug) as work:
            accept_agreement(work, version)
    assert shown(world, version)["states"] == {
        "cert-ee": "in_force", "cert-fr": "provisional", "cert-de": "ended", "cert-pt": "in_force"}  # fmt: skip
    world.forward(hours=1)
    filed = world.files(reference="EE-2", affected_countries=("FR", "DE", "PT"))
    assert set(owed_under(world, filed, "pact_notice")) == {"cert-fr"}
    assert set(owed_under(world, filed, "pact_secrecy")) == {"cert-fr", "cert-pt"}
    assert f"Applied provisionally by {uri('cert-fr')}." in owed_under(world, filed, "pact_secrecy")["cert-pt"]["because"][0]["text"]


def test_two_of_four_go_on_with_a_newer_version_and_the_others_stay_with_the_older(world: World) -> None:
    signed_by_all(world, a_pact(*CERTS, layer="multilateral"), CERTS)
    newer = a_pact(*CERTS, layer="multilateral", version="2.0", in_force={"from": "2026-11-01"}, commitments=[a_clause("pact_notice")])
    signed_by_all(world, newer, ("cert-ee", "cert-fr"))
    filed = world.files(affected_countries=("FR", "DE"))
    versions = {slug: each["source"]["version"] for slug, each in owed_under(world, filed, "pact_notice").items()}
    assert versions == {"cert-fr": "2.0", "cert-de": "1.0"}


def test_a_party_signs_with_a_key_that_it_holds(world: World) -> None:
    version = published(world, a_pact("cert-ee", "cert-fr"))
    fingerprint = registers(world, "cert-fr", KEY)
    said = statement(world, version, "cert-fr")
    found, new = sends(world, version, "cert-fr", enveloped(said, KEY))
    assert (found["in_force"], found["awaiting"], new) == (True, [], True)
    assert sends(world, version, "cert-fr", enveloped(said, KEY))[1] is False  # on record already
    with world.work("cert-ee") as work:
        officer, key = board.agreement_acts(work, version)
    assert (officer["officer"], key["officer"], key["key"]) == ("duty officer", None, fingerprint)
    assert dsse.read(key["envelope"]).payload == said.payload()


def test_an_act_follows_on_the_one_before_it(world: World) -> None:
    version = published(world, a_pact("cert-ee", "cert-fr", exit={"cite": "art. 9"}))
    registers(world, "cert-fr", KEY)
    first = statement(world, version, "cert-fr")
    last = statement(world, version, "cert-fr", "end", reason="We leave.", previous=name_of(first.payload()))
    with pytest.raises(Conflict) as reordered:
        sends(world, version, "cert-fr", enveloped(last, KEY))
    assert reordered.value.code == "out_of_order"
    sends(world, version, "cert-fr", enveloped(first, KEY))
    assert sends(world, version, "cert-fr", enveloped(last, KEY))[0]["states"]["cert-fr"] == "ended"


def test_where_the_document_names_keys_only_these_count(world: World) -> None:
    named = dsse.fingerprint(KEY.public_key().public_bytes_raw())
    version = published(world, a_pact("cert-ee", "cert-fr", keys=[{"party": uri("cert-fr"), "fingerprints": [named]}]))
    registers(world, "cert-fr", KEY)
    registers(world, "cert-fr", OTHER)
    with pytest.raises(NotAllowed, match="names the keys"):
        acts(world, version, "sign", "cert-fr")
    said = statement(world, version, "cert-fr")
    with pytest.raises(Refused, match="No key that counts"):
        sends(world, version, "cert-fr", enveloped(said, OTHER))
    assert sends(world, version, "cert-fr", enveloped(said, KEY))[0]["in_force"]


def test_the_record_of_what_was_signed_is_verified_by_anybody(world: World) -> None:
    version = published(world, a_pact("cert-ee", "cert-fr"))
    with world.work("cert-fr") as work:
        accept_agreement(work, version)
        bundle = board.agreement_bundle(work, version)
    for act in bundle["acts"]:
        raw = base64.b64decode(act["public_key"])
        assert dsse.verify(dsse.read(act["envelope"]), PAYLOAD_TYPE, [raw]) == raw == base64.b64decode(bundle["node"]["public_key"])


def hostile(world: World, version: Any, other: Any) -> dict[str, tuple[str, Callable[[], object]]]:
    good = statement(world, version, "cert-fr")
    changed = {**enveloped(good, KEY), "payload": base64.b64encode(replace(good, reason="x").payload()).decode()}
    return {
        "forged": ("bad_signature", lambda: enveloped(good, OTHER)),
        "changed": ("bad_signature", lambda: changed),
        "stripped": ("unsigned", lambda: {**enveloped(good, KEY), "signatures": []}),
        "another type": ("other_payload_type", lambda: {**enveloped(good, KEY), "payloadType": "application/json"}),
        "signed as another type": (
            "other_payload_type", lambda: dsse.sign("application/json", good.payload(), KEY).document()),
        "for another party": ("another_party", lambda: enveloped(replace(good, party=uri("cert-ee")), KEY)),
        "for another version": ("other_version", lambda: enveloped(statement(world, other, "cert-fr"), KEY)),
        "reordered": ("out_of_order", lambda: enveloped(replace(good, previous="sha256:" + "0" * 64), KEY)),
        "as an officer": ("not_the_node", lambda: enveloped(replace(good, officer=Officer("M.", "session", "ee")), KEY)),
        "not canonical": (
            "not_canonical", lambda: dsse.sign(PAYLOAD_TYPE, json.dumps(good.document()).encode(), KEY).document()),
        "a key twice": (
            "duplicate_key", lambda: dsse.sign(PAYLOAD_TYPE, good.payload()[:-1] + b',"kind":"sign"}', KEY).document()),
    }  # fmt: skip


def test_signatures_that_nobody_should_believe_leave_nothing_behind(world: World) -> None:
    version, other = published(world, a_pact("cert-ee", "cert-fr")), published(world, a_pact("cert-ee", "cert-fr", version="2.0"))
    registers(world, "cert-fr", KEY)
    registers(world, "cert-ee", OTHER)  # a key of another party is no key of this one
    before = world.rows("select (select count(*) from demarche.agreement_act), (select count(*) from demarche.evidence_entry)")
    for name, (code, made) in hostile(world, version, other).items():
        with pytest.raises(Refused) as refused:
            sends(world, version, "cert-fr", made())
        assert refused.value.code == code, name
    assert world.rows("select (select count(*) from demarche.agreement_act), (select count(*) from demarche.evidence_entry)") == before
    assert shown(world, version)["awaiting"] == ["cert-fr"]


def test_a_revoked_key_signs_nothing_more_and_what_it_signed_stays(world: World) -> None:
    version = published(world, a_pact("cert-ee", "cert-fr", exit={"cite": "art. 9"}))
    fingerprint = registers(world, "cert-fr", KEY)
    first = statement(world, version, "cert-fr")
    sends(world, version, "cert-fr", enveloped(first, KEY))
    with world.work("cert-fr") as work:
        assert revoke_signing_key(work, fingerprint, "The laptop is lost.")["revoked_because"] == "The laptop is lost."
    last = statement(world, version, "cert-fr", "end", reason="We leave.", previous=name_of(first.payload()))
    with pytest.raises(Refused, match="No key that counts"):
        sends(world, version, "cert-fr", enveloped(last, KEY))
    with pytest.raises(Conflict, match="cannot come back"):
        registers(world, "cert-fr", KEY)
    assert shown(world, version)["in_force"]
