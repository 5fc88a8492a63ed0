"""Filing: a report goes in, the clocks and notices that it starts come out."""

from __future__ import annotations

from typing import Any

from incident import board
from incident.actions.commands import FileReport
from incident.actions.file_report import file_report
from incident.actions.preview_report import preview_report
from incident.errors import Fault, Invalid, NotFound
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.vocabulary import vocabulary
from incident.work import Work
from web.schemas.queries import VERDICTS
from web.schemas.report import ReportSchema, report
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

reports = Calls("reports", description="Filing, and what may be said in a report.")


def _read(value: object, work: Work) -> FileReport:
    """The report; where it has faults, an unknown deployment is named among them."""
    try:
        return report(value, now=work.now)
    except Invalid as refused:
        slug = value.get("deployment") if isinstance(value, dict) else None
        named = {fault.pointer for fault in refused.faults}
        if isinstance(slug, str) and "/deployment" not in named and slug not in [each["slug"] for each in board.deployments(work)]:
            raise Invalid([_unknown(f"There is no deployment {slug!r} that you have a part in."), *refused.faults]) from refused
        raise


def _unknown(message: str) -> Fault:
    return Fault("/deployment", "unknown_deployment", message)


_REPORT = body(ReportSchema, _read)


@reports.post("/reports")
@acting(answers={201: "Filed", 200: "Filed"}, takes=_REPORT, refuses=(403,))
def post_report(work: Work, given: FileReport) -> Answer:
    """File one stage of a report.

    The identity is filer, deployment, reference, stage and revision. The same identity and body again answers 200 with
    what was answered at first; another body under the same identity is refused with 409.
    """
    try:
        filed = file_report(work, given)
    except NotFound as absent:
        raise Invalid([_unknown(absent.message)]) from absent
    where = {"Location": f"/api/v1/incidents/{filed.answer['incident']}"}
    return Answer(filed.answer, 201, where, replayed=filed.replayed)


@reports.post("/reports/preview")
@acting(answers={200: "Filed"}, takes=_REPORT, refuses=(403,))
def post_preview(work: Work, given: FileReport) -> Json:
    """Show what filing this report now would start and tell, with nothing filed."""
    try:
        return preview_report(work, given)
    except NotFound as absent:
        raise Invalid([_unknown(absent.message)]) from absent


@reports.get("/facts")
@acting(answers={200: "Vocabulary"})
def get_facts(work: Work) -> Json:
    """Every fact that a report may state, with its question, and the words that the other fields take."""
    facts: list[dict[str, Any]] = [
        {
            "name": name,
            "type": each.type,
            "kind": each.kind,
            "domain": list(each.domain),
            "question": each.question,
            "expected": each.expected,
        }
        for name, each in vocabulary().items()
        if each.kind != "case"
    ]
    return {"facts": facts, "severity": list(SEVERITIES), "tlp": list(TLP), "stage": list(STAGES), "verdict": list(VERDICTS)}
