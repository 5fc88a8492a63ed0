"""Propose what a draft version says: it becomes a version on record, which never changes."""

from __future__ import annotations

from uuid import UUID

from incident import answers, law
from incident.actions import permission, publish_agreement
from incident.actions.consequences import drafts
from incident.errors import Conflict, Fault, Invalid
from incident.records.agreements import drafts as records
from incident.rules import terms
from incident.rules.vocabulary import vocabulary
from incident.work import Work


def propose_draft(work: Work, draft_id: UUID, *, revision: int, despite: str = "") -> answers.Json:
    """The version on record. Errors of the lint stand in the way, unless `despite` says why it is meant so; that is kept as evidence.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it has another revision by now, is discarded or proposed; or as `publish_agreement`.
        Invalid: the text is no agreement; or it has errors and no reason was given, at `/despite`.
        NotAllowed: as `publish_agreement`.
    """
    permission.speaks_for(work, what="propose a version")
    row = drafts.held(work, draft_id, revision)
    errors = [each for each in _findings(row.text) if each.level == "error"]
    if errors and not despite.strip():
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        raise Invalid([Fault("/despite", "has_errors", f"The lint finds {count}; mend them, or say why this is meant so.")])
    version, new = publish_agreement.publish_agreement(work, row.text)
    if not new:
        raise Conflict(f"{version['name']} {version['version']} says this already; it is on record.", code="on_record_already")
    if errors:
        named = [{"code": each.code, "pointer": each.pointer} for each in errors]
        work.record("agreement.proposed_despite", UUID(version["id"]), {"errors": named, "reason": despite.strip()})
    records.proposed(work.connection, row, UUID(version["id"]))
    return version


def _findings(text: str) -> tuple[terms.Finding, ...]:
    return terms.lint(terms.load(text), vocabulary(), law.duties())
