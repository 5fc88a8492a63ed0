"""The lab's page: a draft version, or a version on record, with its layers, rules, findings, editor and what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from incident import board
from incident.actions.permission import FILING_KINDS
from incident.actions.simulate_agreement import simulate_agreement
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from incident.rules.case import SEVERITIES, TLP
from incident.work import Work
from web.page_context import Json, rendered
from web.schemas import report as wire
from web.views.pages import forms, lab_words, what_if, what_if_form, what_if_typical


@dataclass(frozen=True, slots=True)
class Subject:
    """What is in the lab. `draft` is the draft version, `version` the one on record; one of the two is None."""

    href: str
    text: str
    draft: Json | None
    version: Json | None


def of_draft(draft: Json) -> Subject:
    """A draft version in the lab."""
    return Subject(f"/agreements/drafts/{draft['id']}", draft["text"], draft, None)


def of_version(version: Json) -> Subject:
    """A version on record in the lab; it can be read and tried, and not changed."""
    return Subject(f"/agreements/{version['id']}", version["text"], None, version)


def shown(work: Work, subject: Subject, **values: Any) -> str:
    """The whole page. `values` may have another `view` (read, source), the `typed` text that was not saved, `faults` and `theirs`."""
    lab = board.lab(work, subject.text)
    typed = values.pop("typed", None)
    checked = board.lab(work, typed) if typed is not None else lab
    text = subject.text if typed is None else typed
    shared = {
        "subject": subject, "lab": lab, "view": _view(subject, lab), "text": text, "checked": checked, "lab_words": lab_words,
        "lines": lab_words.lines(text, checked["findings"]), "compare": _compare(work, subject), "faults": [], "theirs": None,
        "despite": "", "burden": _burden(work, subject, lab), **tried(work, subject, lab),
    }  # fmt: skip
    return rendered(work, "lab.html", nav="agreements", **shared | values)


def _view(subject: Subject, lab: Json) -> str:
    """What is asked for; a text that cannot be read yet opens in its source."""
    asked = request.args.get("view", "")
    if asked in ("read", "source"):
        return asked
    return "read" if lab["head"] or subject.draft is None else "source"


def _burden(work: Work, subject: Subject, lab: Json) -> Sequence[str] | None:
    """What it would cost, when it is asked for: reckoning it takes a while."""
    asked = "burden" in request.args and subject.draft is not None and lab["head"] is not None
    return board.burden_of(work, subject.text) if asked else None


def _compare(work: Work, subject: Subject) -> Sequence[Json]:
    if subject.draft is not None:
        return board.comparable(work, subject.text, based_on=subject.draft["based_on"])
    version = subject.version or {}
    return [{**each, "name": version["name"]} for each in board.earlier_versions(work, version["id"])]


def tried(work: Work, subject: Subject, lab: Json) -> dict[str, Any]:
    """What the what-if panel shows: the form as it is filled in, and what came of it, or why nothing did."""
    deployments = _deployments(work)
    values: dict[str, Any] = {
        "deployments": deployments, "severities": SEVERITIES, "labels": TLP, "outcomes": [], "all_typical": [], "what_if_faults": [],
        "changes": what_if.CHANGES, "days": what_if_form.DAYS, "typical": what_if_typical,
    }  # fmt: skip
    values["about"] = about = what_if_form.supposed(request.args, deployments, work.now)
    values["of_itself"] = what_if_form.supposed({}, deployments, work.now)
    if lab["head"] is None:
        return values
    try:
        answer = _simulated(work, subject.text, about)
        if about.typical == what_if_typical.ALL:
            values["all_typical"] = what_if_typical.lines(answer)
        else:
            values["outcomes"] = _outcomes(work, lab, answer, about, deployments)
    except Invalid as refused:
        values["what_if_faults"] = forms.shown(refused, what_if_form.LABELS)
    except (Conflict, NotAllowed, NotFound) as refused:
        values["what_if_faults"] = [forms.Shown("main", "The case", refused.message, refused.code)]
    return values


def _outcomes(
    work: Work, lab: Json, answer: Json, about: what_if_form.Supposed, deployments: Sequence[Json]
) -> list[tuple[Json, what_if.Outcome]]:
    """The case, and after it what is found out later in a typical one, each with what comes of it."""
    unattended = [each["clause"] for each in lab["rules"] if each["unattended"]]
    parties = what_if_typical.cast(board.parties(work))
    own = next((each["jurisdiction"] for each in deployments if each["slug"] == about.deployment), "")
    return [
        (case, what_if.outcome(case, answer["agreement"]["name"], about, country, parties, unattended))
        for case in answer["cases"]
        for country in [what_if_typical.country(case, board.deployments(work)) if about.typical else own]
    ]


def _simulated(work: Work, text: str, about: what_if_form.Supposed) -> Json:
    if about.typical == what_if_typical.ALL:
        return simulate_agreement(work, text, typical=about.typical)
    at = what_if_form.aware_at(about)
    if about.typical:
        return simulate_agreement(work, text, typical=about.typical, at=at)
    return simulate_agreement(work, text, case=wire.report(what_if_form.body(about)), at=at)


def _deployments(work: Work) -> Sequence[Json]:
    """Those that the caller may file for; a supplier sees its deployments and files for none."""
    files = board.me(work)["kind"] in FILING_KINDS
    return [each for each in board.deployments(work) if files or each["operator"] == work.actor.slug]


def what_if_panel(work: Work, subject: Subject) -> str:
    """The result alone, for the panel of a page that is open; the whole page where no script runs."""
    if not request.headers.get("HX-Request"):
        return shown(work, subject)
    lab = board.lab(work, subject.text, beside=False)
    return rendered(work, "what_if.html", subject=subject, lab=lab, **tried(work, subject, lab))
