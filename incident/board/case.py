"""One case, for the parties that see it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board.claims import claims_of_case
from incident.board.desk import ask_shapes, word_shapes
from incident.board.duties import earliest_of
from incident.board.looking import looks_by_obligation
from incident.board.pages import act_shape
from incident.board.staying import stays_because
from incident.board.wording import sentence
from incident.errors import NotFound
from incident.evidence.tables import entry, payload
from incident.records import cases, obligations, outbox
from incident.records.outbox import asks
from incident.records.parties import directory
from incident.rules.planning import Verdict
from incident.work import Work

Row = sa.Row[Any]


def incident(work: Work, case_id: UUID) -> answers.Json:
    """The case with everything that hangs on it, and what the caller can do with it.

    Raises:
        NotFound: there is none, or the caller has no part in it.
    """
    row = cases.find(work.connection, case_id)
    deployment = directory.deployment_by_id(work.connection, row.deployment_id)
    rows = obligations.of_case(work.connection, case_id)
    acts = obligations.acts_of_case(work.connection, case_id)
    notices, sent = outbox.of_case(work.connection, case_id), outbox.notifications_of_case(work.connection, case_id)
    facts = cases.fact_rows(work.connection, case_id)
    withheld = outbox.withheld_of(work.connection, [each.id for each in notices])
    slugs = _slugs(work, row, rows, notices, acts, facts)
    return {
        "incident": answers.incident(row._mapping, slugs=slugs, deployment=deployment.slug, home=deployment.jurisdiction),
        "deployment": answers.deployment(deployment),
        "obligations": _obligations(work, row, rows, acts, slugs),
        "notices": [
            answers.notice(each._mapping, slugs=slugs, incident_ref=row.ref, withheld=_withheld(withheld.get(each.id, [])))
            for each in notices
        ],
        "notifications": [answers.notification(each._mapping, slugs=slugs, incident_ref=row.ref) for each in sent],
        "facts": _facts(facts, slugs),
        **_said(work, case_id),
        "acts": [act_shape(each, slugs) for each in acts],
        "reports": [_report(each) for each in cases.reports_of(work.connection, case_id)],
        "can": _can(work, row),
    }  # fmt: skip


def _by_obligation(acts: list[Row]) -> dict[UUID | None, list[Row]]:
    found: dict[UUID | None, list[Row]] = {}
    for act in acts:
        found.setdefault(act.obligation_id, []).append(act)
    return found


def _said(work: Work, case_id: UUID) -> answers.Json:
    """What one side says against a clock, asks, or says of another."""
    return {
        "claims": claims_of_case(work, case_id),
        "asks": ask_shapes(work, asks.of_case(work.connection, case_id)),
        "words": word_shapes(work, asks.words_of_case(work.connection, case_id)),
    }


def _slugs(work: Work, row: Row, rows: list[Row], notices: list[Row], acts: list[Row], facts: list[Row]) -> dict[UUID, str]:
    """Of every party that the case speaks of."""
    parties = [row.filed_by, row.operator_id, *(p for o in rows for p in (o.debtor, o.creditor) if p), *(n.recipient for n in notices)]
    parties += [each.by_party for each in acts] + [p for fact in facts for p in (fact.about, fact.said_by)]
    return {id_: party.slug for id_, party in directory.by_ids(work.connection, parties).items()}


def timeline(work: Work, case_id: UUID) -> list[answers.Json]:
    """What the evidence of the case says, entry by entry, oldest first; an erased payload leaves its entry.

    Raises:
        NotFound: there is no such case for the caller.
    """
    cases.find(work.connection, case_id)
    rows = work.connection.execute(
        sa.select(entry, payload.c.payload)
        .select_from(entry.outerjoin(payload, (payload.c.stream == entry.c.stream) & (payload.c.seq == entry.c.seq)))
        .where(entry.c.stream == case_id)
        .order_by(entry.c.seq)
    )
    entries = [(row, json.loads(bytes(row.payload)) if row.payload is not None else None) for row in rows]
    names = _named_parties(work, [said for _, said in entries if said])
    return [_entry(row, said, names) for row, said in entries]


def filed_as(work: Work, deployment: str, reference: str) -> UUID | None:
    """The case that the caller filed for that deployment under that reference of its own; None if there is none."""
    if work.actor.party is None:
        return None
    try:
        found = directory.deployment_by_slug(work.connection, deployment)
    except NotFound:
        return None
    row = cases.by_reference(work.connection, work.actor.party, found.id, reference)
    return row.id if row else None


def deliveries(work: Work, case_id: UUID) -> list[answers.Json]:
    """Every notification of the case with its attempts.

    Raises:
        NotFound: there is no such case for the caller.
    """
    ref = cases.find(work.connection, case_id).ref
    rows = outbox.notifications_of_case(work.connection, case_id)
    tries, steps = (of(work.connection, [row.id for row in rows]) for of in (outbox.attempts_of, outbox.steps_of))
    slugs = {id_: party.slug for id_, party in directory.by_ids(work.connection, [row.party_id for row in rows]).items()}
    return [
        answers.notification(row._mapping, slugs=slugs, incident_ref=ref)
        | {"tries": [{"number": t.number, "at": answers.at(t.at), "outcome": t.outcome, "detail": t.detail} for t in tries.get(row.id, [])]}
        | {"steps": [_step(each) for each in steps.get(row.id, [])]}
        for row in rows
    ]


def _step(row: Row) -> answers.Json:
    return {"at": answers.at(row.at), "was": row.was, "became": row.became, "attempt": row.attempt, "cause": row.cause}


def _obligations(work: Work, case: Row, rows: list[Row], acts: list[Row], slugs: dict[UUID, str]) -> list[answers.Json]:
    stays, firsts = stays_because(work, rows), earliest_of(rows)
    looks = looks_by_obligation(obligations.firings_of(work.connection, [each.id for each in rows]))
    about = _by_obligation(acts)
    return [
        _obligation(each, about.get(each.id, []), slugs, case.ref, work, stays.get(each.id, []))
        | {"earliest_of": firsts.get(each.id), "looks": looks.get(each.id, [])}
        for each in rows
    ]


def _obligation(row: Row, acts: list[Row], slugs: dict[UUID, str], ref: str, work: Work, stays: list[answers.Json]) -> answers.Json:
    stands = Verdict(row.settled_as) if row.superseded_by is not None and row.settled_as else obligations.verdict_of(row, acts, work.now)
    shown = answers.obligation(row._mapping, slugs=slugs, verdict=stands.value, incident_ref=ref, doubt=work.held(row.due_at))
    return shown | {"because": [*shown["because"], *stays], "acts": [act_shape(each, slugs) for each in acts]}


def _withheld(rows: list[Row]) -> list[answers.Json]:
    return [{"field": row.field, "rule": row.rule, "why": row.why} for row in rows]


def _facts(rows: list[Row], slugs: dict[UUID, str]) -> list[answers.Json]:
    gone = {row.supersedes for row in rows}
    return [
        {
            "id": str(row.id), "name": row.name, "value": row.value, "earliest_at": answers.at(row.earliest_at),
            "latest_at": answers.at(row.latest_at), "precision": row.precision, "entered": row.entered, "zone": row.zone, "fold": row.fold,
            "about": slugs[row.about], "said_by": slugs[row.said_by], "recorded_at": answers.at(row.recorded_at),
            "superseded": row.id in gone,
        } for row in rows
    ]  # fmt: skip


def _report(row: Row) -> answers.Json:
    return {
        "id": str(row.id), "stage": row.stage, "revision": row.revision, "reference": row.reference, "body": row.body,
        "recorded_at": answers.at(row.recorded_at), "recorded_by": row.recorded_by,
    }  # fmt: skip


def _can(work: Work, row: Row) -> dict[str, bool]:
    files, is_open = work.actor.party == row.filed_by, row.status == "open"
    return {
        "report_more": files and is_open,
        "close": files and is_open,
        "reclassify": files and is_open,
        "reopen": files and not is_open,
        "release": files,
    }


def _named_parties(work: Work, payloads: list[answers.Json]) -> dict[str, str]:
    """The names of the parties that entries were addressed `to`, which they hold as ids."""
    to = [each for said in payloads for each in (said.get("to"), said.get("detail", {}).get("to"))]
    known = directory.by_ids(work.connection, [UUID(each) for each in to if isinstance(each, str) and len(each) == 36])
    return {str(id_): party.name for id_, party in known.items()}


def _entry(row: Row, said: answers.Json | None, names: dict[str, str]) -> answers.Json:
    return {
        "seq": row.seq, "kind": row.kind, "at": answers.at(row.at), "actor": row.actor, "by": (said or {}).get("by"),
        "text": sentence(row.kind, said, names), "hash": bytes(row.hash).hex(), "erased": said is None, "payload": said,
    }  # fmt: skip
