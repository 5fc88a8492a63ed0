"""How long finding and composing what binds one case takes, among many agreements of four layers, beside its floor.

    python -m bench.layers --agreements 500

Prints one JSON document. Each agreement is a stack of a baseline, a multilateral, a bilateral and a national document between one
CERT, an operator and a vendor, ten clauses each, of which some are relaxed and one is displaced. The CERT is party to all of them, so
the walls hide nothing from it. Times are of the processor, in this process and in its PostgreSQL backend; the floor is a question for
four rows by their digest, and its answer. Everything in the documents is invented.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db, logs
from incident.canonical import digest
from incident.ids import new_id
from incident.records import agreements
from incident.records.agreements.tables import agreement_party, agreement_version
from incident.records.parties.tables import party
from incident.rules import regimes, terms
from incident.work import Work
from tests.world import World, a_world

LAYERS = ("baseline", "multilateral", "bilateral", "national", "sector")
CLAUSES = 10
_LOADED: dict[str, terms.Agreement] = {}


def document(number: int, layer: str) -> str:
    """One of the documents of a stack: clauses that may yield, and from the second layer on a relaxation of the one below."""
    below = LAYERS[LAYERS.index(layer) - 1] if layer != "baseline" else None
    made: dict[str, Any] = {
        "name": f"s{number}-{layer}", "version": "1", "title": f"Stack {number}, {layer}", "zone": "Europe/Tallinn", "layer": layer,
        "in_force": {"from": "2026-01-01"}, "parties": ["https://cert-ee.example/#party", *_uris(number)],
        "commitments": [_clause(place) for place in range(CLAUSES)],
    }  # fmt: skip
    if below in ("multilateral", "bilateral", "national"):
        of = {"agreement": f"s{number}-{below}", "clause": "c1"}
        made["relaxations"] = [{"of": of, "within": {"hours": 48}, "cite": "§ 1"}]
        made["displacements"] = [{"of": {**of, "clause": "c2"}, "by": "c3", "cite": "§ 2"}]
    return json.dumps(made)


def _clause(place: int) -> dict[str, Any]:
    yields = {"by": ["bilateral", "national", "sector"], "cite": "Art. 9"}
    return {
        "id": f"c{place}", "title": f"Clause {place}", "cite": f"Art. {place}", "owed_by": {"role": "operator"},
        "owed_to": {"role": "suppliers" if place % 2 else "home_cert"}, "owes": "a report", "within": {"hours": 24 + place},
        "anchor": {"fact": "aware_at", "of": "operator"}, "discharged_by": "submitted", "relaxable": yields, "displaceable": yields,
    }  # fmt: skip


def _uris(number: int) -> list[str]:
    return [f"https://{kind}-{number}.example/#party" for kind in ("operator", "vendor")]


def conclude(world: World, numbers: range, layers: tuple[str, ...]) -> None:
    """Put the stacks on record, accepted by all, in as few statements as can be: that is not what is measured."""
    cert = _cert(world)
    with world.worker.work() as work:
        versions, members = list[dict[str, Any]](), list[dict[str, Any]]()
        for number in numbers:
            parties = {cert, *(_party(work, uri) for uri in _uris(number))}
            for layer in layers:
                versions.append(_version(document(number, layer), cert, work))
                accepted = {"version_id": versions[-1]["id"], "accepted_at": work.now, "accepted_by": "somebody"}
                members += [{**accepted, "party_id": each} for each in parties]
        db.put(work.connection, {agreement_version: versions})
        db.put(work.connection, {agreement_party: members})


def _version(text: str, by: UUID, work: Work) -> dict[str, Any]:
    said = json.loads(text)
    return {
        "id": new_id(), "name": said["name"], "version": said["version"], "title": said["title"], "digest": digest(said), "text": text,
        "document": said, "in_force_from": datetime(2026, 1, 1, tzinfo=UTC), "in_force_until": None, "published_by": by,
        "published_at": work.now, "accepted_at": work.now,
    }  # fmt: skip


def _cert(world: World) -> UUID:
    found = world.actor("cert-ee").party
    if found is None:
        raise LookupError("the demo world has no cert-ee")
    return found


def _party(work: Work, uri: str) -> UUID:
    found = work.connection.scalar(sa.select(party.c.id).where(party.c.uri == uri))
    if found is not None:
        return UUID(str(found))
    slug = uri.removeprefix("https://").partition(".")[0]
    row = {
        "id": new_id(), "uri": uri, "slug": slug, "name": slug, "kind": slug.partition("-")[0], "jurisdiction": "EE",
        "zone": "Europe/Tallinn", "calendar": "EE:public", "created_at": work.now,
    }  # fmt: skip
    db.put(work.connection, {party: [row]})
    return UUID(str(row["id"]))


def everything_in_force(work: Work, members: list[UUID]) -> list[terms.Agreement]:
    """All that the caller is party to, as planning has it where it names no parties."""
    return agreements.in_force(work.connection, work.now, known_at=work.now)


def among(work: Work, members: list[UUID]) -> list[terms.Agreement]:
    """Of these the versions to which two of the case's parties are party. Where planning cannot name parties yet, as it could."""
    if "among" in inspect.signature(agreements.in_force).parameters:
        return agreements.in_force(work.connection, work.now, known_at=work.now, among=members)  # type: ignore[call-arg, unused-ignore]
    two = (
        sa.select(agreement_party.c.version_id)
        .where(agreement_party.c.party_id.in_(members))
        .group_by(agreement_party.c.version_id)
        .having(sa.func.count() >= 2)
    )
    columns = agreement_version.c
    standing = (columns.accepted_at <= work.now) & (columns.in_force_from <= work.now)
    rows = work.connection.execute(sa.select(columns.digest).where(columns.id.in_(two)).where(standing)).all()
    missing = [row.digest for row in rows if row.digest not in _LOADED]
    if missing:
        for row in work.connection.execute(sa.select(columns.digest, columns.text).where(columns.digest.in_(missing))):
            _LOADED[row.digest] = terms.load(row.text)
    return [_LOADED[row.digest] for row in rows]


