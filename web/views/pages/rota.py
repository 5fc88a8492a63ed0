"""Who of the party is on call, and when nobody can be reached: of it, and of those it works with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions.drop_rota_calendar import drop_rota_calendar
from incident.actions.set_rota import set_rota
from incident.actions.set_rota_calendar import set_rota_calendar
from incident.errors import Fault, Invalid
from incident.rules.escalation.rota import DAYS
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.reading import load
from web.schemas.rota import RotaCalendarSchema, RotaSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.rota_picture import picture

_LABELS = {"windows": "The window", "url": "Address of the calendar", "text": "The calendar", "mapping": "Which events mean whom"}
_LINES = 3


@pages.get("/rota")
@page
def rota(work: Work) -> str:
    """Windows, calendar, and the two weeks that they come to."""
    return _shown(work)


@pages.post("/rota/windows")
@page
def add_window(work: Work) -> Response | tuple[str, int]:
    """Add one to the windows that the page showed."""
    window = {
        "contact": forms.text("contact"), "zone": forms.text("zone"), "days": request.form.getlist("days"),
        "from": forms.padded(forms.text("from")), "until": forms.padded(forms.text("until")),
    }  # fmt: skip
    try:
        set_rota(work, load(RotaSchema(), {"windows": [*_seen(), window]}))
    except Invalid as refused:
        return _shown(work, faults=forms.shown(_of_the_window(refused), _LABELS), tried=window), 422
    door.flash("The window is added, and holds from now on.", "done")
    return redirect("/rota", 303)


@pages.post("/rota/windows/removal")
@page
def remove_window(work: Work) -> Response | tuple[str, int]:
    """Take one out of the windows that the page showed."""
    seen, place = _seen(), forms.text("place")
    left = [each for number, each in enumerate(seen) if str(number) != place]
    try:
        set_rota(work, load(RotaSchema(), {"windows": left}))
    except Invalid as refused:
        return _shown(work, faults=forms.shown(refused, _LABELS)), 422
    door.flash("The window is taken out.", "done")
    return redirect("/rota", 303)


@pages.post("/rota/calendar")
@page
def put_calendar(work: Work) -> Response | tuple[str, int]:
    """Have turns from a file or an address."""
    given = {"url": forms.text("url") or None, "text": _uploaded(), "mapping": _mapping()}
    if given["text"] is not None:
        given["url"] = None  # a file that was chosen is what was meant
    try:
        read = load(RotaCalendarSchema(), given)
        made = set_rota_calendar(work, read["mapping"], text=read["text"], url=read["url"])
    except Invalid as refused:
        return _shown(work, calendar_faults=forms.shown(refused, _LABELS), tried={"url": given["url"], "mapping": given["mapping"]}), 422
    later = "It is read within a minute, and then every hour. What was read before stays until then."
    door.flash(later if given["url"] else f"The calendar is read: {len(made['turns'])} turns in the next two weeks.", "done")
    return redirect("/rota#calendar", 303)


@pages.post("/rota/calendar/removal")
@page
def drop_calendar(work: Work) -> Response:
    """Have none any more."""
    drop_rota_calendar(work)
    door.flash("The calendar is taken away, with its turns.", "done")
    return redirect("/rota", 303)


@pages.get("/partners")
@page
def partners(work: Work) -> str:
    """Those that the party works with, and when nobody of them can be reached."""
    return rendered(work, "partners.html", nav="partners", reach=board.reach(work))


def _shown(work: Work, **values: Any) -> str:
    found = board.rota(work)
    calendar = found["calendar"] or {"mapping": []}
    lines = (values.get("tried") or {}).get("mapping") or [*calendar["mapping"], *[{}] * (1 if calendar["mapping"] else _LINES)]
    shared = {
        "rota": found, "faults": [], "calendar_faults": [], "lines": lines, "days": DAYS, "windows_seen": json.dumps(found["windows"]),
        "zone_names": forms.zone_names(), "local_days": board.me(work)["zone"],
    }  # fmt: skip
    return rendered(work, "rota.html", nav="settings", picture=picture(found["ahead"], shared["local_days"]), **(shared | values))


def _of_the_window(refused: Invalid) -> Invalid:
    """The same faults at the fields of the form, which adds one window to the list."""
    parts = [each.pointer.strip("/").split("/") for each in refused.faults]
    places = [path[2] if len(path) > 2 else "windows" for path in parts]
    return Invalid([Fault(f"/{place}", each.code, each.message) for place, each in zip(places, refused.faults, strict=True)])


def _seen() -> list[Any]:
    """The windows as the page showed them."""
    try:
        found = json.loads(request.form.get("seen", "[]"))
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def _uploaded() -> str | None:
    file = request.files.get("file")
    sent = file.read() if file is not None and file.filename else b""
    try:
        return forms.lines(sent.decode("utf-8-sig")) if sent else None
    except UnicodeDecodeError:
        return "(this file is not in UTF-8)"


def _mapping() -> list[Mapping[str, str]]:
    """The lines that were filled in."""
    rows = zip(request.form.getlist("means"), request.form.getlist("by"), request.form.getlist("what"), strict=False)
    return [{"contact": contact, "by": by, "text": what.strip()} for contact, by, what in rows if what.strip() or by == "every"]
