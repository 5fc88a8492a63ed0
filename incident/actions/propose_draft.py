"""Propose what a draft version says: it becomes a version on record, which never changes."""

from __future__ import annotations

from uuid import UUID

from incident import answers, law
from incident.actions import permission, publish_agreement
from incident.actions.consequences import drafts
from incident.errors import Conflict, Fault, Invalid
from incident.records.agreements import drafts as records
from incident.records.agreements import layers
from incident.rules import terms
from incident.rules.vocabulary import vocabulary
from incident.work import Work


def propose_draft(work: Work, draft_id: UUID, *, revision: int, despite: str = "") -> answers.Json:
    """The version on record. Errors stand in the way, unless `despite` says why it is meant so; that is kept as evidence.

    They are those of the lint, and those of composing it with what else binds its parties, as far as the caller sees it.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it has another revision by now, is discarded or proposed; or as `publish_agreement`.
        Invalid: the text is no agreement; or it has errors and no reason was given, at `/despite`.
        NotAllowed: as `publish_agreement`.
    """
    permission.speaks_for(work, what="propose a version")
    row = drafts.held(work, draft_id, revision)
    agreement = terms.load(row.text)
    linted = [each for each in terms.lint(agreement, vocabulary(), law.duties(), law.versions()) if each.level == "error"]
    in_vain = [each for each in layers.in_vain(work.connection, agreement, work.now) if each.level == "error"]
    if (linted or in_vain) and not despite.strip():
        raise Invalid([Fault("/despite", "has_errors", f"{_found(len(linted), len(in_vain))}; mend them, or say why this is meant so.")])
    version, new = publish_agreement.publish_agreement(work, row.text)
    if not new:
        raise Conflict(f"{version['name']} {version['version']} says this already; it is on record.", code="on_record_already")
    if linted or in_vain:
        named = [{"code": each.code, "pointer": each.pointer} for each in linted]
        named += [{"code": each.code, "clause": each.clause, "cite": each.cite} for each in in_vain]
        work.record("agreement.proposed_despite", UUID(version["id"]), {"errors": named, "reason": despite.strip()})
    records.proposed(work.connection, row, UUID(version["id"]))
    return version


def _found(linted: int, in_vain: int) -> str:
    parts = [f"the lint finds {_errors(linted)}"] if linted else []
    parts += [f"composing it with the other layers {'' if linted else 'finds '}{_errors(in_vain)}"] if in_vain else []
    said = " and ".join(parts)
    return said[:1].upper() + said[1:]


def _errors(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"
