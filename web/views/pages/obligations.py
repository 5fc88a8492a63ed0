"""One obligation for those who see no more of its incident, and what can be done about any."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import acknowledge, excuse, extend, pause, resume, submit, waive
from incident.actions.commands import DoneBy
from incident.errors import NotFound
from incident.work import Work
from web import door
from web.door import page
from web.page_context import Json, rendered
from web.schemas.acts import AcknowledgementSchema, ExcuseSchema, PauseSchema, ReasonSchema, SubmissionSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.incident import shown as shown_in_its_case


def shown(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    """Where the caller sees it: in its case, or on a page of its own."""
    found = board.obligation(work, id_)
    if _sees_the_case(work, found):
        return shown_in_its_case(work, UUID(found["incident"]), tried)
    told = [each for each in board.inbox(work) if found["id"] in each["obligations"]]
    said = {"claims": board.claims(work, id_), "clocks": board.readings(work, id_), "every_claim": True}
    extra = {"notices": told[:1], "zone_names": forms.zone_names(), "back": f"/obligations/{id_}", "filer": None}
    return rendered(work, "obligation.html", nav="board", o=found, tried=tried, **said, **extra)


def _sees_the_case(work: Work, found: Json) -> bool:
    try:
        board.version(work, UUID(found["incident"]))
    except NotFound:
        return False
    return True


@pages.get("/obligations/<uuid:id_>")
@page
def obligation(work: Work, id_: UUID) -> str | Response:
    """Its derivation and history; parties of the case are taken to it in its place."""
    found = board.obligation(work, id_)
    return redirect(f"/incidents/{found['incident']}#o-{id_}", 303) if _sees_the_case(work, found) else shown(work, id_)


@pages.post("/obligations/<uuid:id_>/acknowledge")
@page
@forms.kept_when_refused(shown)
def acknowledge_it(work: Work, id_: UUID) -> Response:
    """Acknowledge it by name."""
    acknowledge.acknowledge(work, id_, forms.loaded(AcknowledgementSchema(), by=_by(work), note=forms.text("note")))
    return _done(id_, "Acknowledged: receipt only, neither awareness nor admission.")


@pages.post("/obligations/<uuid:id_>/submit")
@page
@forms.kept_when_refused(shown)
def submit_it(work: Work, id_: UUID) -> Response:
    """Record that its stage was submitted, with the proof."""
    entered = {name: forms.text(name) for name in ("stage", "proof", "source", "note")}
    given = forms.loaded(SubmissionSchema(), by=_by(work), **entered)
    known = {"proof": given["proof"], "source": given["source"]}
    submit.submit(work, id_, given["stage"], DoneBy(given["by"], note=given["note"], detail=known))
    return _done(id_, "The submission is on record. Clocks that run from it are dated.")


@pages.post("/obligations/<uuid:id_>/extend")
@page
@forms.kept_when_refused(shown)
def extend_it(work: Work, id_: UUID) -> Response:
    """Grant more time under the clause that allows it."""
    reason = _reason()
    until = forms.entered_instant(forms.text("until_date"), forms.text("until_time"), forms.text("until_zone"), "/until")
    extend.extend(work, id_, until, forms.text("clause"), reason, forms.text("ground") or None)
    return _done(id_, "More time is granted, and on record.")


@pages.post("/obligations/<uuid:id_>/waive")
@page
@forms.kept_when_refused(shown)
def waive_it(work: Work, id_: UUID) -> Response:
    """Waive it under the clause that allows it."""
    waive.waive(work, id_, _reason())
    return _done(id_, "Waived, and on record.")


@pages.post("/obligations/<uuid:id_>/pause")
@page
@forms.kept_when_refused(shown)
def pause_it(work: Work, id_: UUID) -> Response:
    """Stop its clock on a ground that the clause names."""
    pause.pause(work, id_, forms.loaded(PauseSchema(), **_ground()))
    return _done(id_, "Its clock stands still, and that is on record.")


@pages.post("/obligations/<uuid:id_>/resume")
@page
@forms.kept_when_refused(shown)
def resume_it(work: Work, id_: UUID) -> Response:
    """Let its clock run again."""
    resume.resume(work, id_, _reason())
    return _done(id_, "Its clock runs again.")


@pages.post("/obligations/<uuid:id_>/excuse")
@page
@forms.kept_when_refused(shown)
def excuse_it(work: Work, id_: UUID) -> Response:
    """Excuse it on a ground that the clause names."""
    excuse.excuse(work, id_, forms.loaded(PauseSchema(), **_ground()))
    return _done(id_, "Excused, and on record beside the verdict.")


@pages.post("/obligations/<uuid:id_>/prohibit")
@page
@forms.kept_when_refused(shown)
def prohibit_it(work: Work, id_: UUID) -> Response:
    """Say which provision prohibits performing it."""
    said = {name: forms.text(name) for name in ("provision", "reason")}
    excuse.excuse(work, id_, forms.loaded(ExcuseSchema(), ground="prohibition", **said))
    return _done(id_, "It is on record that it may not be performed.")


def _ground() -> dict[str, str]:
    """The ground and its clause were chosen together."""
    ground, _, clause = forms.text("under").partition(" · ")
    return {"ground": ground, "clause": clause, "provision": forms.text("provision"), "reason": forms.text("reason")}


def _by(work: Work) -> str:
    return forms.text("by") or work.actor.name


def _reason() -> str:
    return str(forms.loaded(ReasonSchema(), reason=forms.text("reason"))["reason"])


def _done(id_: UUID, message: str) -> Response:
    door.flash(message, "done")
    return redirect(forms.back(f"/obligations/{id_}") + f"#o-{id_}", 303)
