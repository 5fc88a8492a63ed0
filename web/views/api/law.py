"""The law as this node knows it: the catalogue of regimes, and what an officer has armed of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident import law as as_json
from incident.actions.arm_regime import arm_regime
from incident.actions.disarm_regime import disarm_regime
from incident.rules import desk
from incident.work import Work
from web.schemas.acts import ArmingSchema, ReasonSchema
from web.schemas.answers import items_of, ref
from web.schemas.due import Cases, DueSchema, due
from web.schemas.supposing import Supposing
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, Whole, acting, body

law = Calls("law", description="The laws, each number with its citation and how far it was verified.")


@law.get("/regimes")
@acting(answers={200: items_of("Regime")})
def get_regimes(work: Work) -> Json:
    """The laws that this node knows, and what your party has armed of them."""
    return {"items": board.regimes(work)}


@law.get("/regimes/<string:regime_id>")
@acting(answers={200: "Regime"})
def get_regime(work: Work, regime_id: str) -> Json:
    """One law, stage by stage."""
    return board.regime(work, regime_id)


@law.post("/regimes/<string:regime_id>/armings")
@acting(answers={201: "Arming"}, takes=body(ArmingSchema), refuses=(403,))
def post_arming(work: Work, regime_id: str, given: dict[str, Any]) -> Answer:
    """Arm a law, or one stage of it, that ships unarmed: from now on its clocks start in the cases that your party files."""
    return Answer(arm_regime(work, regime_id, given["stage"], source=given["source"], binds_from=given["binds_from"]), 201)


@law.post("/armings/<uuid:arming_id>/withdrawal")
@acting(answers={200: "Disarming"}, takes=body(ReasonSchema), refuses=(403,))
def post_withdrawal(work: Work, arming_id: UUID, given: dict[str, Any]) -> Json:
    """Withdraw what your party armed. Cases that began under it keep their clocks."""
    return disarm_regime(work, arming_id, because=given["reason"])


@law.post("/due")
@acting(
    answers={200: {"anyOf": [ref("RegimeDue"), {"type": "array", "items": {"anyOf": [ref("CaseDue"), ref("CaseRefused")]}}]}},
    takes=body(DueSchema, lambda value, work: due(value), fractions=True),
)
def post_due(work: Work, given: Supposing | Cases) -> Whole:
    """When something is due, by one law for what is supposed, or by a counting rule for each of up to 1,000 cases.

    With `regime`: every stage in UTC, local and the recipient's time, with the reasons; instants need an offset, or a zone of their
    own. With `vectors` or `cases`: a list in their order; a case that cannot be worked is `{id, error, code, pointer}` in its place.
    Nothing is kept and no clock starts.
    """
    if isinstance(given, Cases):
        return given.answered()[1]
    found = desk.work(given.regime, given.supposed)
    return as_json.worked(found, given.supposed, applies_only=given.applies_only)
