"""The laws: browsed and compared as of a day, one in full, and the arming of what ships unarmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board, law
from incident.actions import arm_regime, disarm_regime
from incident.errors import Conflict, Fault, Invalid
from incident.rules.legaltime import rules
from incident.rules.regimes import regime as named
from incident.work import Work
from web import door, law_words
from web.door import page
from web.page_context import rendered
from web.schemas.acts import ArmingSchema, ReasonSchema
from web.schemas.reading import load
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.regime_picture import NARROW, WIDE, Picture, picture

Json = Mapping[str, Any]
STATES = {
    "applies": "Applies",
    "planning": "For planning only",
    "not_yet": "Not yet",
    "ended": "Ended",
    "never": "Proposal or template",
}
_LOOKS = {"applies": "met", "planning": "soon", "not_yet": "running", "ended": "stayed", "never": "stayed"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A law as of the day asked for: its `state` then, whether its clocks `start` for the party, and both in words."""

    regime: Json
    state: str
    look: str
    says: str
    starts: bool
    arming: str


@pages.get("/regimes")
@page
def regimes(work: Work) -> str | tuple[str, int]:
    """The laws that fit the filter, as a picture and a table; those that are chosen for comparing alone in the picture."""
    given = {name: request.args.get(name, "").strip() for name in ("q", "jurisdiction", "state", "arming", "on")}
    faults: list[Fault] = []
    on = _day(given["on"], work.now.date(), faults)
    every = [listed(each, on) for each in board.regimes(work)]
    found = [each for each in every if _fits(each, given)]
    chosen = set(request.args.getlist("compare"))
    compared = [each for each in every if each.regime["id"] in chosen] or found
    shown = rendered(
        work, "regimes.html", nav="regimes", given=given, on=on, faults=faults, found=found, every=len(every), chosen=chosen,
        drawn=_drawn(compared), states=STATES, words_of=law_words, jurisdictions=sorted({each.regime["jurisdiction"] for each in every}),
    )  # fmt: skip
    return (shown, 422) if faults else shown


@pages.get("/regimes/<string:regime_id>")
@page
def regime(work: Work, regime_id: str) -> str:
    """One law: everything that its file says."""
    return _in_full(work, regime_id)


@pages.post("/regimes/<string:regime_id>/arm")
@page
def arm(work: Work, regime_id: str) -> Response | tuple[str, int]:
    """Arm it, or a stage of it, with the source that was checked."""
    sent = {name: forms.text(name) for name in ("stage", "source", "binds_from")}
    try:
        made = load(ArmingSchema(), {name: value or None if name == "stage" else value for name, value in sent.items()})
        arm_regime.arm_regime(work, regime_id, made["stage"], source=made["source"], binds_from=made["binds_from"])
    except (Invalid, Conflict) as refused:
        faults = refused.faults if isinstance(refused, Invalid) else [Fault("/source", refused.code, refused.message)]
        return _in_full(work, regime_id, faults=faults, sent=sent), 422 if isinstance(refused, Invalid) else 409
    door.flash("Armed. Its clocks start in the cases that your party files from now on, for what happened on or after that day.", "done")
    return redirect(f"/regimes/{regime_id}", 303)


@pages.post("/regimes/armings/<uuid:id_>/withdraw")
@page
def withdraw(work: Work, id_: UUID) -> Response:
    """Withdraw an arming; cases that began under it keep their clocks."""
    given = load(ReasonSchema(), {"reason": forms.text("reason")})
    done = disarm_regime.disarm_regime(work, id_, because=given["reason"])
    door.flash("Withdrawn. No new case starts its clocks; cases that began under it keep theirs.", "done")
    return redirect(f"/regimes/{done['regime']}", 303)


def listed(found: Json, on: date) -> Listed:
    """The law as of that day."""
    known = named(found["id"])
    if known is None:
        raise LookupError(found["id"])  # the board lists what the catalogue holds
    standing = known.standing(on)
    state = {"binding": "applies", "planning": "planning", "template": "planning", "not": "not_yet"}[standing]
    if standing == "not" and known.status.state in ("proposed", "template"):
        state = "never"
    elif standing == "not" and known.status.until is not None and on > known.status.until:
        state = "ended"
    armed = found["armed"]
    whole = bool(armed and date.fromisoformat(armed["binds_from"]) <= on)
    if standing == "template" and whole:
        state = "applies"
    starts = state in ("applies", "planning") and (not found["unarmed_because"] or whole)
    return Listed(found, state, _LOOKS[state], law.standing_says(known, on), starts, _arming(found))


def _arming(found: Json) -> str:
    if found["armed"] or any(stage["armed"] for stage in found["stages"]):
        return "armed"
    return "unarmed" if _needs_arming(found) or any(stage["unarmed_because"] for stage in found["stages"]) else "itself"


def _needs_arming(found: Json) -> bool:
    return bool(found["unarmed_because"] or found["status"]["template"])


def _fits(each: Listed, given: Mapping[str, str]) -> bool:
    found = each.regime
    words = " ".join([found["id"], found["name"], found["citation"], *(stage["title"] for stage in found["stages"])]).lower()
    return (
        all(word in words for word in given["q"].lower().split())
        and given["jurisdiction"] in ("", found["jurisdiction"])
        and given["state"] in ("", each.state)
        and given["arming"] in ("", each.arming)
    )


def _drawn(compared: Sequence[Listed]) -> tuple[Picture, Picture]:
    """For wide and for narrow screens."""
    laws, starts = [each.regime for each in compared], {each.regime["id"]: each.starts for each in compared}
    return picture(laws, starts, WIDE), picture(laws, starts, NARROW)


def _day(text: str, today: date, faults: list[Fault]) -> date:
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2200:
        faults.append(Fault("/on", "not_a_date", f"{text!r} is no date between 1900 and 2200; today is shown"))
        return today
    return found


def _in_full(work: Work, regime_id: str, *, faults: Sequence[Fault] = (), sent: Mapping[str, str] | None = None) -> str:
    found = board.regime(work, regime_id)
    every = board.regimes(work)
    return rendered(
        work, "regime.html", nav="regimes", law=found, as_of=listed(found, work.now.date()), words_of=law_words, rules=rules(),
        names={each["id"]: each["name"] for each in every}, drawn=_drawn([listed(found, work.now.date())]),
        overlays=[each for each in every if each["overlay_of"] == regime_id],
        related=[(each, relation) for each in every for relation in each["relations"] if relation["to"] == regime_id],
        faults=forms.shown(Invalid(list(faults)), {"source": "Source", "binds_from": "Binds from"}) if faults else [], sent=sent or {},
    )  # fmt: skip
