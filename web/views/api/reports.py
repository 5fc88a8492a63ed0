"""Filing: a report goes in, the clocks and notices that it starts come out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from incident import board
from incident.actions.commands import FileReport, StatedFact
from incident.actions.file_report import file_report
from incident.actions.preview_report import preview_report
from incident.errors import Fault, Invalid, NotFound
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.vocabulary import vocabulary
from incident.work import Work
from web.schemas.queries import VERDICTS
from web.schemas.report import ReportSchema, readable_facts, report
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

reports = Calls("reports", description="Filing, and what may be said in a report.")


def read_report(value: object, work: Work) -> FileReport:
    """The report; where it has faults, a deployment and parties that are not known are named among them."""
    try:
        return report(value, now=work.now)
    except Invalid as refused:
        slug = value.get("deployment") if isinstance(value, dict) else None
        named = {fault.pointer for fault in refused.faults}
        faults = _unknown_parties(work, readable_facts(value))
        if isinstance(slug, str) and "/deployment" not in named and slug not in [each["slug"] for each in board.deployments(work)]:
            faults.append(_unknown(f"There is no deployment {slug!r} that you have a part in."))
        raise Invalid([*faults, *refused.faults], refused.message) from refused


def absent_deployment(work: Work, absent: NotFound, given: FileReport) -> Invalid:
    """The refusal of a report on an unknown deployment, which may have unknown parties in its facts as well."""
    return Invalid([_unknown(absent.message), *_unknown_parties(work, given.facts)])


def _unknown_parties(work: Work, stated: Iterable[StatedFact]) -> list[Fault]:
    said = [each for each in stated if each.about is not None]
    known = board.parties(work) if said else {}
    return [Fault(each.about_at, "unknown_party", f"there is no party {each.about!r}") for each in said if each.about not in known]


def _unknown(message: str) -> Fault:
    return Fault("/deployment", "unknown_deployment", message)


_REPORT = body(ReportSchema, read_report)


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
        raise absent_deployment(work, absent, given) from absent
    where = {"Location": f"/api/v1/incidents/{filed.answer['incident']}"}
    return Answer(filed.answer, 201, where, replayed=filed.replayed)


@reports.post("/reports/preview")
@acting(answers={200: "Filed"}, takes=_REPORT, refuses=(403,))
def post_preview(work: Work, given: FileReport) -> Json:
    """Show what filing this report now would start and tell, with nothing filed."""
    try:
        return preview_report(work, given)
    except NotFound as absent:
        raise absent_deployment(work, absent, given) from absent


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
