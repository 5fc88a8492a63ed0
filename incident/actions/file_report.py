"""File one stage of a report: the case with its clocks dated and its notices frozen, in one transaction."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions import permission
from incident.actions.commands import FileReport
from incident.actions.consequences import planning, relaying, settling, stating, telling, writing
from incident.actions.consequences.planning import Matter
from incident.actions.consequences.replanning import Replan, replan
from incident.errors import Conflict, NotAllowed
from incident.ids import ALPHABET, new_id
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.cases.tables import fact, incident, report
from incident.records.obligations.tables import obligation, timer
from incident.records.outbox.tables import notice, withholding
from incident.records.parties import directory
from incident.rules.case import Case, Deployment
from incident.rules.facts import Facts, binds_at
from incident.rules.planning import Planned, plan
from incident.rules.planning.reaching import kept_for
from incident.rules.routing import route, way
from incident.work import Work


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer to a filing, in the shape that callers get. `replayed`: it was filed before, word for word."""

    answer: answers.Json
    replayed: bool = False


def file_report(work: Work, command: FileReport) -> Filed:
    """File it, or give back the stored answer if the very same report was filed before.

    Raises:
        NotAllowed: the caller may not file for this deployment.
        Invalid: a fact is about nobody of the deployment, or an instant lies in the future.
        Conflict: another report has this identity, or the case is closed.
    """
    filer = permission.speaks_for(work, what="file a report")
    deployment = _deployment(work, command, filer)
    before, known = cases.on_record(
        work.connection,
        filed_by=filer,
        deployment=deployment.id,
        reference=command.reference,
        stage=command.stage,
        revision=command.revision,
    )
    if before is not None:
        return _again(before, command)
    work.steps = ("file",)
    return _file_more(work, command, known, deployment) if known else _file_first(work, command, filer, deployment)


def preview(work: Work, command: FileReport, *, withheld: bool = False) -> answers.Json:
    """What filing would answer now, with nothing filed: the caller's unit of work must not be kept.

    The same code runs and its writes are undone with the transaction, so a preview cannot differ from the filing.
    `withheld`: each notice also names what it does not carry, and by which rule.
    """
    with work.undone():
        answer = file_report(work, command).answer
        work.flush()
        return _with_withheld(work, answer) if withheld else answer


def _with_withheld(work: Work, answer: answers.Json) -> answers.Json:
    held = outbox.withheld_of(work.connection, [UUID(each["id"]) for each in answer["notices"]])
    named = [
        each | {"withheld": [{"field": row.field, "rule": row.rule, "why": row.why} for row in held.get(UUID(each["id"]), [])]}
        for each in answer["notices"]
    ]
    return {**answer, "notices": named}


def _deployment(work: Work, command: FileReport, filer: UUID) -> Deployment:
    """Where it is filed, with the identity of the report held until this work ends."""
    identity = cases.identity(filer, command.deployment, command.reference)
    deployment, party = directory.for_filing(work.connection, command.deployment, filer, first=identity)
    if filer != deployment.operator.id and party.kind not in permission.FILING_KINDS:
        raise NotAllowed("Reports are filed by a deployment's operator or a CERT; a supplier answers them.")
    return deployment


def _again(before: Row, command: FileReport) -> Filed:
    if before.body_digest != command.digest:
        raise Conflict(
            f"A different report is on record as {command.reference!r}, stage {command.stage}, revision {command.revision}. "
            "To correct it, file the next revision.",
            code="report_exists",
        )
    return Filed(before.answer, replayed=True)


