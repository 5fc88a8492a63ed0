"""Strike an affected state: it was named by mistake, and whoever was told for it is told so."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import AffectedState, Reclassify
from incident.actions.consequences import outcomes
from incident.actions.reclassify import reclassify
from incident.records import cases
from incident.work import Work


def strike_affected_state(work: Work, case_id: UUID, command: AffectedState) -> answers.Json:
    """The country is affected no more; its relay lapses unless it was done. Striking what is not named changes nothing.

    Raises:
        NotFound, NotAllowed: not the caller's to strike.
        Conflict: the case is closed.
    """
    permission.files_cases(work, cases.find(work.connection, case_id, for_update=True), what="strike an affected state")
    row = cases.find(work.connection, case_id)  # as it stands now that it is held
    if command.country not in row.affected_countries:
        return outcomes.incident(work, case_id)
    kept = tuple(each for each in row.affected_countries if each != command.country)
    return reclassify(work, case_id, Reclassify(command.reason, affected_countries=kept))
