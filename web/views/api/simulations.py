"""Trying out an agreement before anybody signs it."""

from __future__ import annotations

from incident.actions.simulate_agreement import simulate_agreement
from incident.errors import Invalid, NotFound
from incident.rules import terms
from incident.work import Work
from web.schemas.simulations import USUAL, Trial, TrialSchema, trial, under
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body
from web.views.api.reports import absent_deployment, read_report

simulations = Calls("simulations", description="What a version would do, signed or not.")


def _read(value: object, work: Work) -> Trial:
    """Faults of the document come with pointers into the document, those of the case with pointers below /case."""
    given = trial(value)
    terms.load(given["text"])
    if given["past"]:
        return Trial(given["text"], None, given["limit"] or USUAL, given["after"])
    try:
        return Trial(given["text"], read_report(given["case"], work), 1, None)
    except Invalid as refused:
        raise under("/case", refused) from refused


@simulations.post("/agreements/simulations")
@acting(answers={200: "Simulation"}, takes=body(TrialSchema, _read), refuses=(403,))
def post_simulation(work: Work, given: Trial) -> Json:
    """Try out a document, signed or not, on a case that you describe or, with `past`, on the cases on record that you see.

    Clocks, notices and verdicts come from what plans, routes and judges cases, and stand beside those of the versions in force. Nothing
    is kept and nobody is told. Past cases come newest first, each with what is different or would have been late.
    """
    if given.case is None:
        return simulate_agreement(work, given.text, limit=given.limit, after=given.after)
    try:
        return simulate_agreement(work, given.text, case=given.case)
    except NotFound as absent:
        raise under("/case", absent_deployment(work, absent, given.case)) from absent
    except Invalid as refused:
        raise under("/case", refused) from refused
