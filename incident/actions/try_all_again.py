"""Try dead letters of all parties again, as the operator of the node: those named, or every one."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from incident.actions import permission
from incident.actions.consequences import dead_letters
from incident.errors import Fault, Invalid
from incident.work import Work


def try_all_again(work: Work, ids: Collection[UUID] | None) -> list[UUID]:
    """The letters that are due again, in order; where `ids` is None, every dead one.

    Raises:
        NotAllowed: the caller speaks for a party.
        Invalid: one of those named is no dead letter; nothing was done.
    """
    permission.runs_the_node(work, what="try the letters of all parties again")
    rows = dead_letters.all_taken_up(work, ids)
    asked = sorted(set(ids or ()))
    if missing := sorted(set(asked) - {row.id for row in rows}):
        faults = [Fault(f"/{asked.index(each)}", "not_dead", f"{each} is not a dead notification") for each in missing]
        raise Invalid(faults, "Nothing was done: expected dead notifications, as `demarche outbox list --state dead` names them.")
    for row in rows:
        dead_letters.try_again(work, row, by="the operator of the node")
    return [row.id for row in rows]
