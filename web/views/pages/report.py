"""Filing a report, with the clocks it will start shown beside it; later stages and corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import file_report, preview_report
from incident.actions.commands import FileReport
from incident.actions.permission import FILING_KINDS
from incident.errors import Conflict, Fault, Invalid, NotFound
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.work import Work
from web import door
from web.door import page
from web.page_context import Json, rendered
from web.schemas import report as wire
from web.views.pages import forms, report_form
from web.views.pages.blueprint import pages
from web.views.pages.preview import outlook
from web.views.pages.report_form import Given

Outcome = TypeVar("Outcome")


@pages.get("/report")
@page
def report(work: Work) -> str:
    """A fresh form."""
    form = _form(work)
    return _shown(work, form, report_form.empty(form["deployments"]))


@pages.post("/report")
@page
def send(work: Work) -> Response | tuple[str, int]:
    """File it; sent twice, it is filed once."""
    return _send(work, None)


@pages.get("/incidents/<uuid:id_>/report")
@page
def report_more(work: Work, id_: UUID) -> str:
    """The form filled with what stands, for the next stage or a correction."""
    found = board.incident(work, id_)
    given = report_form.of_case(found, request.args.get("stage") or found["incident"]["stage"])
    return _shown(work, _form(work), given, found)


@pages.post("/incidents/<uuid:id_>/report")
@page
def send_more(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """File the next stage or a correction."""
    return _send(work, board.incident(work, id_))


@pages.post("/report/preview")
@page
def preview(work: Work) -> str:
    """What sending would start and tell: the panel beside the form, or the whole page where no script runs."""
    form, given = _form(work), report_form.of_request(request.form)
    found = board.incident(work, UUID(given["incident"])) if given["incident"] else None
    values: dict[str, Any] = {"waiting": report_form.unanswered(given), "preview": None, "faults": []}
    if given["deployment"]:
        try:
            answer = _acted(work, form, _filled(given), partial(preview_report.preview_report, withheld=True))
            values["preview"] = outlook(answer, found, work.now)
        except Invalid as refused:
            values["faults"] = forms.shown(refused, report_form.LABELS)
        except Conflict as refused:
            values["faults"] = [forms.Shown("main", "The report", refused.message, refused.code)]
    if request.headers.get("HX-Request"):
        return rendered(work, "preview.html", incident=found["incident"] if found else None, **values)
    return _shown(work, form, given, found, **values)


def _form(work: Work) -> Json:
    """The vocabulary, and the deployments that the caller may file for: a supplier sees its deployments and files for none."""
    form = board.report_form(work)
    files = board.me(work)["kind"] in FILING_KINDS
    return {**form, "deployments": [each for each in form["deployments"] if files or each["operator"] == work.actor.slug]}


def _send(work: Work, found: Json | None) -> Response | tuple[str, int]:
    form, given = _form(work), report_form.of_request(request.form)
    try:
        filed = _acted(work, form, given, file_report.file_report)
    except Invalid as refused:
        return _shown(work, form, given, found, faults=forms.shown(refused, report_form.LABELS)), 422
    except Conflict as refused:
        faults = [forms.Shown("main", "The report", refused.message, refused.code)]
        return _shown(work, form, given, found, faults=faults, **_on_record(work, given)), 409
    door.flash("This report was filed before; nothing was filed twice." if filed.replayed else "Filed. The clocks run.", "done")
    return redirect(f"/incidents/{filed.answer['incident']}/receipt", 303)


def _on_record(work: Work, given: Given) -> dict[str, Any]:
    """For a form that was sent before and has changed since: the case it became, and the numbers that a correction would have."""
    filed = board.filed_as(work, given["deployment"], given["reference"])
    found = board.incident(work, filed) if filed else None
    return {"filed": found["incident"], "revisions": _revisions(found), "instead": report_form.fresh_reference()} if found else {}


def _revisions(found: Json) -> dict[str, int]:
    return {each: report_form.next_revision(found, each) for each in STAGES}


def _acted(work: Work, form: Json, given: Given, action: Callable[[Work, FileReport], Outcome]) -> Outcome:
    """The action on the report that the form describes.

    Raises:
        Invalid: its faults; also for a deployment that there is not.
    """
    try:
        return action(work, wire.report(report_form.body(given, form["facts"]), now=work.now))
    except NotFound as absent:
        raise Invalid([Fault("/deployment", "unknown_deployment", absent.message)]) from absent


def _filled(given: Given) -> Given:
    """For a preview alone: what is still open stands as unknown, so that the clocks can be shown while somebody types."""
    return report_form.changed(
        given, summary=given["summary"] or "…", severity=given["severity"] or "unknown", tlp=given["tlp"] or "unknown"
    )


def _shown(work: Work, form: Json, given: Given, found: Json | None = None, *, faults: Sequence[forms.Shown] = (), **values: Any) -> str:
    incident = found["incident"] if found else None
    by_field: dict[str, set[str]] = {}
    for each in faults:
        by_field.setdefault(each.field, set()).add(each.code)
    shared = {
        "form": form, "given": given, "incident": incident, "asked": report_form.ASKED, "choices": report_form.choices,
        "stages": STAGES, "severities": SEVERITIES, "labels": TLP, "zone_names": forms.zone_names(), "faults": list(faults),
        "bad": by_field.__contains__, "ambiguous": lambda field: "ambiguous" in by_field.get(field, ()), "waiting": [], "preview": None,
        "revisions": _revisions(found) if found else {}, "filed": None,
        "more_open": any(field not in report_form.LABELS for field in by_field),
        "action": f"/incidents/{incident['id']}/report" if incident else "/report", "draft": incident["id"] if incident else "new",
    }  # fmt: skip
    return rendered(work, "report.html", nav="report", **(shared | values))
