"""Record that a stage was submitted, with its proof."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, outcomes, settling
from incident.errors import Fault, Invalid
from incident.work import Work


def submit(work: Work, obligation_id: UUID, stage: str, done: DoneBy) -> answers.Json:
    """The debtor (or the filer, for it) submitted `stage`; `done.detail` says how that is known: `proof`, and the `source` of it.

    Clocks that run from the submission are dated in the same transaction.

    Raises:
        NotFound, NotAllowed: not the caller's to submit.
        Invalid: another stage than the obligation's, no proof, or an instant in the future.
    """
    row, on_behalf = permission.performs(work, obligation_id, what="submit it")
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    expected = row.commitment.rsplit(".", 1)[-1]
    if stage not in (expected, row.commitment, row.stage):
        raise Invalid([Fault("/stage", "wrong_stage", f"this obligation asks for {expected!r}, not {stage!r}")])
    if not done.detail.get("proof"):
        raise Invalid([Fault("/proof", "required", "expected what proves it, such as a portal's receipt number or a file's SHA-256")])
    acting.widen(work, row.case_id)
    known = {"proof": done.detail["proof"], **({"source": done.detail["source"]} if done.detail.get("source") else {})}
    detail = {"stage": stage, **known, "note": done.note, **({"logged_for_debtor": True} if on_behalf else {})}
    acting.note(work, row.case_id, "submitted", obligation=row.id, by=done.by, occurred_at=occurred_at, detail=detail)
    settling.after_an_act(work, row.case_id, why=f"the submission of {stage}")
    return outcomes.obligation(work, obligation_id)