def _file_first(work: Work, command: FileReport, filer: UUID, deployment: Deployment) -> Filed:
    case_id, now, node = new_id(), work.now, work.node.settings
    stated = stating.rows(work, command.facts, deployment, case_id, previous=Facts())
    facts = stating.as_facts(stated)
    bound_at = binds_at(facts, deployment.operator.id, now)
    values = {
        "id": case_id, "ref": _ref(work, filer, deployment.id, command.reference), "filed_by": filer, "operator_id": deployment.operator.id,
        "deployment_id": deployment.id, "reference": command.reference, "summary": command.summary, "severity": command.severity,
        "tlp": command.tlp, "affected_countries": list(command.affected_countries), "exercise": command.exercise, "stage": command.stage,
        "status": "open", "mandate": _mandate(filer, deployment), "origin": node.node_name, "filed_at": now, "bound_at": bound_at,
        "revision": command.revision,
    }  # fmt: skip
    case = planning.case_of(work, Matter(values, deployment), facts)
    planned = plan(case, planning.binding(work, case, bound_at=bound_at, known_at=now), kept=kept_for(case))
    rows = [(each, writing.obligation_row(case_id, each, now)) for each in planned]
    ids = {each.key: row["id"] for each, row in rows}
    report_row = _report_row(work, command, case_id, filer, deployment.id)
    notices, withheld = writing.notice_rows(case_id, report_row["id"], command.tlp, route(case, planned), ids, now)
    answer = _answer(case, [row for _, row in rows], notices, {each.id: each.slug for each in case.directory})
    db.put(work.connection, {incident: [values]})  # first: the walls of all that hangs on it look for it
    work.leave({
        report: [report_row | {"answer": answer}], fact: [row | {"report_id": report_row["id"]} for row in stated],
        obligation: [row for _, row in rows], timer: [t for _, row in rows for t in writing.timer_rows(row, now)],
        notice: notices, withholding: withheld,
    }, begins=case_id)  # fmt: skip
    _record(work, case_id, command, rows, notices)
    if any(each.relay_to and each.creditor is None for each in planned):
        work.flush()
        relaying.ask_for_contacts(work, cases.find(work.connection, case_id), obligations.of_case(work.connection, case_id))
    work.wake("route")
    return Filed(answer)


def _file_more(work: Work, command: FileReport, known: Row, deployment: Deployment) -> Filed:
    """A later stage, or a correction: facts supersede, the case is planned again, everyone who was told is told."""
    if known.status == "closed":
        raise Conflict(f"{known.ref} is closed as {known.closed_as}; reopen it before filing more.", code="case_closed")
    newest = cases.newest_revision(work.connection, known.id, command.stage)
    if newest is not None and command.revision < newest:
        raise Conflict(f"Revision {newest} of this stage is on record; a correction of it is a later revision.", code="revision_passed")
    if command.exercise != known.exercise:
        raise Conflict("Whether a case is an exercise is fixed when it is opened.", code="exercise_is_fixed")
    before = cases.standing_facts(cases.fact_rows(work.connection, known.id))
    stated = stating.rows(work, command.facts, deployment, known.id, previous=before)
    report_row = _report_row(work, command, known.id, known.filed_by, deployment.id)
    changes = {
        "summary": command.summary, "severity": command.severity, "tlp": command.tlp, "stage": command.stage,
        **relaying.named(known, command.affected_countries, work.now), "revision": known.revision + 1,
    }  # fmt: skip
    work.connection.execute(sa.update(incident).where(incident.c.id == known.id).values(**changes))
    db.put(work.connection, {report: [report_row | {"answer": {}}]})
    db.put(work.connection, {fact: [row | {"report_id": report_row["id"]} for row in stated]})
    matter = planning.matter_of(work, cases.find(work.connection, known.id))
    result = replan(work, matter, why=f"report {command.stage}, revision {command.revision}")
    settling.settle_case(work, known.id)
    notices = tell_again(work, known, report_row["id"], result)
    answer = answer_of(work, result.case)
    work.connection.execute(sa.update(report).where(report.c.id == report_row["id"]).values(answer=answer))
    _record(work, known.id, command, [], notices)
    work.wake("route")
    return Filed(answer)


def tell_again(work: Work, before: Row, cause: UUID, result: Replan) -> list[dict[str, Any]]:
    """New notices where what a party may be told has changed; what still awaits release is replaced. `before`: the case as it was."""
    case_id, case = before.id, result.case
    relaying.ask_for_contacts(work, before, obligations.by_ids(work.connection, result.added))
    relaying.no_longer(work, before, set(before.affected_countries) - set(case.affected_countries), cause)
    on_record = [row for row in outbox.of_case(work.connection, case_id) if row.kind in ("duties", "information", "correction")]
    newest = {(row.recipient, way(row.pre_authorised_by, row.items)): row for row in on_record if row.cancelled_at is None}
    wanted = {(draft.recipient.id, draft.way): draft for draft in route(case, result.planned)}
    struck = relaying.told_that_it_is_none(on_record)
    stand = {key for key, draft in wanted.items() if key in newest and newest[key].digest == draft.digest and key[0] not in struck}
    drafts = [draft for key, draft in wanted.items() if key not in stand]
    told_now = {recipient for recipient, _ in wanted}
    waiting = [row.id for key, row in newest.items() if row.released_at is None and row.recipient in told_now and key not in stand]
    outbox.cancel(work.connection, waiting, "Replaced by a later notice.", work.now)
    notices, withheld = writing.notice_rows(case_id, cause, case.tlp, drafts, result.ids, work.now)
    told = {row.recipient for row in on_record if row.released_at is not None}
    for row in notices:
        row["kind"] = "correction" if row["recipient"] in told else row["kind"]
    db.put(work.connection, {notice: notices})
    db.put(work.connection, {withholding: withheld})
    return notices


