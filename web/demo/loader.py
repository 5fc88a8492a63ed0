"""The demo world, loaded once: parties, people, deployments and agreements of `world.yaml`, with fresh keys and passwords."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import yaml

from incident import db
from incident.errors import Refused
from incident.home import keep_file, open_home
from incident.ids import new_id
from incident.records import agreements
from incident.records.agreements import acts
from incident.records.parties import people
from incident.records.parties.tables import api_key, channel, contact, deployment, deployment_party, party, person, profile_fact
from incident.rules import terms
from incident.rules.proof import dsse
from incident.rules.proof.statements import PAYLOAD_TYPE, Officer, Statement
from incident.work import Node, Work

FILE = "demo.json"
DEMO = files("web.demo")


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What the demo lets somebody sign in with; also in `$DEMARCHE_HOME/demo.json`, readable by its owner alone."""

    base_url: str
    parties: list[dict[str, Any]]
    deployments: list[dict[str, Any]]
    people: list[dict[str, Any]]
    agreements: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The shape that scripts read."""
        return {name: getattr(self, name) for name in ("base_url", "parties", "deployments", "people", "agreements")}


def ensure(node: Node) -> DemoWorld:
    """Load the demo world if the node has no party yet; `node` must have the worker's role.

    Raises:
        Refused: the node has parties that are not the demo's.
    """
    path = open_home(node.settings.home) / FILE
    with node.work() as work:
        work.connection.exec_driver_sql("select pg_advisory_xact_lock(7301003)")
        if not work.connection.execute(sa.select(party.c.id).limit(1)).first():
            world = _load(work)
            path.unlink(missing_ok=True)
            keep_file(path, lambda: json.dumps(world.as_json(), indent=1).encode())
    return _at_this_address(path, node.settings.base_url)


def _at_this_address(path: Path, base_url: str) -> DemoWorld:
    """The demo world, its file naming the address of this start: scripts read where to go from it."""
    world = read(path.parent)
    if world.base_url != base_url:
        world = replace(world, base_url=base_url)
        path.unlink()
        keep_file(path, lambda: json.dumps(world.as_json(), indent=1).encode())
    return world


def read(home: Path) -> DemoWorld:
    """The demo world of a home.

    Raises:
        Refused: this home has none.
    """
    path = home / FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"There is no demo world in {home}; `demarche up` makes one in an empty home.", code="no_demo") from error
    return DemoWorld(**said)


def _load(work: Work) -> DemoWorld:
    world = yaml.safe_load((DEMO / "world.yaml").read_text(encoding="utf-8"))
    ids = {each["slug"]: new_id() for each in world["parties"]}
    _parties(work, world["parties"], ids)
    _deployments(work, world, ids)
    keys = _keys(work, ids)
    password = secrets.token_urlsafe(9)
    _people(work, world["people"], ids, password)
    published = _agreements(work, {each["uri"]: ids[each["slug"]] for each in world["parties"]})
    return DemoWorld(
        work.node.settings.base_url,
        [
            {name: each[name] for name in ("slug", "uri", "kind", "jurisdiction")} | {"api_key": keys[each["slug"]]}
            for each in world["parties"]
        ],
        [{name: each[name] for name in ("slug", "operator", "suppliers", "jurisdiction")} for each in world["deployments"]],
        [{"email": each["email"], "password": password, "party": each["party"]} for each in world["people"]],
        published,
    )  # fmt: skip


def _parties(work: Work, given: list[dict[str, Any]], ids: dict[str, UUID]) -> None:
    rows = [
        {
            "id": ids[each["slug"]], **{name: each[name] for name in ("uri", "slug", "name", "kind", "jurisdiction", "zone", "calendar")},
            "languages": each.get("languages", []), "competences": each.get("competences", []), "created_at": work.now,
        } for each in given
    ]  # fmt: skip
    facts = [
        {
            "id": new_id(), "party_id": ids[each["slug"]], "name": name, "value": value, "valid_from": group["from"],
            "valid_until": group.get("until"), "source": group["source"], "recorded_at": work.now,
        } for each in given for group in each.get("profile", []) for name, value in group["facts"].items()
    ]  # fmt: skip
    db.put(work.connection, {party: rows})
    contacts, channels = [], []
    for each in given:
        for role, who in each["contacts"].items():
            id_, owner = new_id(), ids[each["slug"]]
            contacts.append({"id": id_, "party_id": owner, "role": role, "name": who["name"]})
            for kind, address in (("email", who["email"]), ("inbox", "")):
                channels.append(_channel(id_, owner, kind, address, work.now))
    db.put(work.connection, {contact: contacts, profile_fact: facts})
    db.put(work.connection, {channel: channels})


def _channel(contact_id: UUID, owner: UUID, kind: str, address: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "contact_id": contact_id, "party_id": owner, "kind": kind, "address": address, "created_at": now, "changed_at": now,
    }  # fmt: skip


def _deployments(work: Work, world: dict[str, Any], ids: dict[str, UUID]) -> None:
    certs = {each["jurisdiction"]: ids[each["slug"]] for each in world["parties"] if each["kind"] == "cert"}
    rows, members = [], []
    for each in world["deployments"]:
        id_, cert, system = new_id(), certs[each["jurisdiction"]], each["system"]
        rows.append({
            "id": id_, "slug": each["slug"], "name": each["name"], "operator_id": ids[each["operator"]],
            "jurisdiction": each["jurisdiction"], "system": system["name"], "system_version": system["version"],
            "models": system["models"], "data_may_live": each["data_may_live"], "registered_by": cert, "created_at": work.now,
        })  # fmt: skip
        members.append({"deployment_id": id_, "party_id": ids[each["operator"]], "role": "operator", "position": 0})
        members.append({"deployment_id": id_, "party_id": cert, "role": "cert", "position": 0})
        members += [
            {"deployment_id": id_, "party_id": ids[slug], "role": "supplier", "position": number}
            for number, slug in enumerate(each["suppliers"])
        ]
    db.put(work.connection, {deployment: rows})
    db.put(work.connection, {deployment_party: members})


def _keys(work: Work, ids: dict[str, UUID]) -> dict[str, str]:
    made = {slug: people.fresh_key(id_, "demo", work.now) for slug, id_ in ids.items()}
    db.put(work.connection, {api_key: [row for _, row in made.values()]})
    return {slug: key for slug, (key, _) in made.items()}


def _people(work: Work, given: list[dict[str, Any]], ids: dict[str, UUID], password: str) -> None:
    hashed = people.hash_password(password)  # one password for the demo's people: hashing is slow on purpose
    rows = [
        {
            "id": new_id(), "party_id": ids[each["party"]], "email": each["email"].lower(), "name": each["name"], "password_hash": hashed,
            "created_at": work.now,
        } for each in given
    ]  # fmt: skip
    db.put(work.connection, {person: rows})


def _agreements(work: Work, by_uri: dict[str, UUID]) -> list[dict[str, Any]]:
    published = []
    for each in sorted((DEMO / "agreements").iterdir(), key=lambda file: file.name):
        text = each.read_text(encoding="utf-8")
        agreement = terms.load(text)
        members = [by_uri[uri] for uri in agreement.parties]
        id_ = agreements.publish(work.connection, agreement, text=text, parties=members, by=members[0], now=agreement.in_force_from)
        for uri, member in zip(agreement.parties, members, strict=True):
            _sign(work, agreement, id_, uri, member)
        work.record("agreement.published", id_, {"name": agreement.name, "version": agreement.version, "digest": agreement.digest})
        published.append({"name": agreement.name, "version": agreement.version})
    return published


def _sign(work: Work, agreement: terms.Agreement, version: UUID, uri: str, member: UUID) -> None:
    """As an officer of the party would have signed it through this node on the day on which it came into force."""
    at, key = agreement.in_force_from, work.node.key
    agreements.accept(work.connection, version, member, by="demo", now=at)
    if key is not None:
        officer = Officer("demo", "session", work.node.settings.node_name)
        said = Statement(new_id(), "sign", agreement.name, agreement.version, agreement.digest, uri, at, officer=officer)
        envelope = dsse.sign(PAYLOAD_TYPE, said.payload(), key)
        acts.keep(work.connection, version, member, said, envelope, key.public_key().public_bytes_raw(), effective_at=None, now=at)
