"""A version tried on the cases on record, fifty at a time; what came of the parts before travels with the question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request

from incident.actions.simulate_agreement import BATCH, simulate_agreement
from incident.errors import Invalid
from incident.work import Work
from web.page_context import Json, rendered
from web.views.pages import forms, lab_page, what_if
from web.views.pages.lab_page import Subject

MOST_LISTED = 120  # of one part
_LONGEST = 2000  # characters of what came before


def past(work: Work, subject: Subject) -> str:
    """The next part: rows for the table of an open page, or the whole page with this part where no script runs."""
    try:
        found = simulate_agreement(work, subject.text, limit=BATCH, after=_after())
        values: dict[str, Any] = {"past": _joined(found), "past_faults": []}
    except Invalid as refused:
        values = {"past": None, "past_faults": forms.pointers(refused)}
    if request.headers.get("HX-Request"):
        return rendered(work, "lab_past_part.html", subject=subject, changes=what_if.CHANGES, **values)
    return lab_page.shown(work, subject, **values)


def _joined(found: Json) -> Json:
    """This part, with `so_far` the sums of all parts, `carry` the same as text for the next question, and the `rows` that are listed."""
    before = _before()
    so_far = _added(found["summary"], before) if before else found["summary"]
    rows = [(case, clock) for case in found["cases"] for clock in case["clocks"]]
    listed = {"rows": rows[:MOST_LISTED], "cut": max(0, len(rows) - MOST_LISTED)}
    return {**found, "so_far": so_far, "carry": json.dumps(so_far, separators=(",", ":")), **listed}


def _after() -> UUID | None:
    try:
        return UUID(request.args["after"]) if request.args.get("after") else None
    except ValueError:
        return None


def _before() -> Json | None:
    """The sums that were carried here; they are shown to whoever carried them and used for nothing else."""
    try:
        found = json.loads(request.args.get("so_far", "")[:_LONGEST])
    except ValueError:
        return None
    return found if isinstance(found, dict) and _after() else None


def _added(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, each in one.items():
        carried = other.get(name)
        if isinstance(each, dict):
            made[name] = _added(each, carried if isinstance(carried, dict) else {})
        else:
            made[name] = each + (carried if type(carried) is int and 0 <= carried < 10**9 else 0)
    return made