Finding = Callable[[Work, list[UUID]], list[terms.Agreement]]


def measured(world: World, number: int, find: Finding, rounds: int) -> dict[str, Any]:
    """Milliseconds of processor for one case, caches warm: to find, to compose, and in the backend; the first time apart."""
    with world.work("cert-ee") as work:
        members = [_cert(world), *(_party(work, uri) for uri in _uris(number))]
        laws = regimes.commitments(work.now.date())
        cold = _cpu(lambda: terms.bound(find(work, members), laws))
        pid = int(work.connection.scalar(sa.text("select pg_backend_pid()")) or 0)
        before = _backend(pid)
        finding, composing = list[float](), list[float]()
        found: list[terms.Agreement] = []
        for _ in range(rounds):
            began = time.process_time_ns()
            found = find(work, members)
            middle = time.process_time_ns()
            terms.bound(found, laws)
            finding.append((middle - began) / 1e6)
            composing.append((time.process_time_ns() - middle) / 1e6)
        spent = (_backend(pid) - before) / rounds
    find_ms, compose_ms = statistics.median(finding), statistics.median(composing)
    return {
        "versions_found": len(found), "commitments": sum(len(each.commitments) for each in found), "first_ms": round(cold, 2),
        "find_ms": round(find_ms, 3), "compose_ms": round(compose_ms, 3), "backend_ms": round(spent, 2),
        "all_ms": round(find_ms + compose_ms + spent, 2),
    }  # fmt: skip


def floor(world: World, rounds: int) -> dict[str, float]:
    """One question for four rows by digest, answered from memory on both sides."""
    with world.work("cert-ee") as work:
        digests = list(work.connection.scalars(sa.select(agreement_version.c.digest).limit(4)))
        question = sa.select(agreement_version.c.digest).where(agreement_version.c.digest.in_(digests))
        pid = int(work.connection.scalar(sa.text("select pg_backend_pid()")) or 0)
        work.connection.execute(question).all()
        before = _backend(pid)
        taken = [_cpu(lambda: work.connection.execute(question).all()) for _ in range(rounds)]
        return {"process_ms": round(statistics.median(taken), 3), "backend_ms": round((_backend(pid) - before) / rounds, 2)}


def _cpu(what: Callable[[], object]) -> float:
    began = time.process_time_ns()
    what()
    return (time.process_time_ns() - began) / 1e6


def _backend(pid: int) -> float:
    """Milliseconds of processor that a process of this machine has used, to the tick of its clock."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """At a tenth of the agreements and at all of them: four layers, and then one overlay more on the same agreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agreements", type=int, default=500, help="how many stacks of four layers (default 500)")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--everything", action="store_true", help="also find and compose all that the CERT is party to; minutes")
    asked = parser.parse_args()
    logs.configure("ERROR", "json")
    few, many = max(asked.agreements // 10, 3), asked.agreements
    said: dict[str, Any] = {}
    with a_world() as world:
        for name, numbers in (("few", range(few)), ("many", range(few, many))):
            conclude(world, numbers, LAYERS[:4])
            mine = numbers[-1]
            said[name] = {
                "agreements": numbers.stop, "four_layers": measured(world, mine, among, asked.rounds),
                **({"everything_in_force": measured(world, mine, everything_in_force, 1)} if asked.everything else {}),
            }  # fmt: skip
            conclude(world, range(mine, mine + 1), LAYERS[4:])
            said[name]["one_overlay_more"] = measured(world, mine, among, asked.rounds)
        said["floor"] = floor(world, asked.rounds)
    print(json.dumps(said, indent=2))


if __name__ == "__main__":
    main()
