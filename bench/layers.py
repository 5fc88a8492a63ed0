"""How long finding and composing what binds one case takes, among many agreements of four layers, beside its floor.

    python -m bench.layers --agreements 500

Prints one JSON document. Each agreement is a stack of a baseline, a multilateral, a bilateral and a national document between one
CERT, an operator and a vendor, ten clauses each, of which some are relaxed and one is displaced. The CERT is party to all of them, so
the walls hide nothing from it. What is timed is what a filing calls, `consequences.planning.binding`. Times are of the processor, in
this process and in its PostgreSQL backend, means over the rounds; the floor is a question for four rows by their digest, and its
answer. Everything in the documents is invented.
"""

from __future__ import annotations

import argparse
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
from incident.actions.consequences.planning import binding
from incident.canonical import digest
from incident.ids import new_id
from incident.records import agreements
from incident.records.agreements.tables import agreement_party, agreement_version
from incident.records.parties import directory
from incident.records.parties.tables import party
from incident.rules import regimes, terms
from incident.rules.case import Case, Deployment
from incident.rules.facts import Facts
from incident.work import Work
from tests.world import World, a_world

LAYERS = ("baseline", "multilateral", "bilateral", "national", "sector")
CLAUSES = 10


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
    with world.worker.work() as work:
        cert = _cert_of(work)
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


def _cert_of(work: Work) -> UUID:
    return UUID(str(work.connection.scalars(sa.select(party.c.id).where(party.c.slug == "cert-ee")).one()))


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


def case_between(work: Work, number: int) -> Case:
    """A case of the operator and the vendor of one stack, filed by the CERT, with everybody a role of it may resolve to."""
    cert, operator, vendor = _cert_of(work), *(_party(work, uri) for uri in _uris(number))
    everybody = directory.for_case(work.connection, [cert, operator, vendor], work.now.date())
    known = {each.id: each for each in everybody}
    deployment = Deployment(new_id(), "d", "D", "EE", known[operator], (known[vendor],), "S", "1", (), ("EE",))
    return Case(
        new_id(), "INC-1", "R", "early_warning", "It leaks", "high", "AMBER", ("EE",), False, work.now, known[cert], deployment, everybody,
        Facts.of([]),
    )  # fmt: skip


def measured(world: World, number: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of processor for what a filing asks, caches warm: in this process and in the backend; the first time apart."""
    with world.work("cert-ee") as work:
        case = case_between(work, number)
        pid = int(work.connection.scalar(sa.text("select pg_backend_pid()")) or 0)
        cold = _cpu(lambda: binding(work, case, bound_at=work.now, known_at=work.now))
        before = _backend(pid)
        taken = [_cpu(lambda: binding(work, case, bound_at=work.now, known_at=work.now)) for _ in range(rounds)]
        backend, process = (_backend(pid) - before) / rounds, statistics.mean(taken)
        among = [each.id for each in case.directory]
        found = agreements.in_force(work.connection, work.now, known_at=work.now, among=among)
        laws = regimes.commitments(work.now.date())
        composing = [_cpu(lambda: terms.bound(terms.among(found, {each.uri for each in case.directory}), laws)) for _ in range(rounds)]
    return {
        "versions_found": len(found), "commitments": sum(len(each.commitments) for each in found), "parties_asked_of": len(among),
        "first_ms": round(cold, 2), "process_ms": round(process, 3), "of_which_composing_ms": round(statistics.mean(composing), 3),
        "backend_ms": round(backend, 2), "all_ms": round(process + backend, 2),
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
        return {"process_ms": round(statistics.mean(taken), 3), "backend_ms": round((_backend(pid) - before) / rounds, 2)}


def _cpu(what: Callable[[], object]) -> float:
    began = time.process_time_ns()
    what()
    return (time.process_time_ns() - began) / 1e6


def _backend(pid: int) -> float:
    """Milliseconds of processor that a process of this machine has used, to the tick of its clock."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """At a tenth of the agreements, at all, and at four times as many: four layers, and then one overlay more on one agreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agreements", type=int, default=500, help="how many stacks of four layers (default 500)")
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    logs.configure("ERROR", "json")
    said: dict[str, Any] = {}
    with a_world() as world:
        begun = 0
        for many in (max(asked.agreements // 10, 1), asked.agreements, 4 * asked.agreements):
            conclude(world, range(begun, many), LAYERS[:4])
            begun = many
            four = measured(world, many - 1, asked.rounds)
            conclude(world, range(many - 1, many), LAYERS[4:])
            said[f"{many} agreements"] = {"four_layers": four, "one_overlay_more": measured(world, many - 1, asked.rounds)}
        said["floor"] = floor(world, asked.rounds)
    print(json.dumps(said, indent=2))


if __name__ == "__main__":
    main()
