"""Why an obligation stays although its agreement was ended or suspended after the case began."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from incident import answers
from incident.records.agreements import acts
from incident.records.cases import Row
from incident.records.parties import directory
from incident.work import Work

_WORDS = {"end": "ended", "suspend": "suspended", "resume": "resumed"}


def stays_because(work: Work, rows: Iterable[Row]) -> dict[UUID, list[answers.Json]]:
    """By obligation, a reason for each act that came on record after it, where the caller may see the agreement."""
    agreed = [row for row in rows if row.source_kind == "agreement"]
    done = acts.about_digests(work.connection, {row.source_digest for row in agreed}) if agreed else {}
    later = {row.id: [act for act in done.get(row.source_digest, []) if _moved_after(act, row)] for row in agreed}
    parties = {act.party_id for found in later.values() for act in found}
    names = {id_: party.name for id_, party in directory.by_ids(work.connection, parties).items()} if parties else {}
    return {id_: [_reason(act, names[act.party_id]) for act in found] for id_, found in later.items() if found}


def _moved_after(act: Row, obligation: Row) -> bool:
    return act.kind in _WORDS and act.recorded_at > obligation.created_at


def _reason(act: Row, who: str) -> answers.Json:
    text = (
        f"The agreement was {_WORDS[act.kind]} by {who} ({act.reason}). This duty stays as it was: the case keeps the versions that bound"
        " when it began."
    )
    return {"code": "stays", "text": text, "cite": None, "at": answers.at(act.effective_at)}
