"""One incident: its page, its receipt, its deliveries, and what changes the case itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import close_case, reclassify, reopen
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.work import Work
from web import door
from web.door import page
from web.page_context import Json, awaited, rendered, state
from web.schemas.acts import CloseSchema, ReasonSchema, ReclassifySchema
from web.views.pages import drawing, forms
from web.views.pages.blueprint import pages

ENDINGS = (
    ("resolved", "Resolved"),
    ("false_alarm", "False alarm"),
    ("below_threshold", "Below the threshold"),
    ("duplicate", "Duplicate of another incident"),
    ("withdrawn", "Withdrawn"),
)
MOST_TOLD = 100
_ORDER = ("late", "critical", "soon", "running", "none", "met", "stayed")


def shown(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    """The page of a case; `tried` is a form on it that was refused."""
    found = board.incident(work, id_)
    current = [each for each in found["obligations"] if each["verdict"] != "superseded"]
    return rendered(
        work, "incident.html", nav="incidents", **_frame(work, id_, found),
        ladder=drawing.ladder(current, work.now), matrix=drawing.matrix(found["notices"]), standing=_standing(found["facts"]),
        severities=SEVERITIES, labels=TLP, endings=ENDINGS, zone_names=forms.zone_names(), back=f"/incidents/{id_}",
        filer=found["incident"]["filed_by"], relays=board.relays(work, id_)["items"], tried=tried, later=_later_stage(found),
    )  # fmt: skip


@pages.get("/incidents/<uuid:id_>")
@page
def incident(work: Work, id_: UUID) -> str:
    """Obligations with why this instant, timeline, who sees what, deliveries, and what can be done."""
    return shown(work, id_)


@pages.get("/incidents/<uuid:id_>/receipt")
@page
def receipt(work: Work, id_: UUID) -> str:
    """What was filed, what it started and who is told, fit for printing."""
    return rendered(work, "receipt.html", nav="incidents", **_frame(work, id_, board.incident(work, id_)))


@pages.get("/incidents/<uuid:id_>/deliveries")
@page
def deliveries(work: Work, id_: UUID) -> str:
    """The deliveries alone, for pages that keep them fresh."""
    told = board.notices(work, incident=id_, limit=MOST_TOLD).items
    return rendered(work, "deliveries.html", **_deliveries(told, board.deliveries(work, id_)))


@pages.post("/incidents/<uuid:id_>/close")
@page
@forms.kept_when_refused(shown)
def close(work: Work, id_: UUID) -> Response:
    """Close the case."""
    entered = {"as": forms.text("as"), "reason": forms.text("reason"), "duplicate_of": forms.text("duplicate_of").rsplit("/", 1)[-1]}
    close_case.close_case(work, id_, forms.loaded(CloseSchema(), **entered))
    door.flash("The case is closed; everyone who was told is told.", "done")
    return redirect(f"/incidents/{id_}", 303)


@pages.post("/incidents/<uuid:id_>/reclassify")
@page
@forms.kept_when_refused(shown)
def change(work: Work, id_: UUID) -> Response:
    """Reclassify it: only what differs from what stands is changed."""
    before = board.incident(work, id_)["incident"]["affected_countries"]
    listed = forms.countries(forms.text("affected_countries"))
    entered = {name: forms.text(name) for name in ("reason", "severity", "tlp")}
    countries = listed if sorted(listed) != sorted(before) else None
    reclassify.reclassify(work, id_, forms.loaded(ReclassifySchema(), affected_countries=countries, **entered))
    door.flash("Reclassified; the case was planned again and everyone is told what changed.", "done")
    return redirect(f"/incidents/{id_}", 303)


@pages.post("/incidents/<uuid:id_>/reopen")
@page
@forms.kept_when_refused(shown)
def open_again(work: Work, id_: UUID) -> Response:
    """Reopen it."""
    reopen.reopen(work, id_, forms.loaded(ReasonSchema(), reason=forms.text("reason"))["reason"])
    door.flash("The case is open again.", "done")
    return redirect(f"/incidents/{id_}", 303)


def _frame(work: Work, id_: UUID, found: Json) -> dict[str, Any]:
    ordered = sorted(found["obligations"], key=lambda each: (_ORDER.index(state(each, work.now)), str(awaited(each, work.now) or "9999")))
    return {
        **found,
        "obligations": ordered,
        "clocks": found["obligations"],
        "timeline": _told(board.timeline(work, id_), found),
        **_deliveries(found["notices"], board.deliveries(work, id_)),
    }


def _deliveries(notices: Sequence[Json], deliveries: Sequence[Json]) -> dict[str, Any]:
    """Who is told, oldest first, and how each notice is on its way."""
    ways: dict[str, list[Json]] = {}
    for each in deliveries:
        ways.setdefault(each["notice"], []).append(each)
    return {"told": sorted(notices, key=lambda each: (each["created_at"], each["to"], each["id"]))[-MOST_TOLD:], "ways": ways}


def _told(entries: Sequence[Json], found: Json) -> list[Json]:
    """The timeline, each entry with the title of the obligation or notice that it speaks of."""
    titles = {each["id"]: each["title"] for each in (*found["obligations"], *found["notices"])}
    return [{**each, "about": _about(each["payload"] or {}, titles)} for each in entries]


def _about(said: Json, titles: Mapping[str, str]) -> str | None:
    return next((titles[said[name]] for name in ("obligation", "notice") if said.get(name) in titles), None)


def _standing(facts: list[Json]) -> list[Json]:
    return [each for each in facts if not each["superseded"]]


def _later_stage(found: Json) -> str | None:
    """The first stage that nothing was filed for yet, after the last that was; None after the final one."""
    filed = max((STAGES.index(each["stage"]) for each in found["reports"] if each["stage"] in STAGES), default=-1)
    return STAGES[filed + 1] if filed + 1 < len(STAGES) else None