def answer_of(work: Work, case: Case) -> answers.Json:
    """The case as it stands after this work: its live obligations and the notices that were not cancelled."""
    rows = [row for row in obligations.of_case(work.connection, case.id) if row.superseded_by is None]
    notices = [row for row in outbox.of_case(work.connection, case.id) if row.cancelled_at is None]
    slugs = telling.names(work, [i for row in rows for i in (row.debtor, row.creditor) if i] + [row.recipient for row in notices])
    return _answer(case, [dict(row._mapping) for row in rows], [dict(row._mapping) for row in notices], slugs, work)


def _answer(
    case: Case, rows: list[dict[str, Any]], notices: list[dict[str, Any]], slugs: dict[UUID, str], work: Work | None = None
) -> answers.Json:
    return {
        "incident": str(case.id),
        "incident_ref": case.incident_ref,
        "reference": case.reference,
        "stage": case.stage,
        "exercise": case.exercise,
        "obligations": [
            answers.obligation(row, slugs=slugs, verdict=_verdict(row, work.now if work else case.filed_at), incident_ref=case.incident_ref)
            for row in rows
        ],
        "notices": [answers.notice(row, slugs=slugs, incident_ref=case.incident_ref) for row in notices],
    }


def _verdict(row: dict[str, Any], now: Any) -> str:
    if row["settled_as"]:
        return str(row["settled_as"])
    if row["due_at"] is None or now <= row["due_at"] or row["predicted"]:
        return "running"
    return "unresolved" if row["provisional"] or row["prohibited_at"] else "missed"


def _report_row(work: Work, command: FileReport, case_id: UUID, filer: UUID, deployment: UUID) -> dict[str, Any]:
    return {
        "id": new_id(), "case_id": case_id, "filed_by": filer, "deployment_id": deployment, "reference": command.reference,
        "stage": command.stage, "revision": command.revision, "body_digest": command.digest, "body": dict(command.body),
        "recorded_at": work.now, "recorded_by": work.actor.name,
    }  # fmt: skip


def _record(
    work: Work, case_id: UUID, command: FileReport, rows: list[tuple[Planned, dict[str, Any]]], notices: list[dict[str, Any]]
) -> None:
    work.record("report.filed", case_id, {
        "deployment": command.deployment, "reference": command.reference, "stage": command.stage, "revision": command.revision,
        "body": dict(command.body), "digest": command.digest,
    })  # fmt: skip
    if rows:
        work.record("obligations.planned", case_id, {"obligations": [
            {"id": str(row["id"]), "commitment": row["commitment"], "source": each.commitment.source.digest, "owed_by": each.debtor.uri,
             "owed_to": each.creditor.uri if each.creditor else None, "target_at": row["target_at"], "due_at": row["due_at"],
             "because": [line["text"] for line in row["because"]], "provisional": row["provisional"]} for each, row in rows]})  # fmt: skip
    if notices:
        shown = [
            {name: row[name] for name in ("digest", "released_by")} | {"id": str(row["id"]), "to": str(row["recipient"])} for row in notices
        ]
        work.record("notices.frozen", case_id, {"notices": shown})


def _mandate(filer: UUID, deployment: Deployment) -> str | None:
    if filer == deployment.operator.id:
        return None
    return f"filed on behalf of {deployment.operator.uri}, which stays liable for what it owes"


def _ref(work: Work, filer: UUID, deployment: UUID, reference: str) -> str:
    """The same for a preview and the filing that follows it; not to be guessed without the node's secret."""
    said = f"{filer}\x1f{deployment}\x1f{reference}".encode()
    number = int.from_bytes(hmac.new(work.node.settings.secret_key.encode(), said, hashlib.sha256).digest()[:16], "big")
    letters = ""
    for _ in range(10):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return f"INC-{work.now.year}-{letters[:5]}-{letters[5:]}"
