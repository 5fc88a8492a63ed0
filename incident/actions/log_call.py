"""Log a call: what was said outside the node, by the word of one party."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import Heard
from incident.actions.consequences import acting, outcomes
from incident.errors import Fault, Invalid, NotFound
from incident.records import cases, obligations
from incident.records.parties import directory
from incident.work import Work


def log_call(work: Work, case_id: UUID, heard: Heard) -> answers.Json:
    """Keep with whom of which party somebody of ours spoke, when, what was said, and by what that is known. It ends nothing.

    Raises:
        NotFound, NotAllowed: the caller has no part in the case.
        Invalid: no such party or duty, or an instant in the future.
    """
    row = cases.find(work.connection, case_id)
    permission.holds_case(work, row, what="log calls")
    occurred_at = permission.not_in_the_future(work, heard.occurred_at)
    acting.widen(work, case_id)
    try:
        party = directory.by_slug(work.connection, heard.with_party or "")
    except NotFound as unknown:
        raise Invalid([Fault("/with_party", "unknown_party", f"expected the slug of a party, not {heard.with_party!r}")]) from unknown
    about = obligations.find(work.connection, heard.about) if heard.about else None
    if about is not None and about.case_id != case_id:
        raise Invalid([Fault("/about", "another_case", "expected an obligation of this incident")])
    detail = {
        "with": str(party.id), "with_party": party.slug, "with_whom": heard.with_whom, "said": heard.said, "source": heard.source,
        "proof": heard.proof,
    }  # fmt: skip
    acting.note(work, case_id, "called", obligation=about.id if about else None, occurred_at=occurred_at, detail=detail)
    return outcomes.incident(work, case_id)
