"""Name one more affected state: the duty to relay to it begins now, and nothing else of the case changes."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import AffectedState, Reclassify
from incident.actions.consequences import outcomes
from incident.actions.reclassify import reclassify
from incident.records import cases
from incident.work import Work


def name_affected_state(work: Work, case_id: UUID, command: AffectedState) -> answers.Json:
    """The country is affected too, as from now; naming it again changes nothing.

    Raises:
        NotFound, NotAllowed: not the caller's to name.
        Conflict: the case is closed.
    """
    permission.files_cases(work, cases.find(work.connection, case_id, for_update=True), what="name an affected state")
    row = cases.find(work.connection, case_id)  # as it stands now that it is held
    if command.country in row.affected_countries:
        return outcomes.incident(work, case_id)
    return reclassify(work, case_id, Reclassify(command.reason, affected_countries=(*row.affected_countries, command.country)))
