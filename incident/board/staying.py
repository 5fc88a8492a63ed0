"""Why an obligation stays although its agreement was ended or suspended after the case began."""

from __future__ import annotations

from incident import answers
from incident.records.agreements import acts
from incident.records.cases import Row
from incident.records.parties import directory
from incident.work import Work

_WORDS = {"end": "ended", "suspend": "suspended", "resume": "resumed"}


def stays_because(work: Work, row: Row) -> list[answers.Json]:
    """A reason for each act that came on record after the obligation of `row`, where the caller may see the agreement."""
    if row.source_kind != "agreement":
        return []
    done = acts.about_digest(work.connection, row.source_digest)
    found = [act for act in done if act.kind in _WORDS and act.recorded_at > row.created_at]
    names = {id_: party.name for id_, party in directory.by_ids(work.connection, [act.party_id for act in found]).items()}
    return [
        {
            "code": "stays", "at": answers.at(act.effective_at), "cite": None,
            "text": f"The agreement was {_WORDS[act.kind]} by {names[act.party_id]} ({act.reason}). This duty stays as it was: the case"
            " keeps the versions that bound when it began.",
        } for act in found
    ]  # fmt: skip
