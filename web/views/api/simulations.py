"""Trying out an agreement before anybody signs it."""

from __future__ import annotations

from incident import library
from incident.actions.simulate_agreement import simulate_agreement
from incident.errors import Invalid, NotFound
from incident.rules import terms
from incident.work import Work
from web.schemas.answers import items_of
from web.schemas.simulations import USUAL, Trial, TrialSchema, trial, under
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body
from web.views.api.reports import absent_deployment, read_report

simulations = Calls("simulations", description="What a version would do, signed or not.")


def _read(value: object, work: Work) -> Trial:
    """Faults of the document come with pointers into the document, those of the case with pointers below /case."""
    given = trial(value)
    terms.load(given["text"])
    if given["typical"] is not None:
        return Trial(given["text"], None, 1, None, given["typical"], given["at"])
    if given["past"]:
        return Trial(given["text"], None, given["limit"] or USUAL, given["after"])
    try:
        return Trial(given["text"], read_report(given["case"], work), 1, None)
    except Invalid as refused:
        raise under("/case", refused) from refused


@simulations.get("/agreements/typical-cases")
@acting(answers={200: items_of("TypicalCase")})
def get_typical_cases(work: Work) -> Json:
    """The typical cases that a document can be tried on. They are invented; `by` the cast that ships, where no deployment of yours fits."""
    return {"items": library.typical_cases()}


@simulations.get("/agreements/library")
@acting(answers={200: items_of("Specimen")})
def get_library(work: Work) -> Json:
    """Documents to start from. Parties and numbers are invented, unless the number of a law is cited."""
    return {"items": library.specimens()}


@simulations.get("/agreements/library/<string:name>")
@acting(answers={200: "SpecimenInFull"})
def get_specimen(work: Work, name: str) -> Json:
    """One of them as it stands, comments and all."""
    return library.specimen(name)


@simulations.post("/agreements/simulations")
@acting(answers={200: "Simulation"}, takes=body(TrialSchema, _read), refuses=(403,))
def post_simulation(work: Work, given: Trial) -> Json:
    """Try out a document, signed or not, on a case that you describe, on `typical` cases or, with `past`, on those on record that you see.

    Clocks, notices and verdicts come from what plans, routes and judges cases, and stand beside those of the versions in force. Nothing
    is kept and nobody is told. Past cases come newest first, each with what is different or would have been late.
    """
    if given.case is None:
        return simulate_agreement(work, given.text, typical=given.typical, at=given.at, limit=given.limit, after=given.after)
    try:
        return simulate_agreement(work, given.text, case=given.case)
    except NotFound as absent:
        raise under("/case", absent_deployment(work, absent, given.case)) from absent
    except Invalid as refused:
        raise under("/case", refused) from refused
