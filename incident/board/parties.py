"""The directory, the caller's own desk, and what a report form needs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.reach.signatures import endpoint_key, public_key_text
from incident.records.parties import channels as records
from incident.records.parties import directory
from incident.records.parties.tables import api_key
from incident.rules.escalation.reachability import PROVEN_FOR, is_failing
from incident.rules.vocabulary import vocabulary
from incident.work import Work


def parties(work: Work) -> dict[str, answers.Json]:
    """Every party of the node by slug: name, kind, jurisdiction, zone, URI."""
    return {
        each.slug: {"uri": each.uri, "name": each.name, "kind": each.kind, "jurisdiction": each.jurisdiction, "zone": each.zone}
        for each in directory.everybody(work.connection)
    }


def deployments(work: Work) -> list[answers.Json]:
    """Every deployment that the caller has a part in."""
    return [answers.deployment(each) for each in directory.deployments(work.connection)]


def channels(work: Work) -> list[answers.Json]:
    """How the caller's contacts are reached; secrets are never shown again."""
    if work.actor.party is None:
        return []
    return [
        {
            "contact": each.contact, "name": each.contact_name, "kind": each.kind, "address": each.address,
            "disabled_at": answers.at(each.disabled_at), "disabled_because": each.disabled_because,
            "changed_at": answers.at(each.changed_at), **channel_shows(each, work.now), **_key(work, each.kind, each.id),
        }
        for each in records.of_party(work.connection, work.actor.party)
    ]  # fmt: skip


def channel_shows(each: records.Channel, now: datetime) -> answers.Json:
    """What a channel has shown of itself; `verification` is `never`, `long_ago` or `current`, `failing`: it failed since it last worked."""
    last = each.verified_at
    return {
        "verified_at": answers.at(last), "verified_how": each.verified_how, "taken_at": answers.at(each.taken_at),
        "failed_at": answers.at(each.failed_at), "failed_because": each.failed_because,
        "verification": "never" if last is None else "long_ago" if now - last > PROVEN_FOR else "current",
        "failing": is_failing(each.failed_at, last, each.taken_at),
    }  # fmt: skip


def keys(work: Work) -> list[answers.Json]:
    """The caller's own API keys, newest first, without what would let anybody in."""
    rows = work.connection.execute(
        sa.select(api_key).where(api_key.c.party_id == work.actor.party).order_by(api_key.c.created_at.desc(), api_key.c.id)
    )
    return [{"name": row.name, "prefix": row.prefix, "created_at": row.created_at, "revoked_at": row.revoked_at} for row in rows]


def me(work: Work) -> answers.Json:
    """Who the caller is."""
    party = directory.by_slug(work.connection, work.actor.slug)
    return {
        "party": party.slug, "uri": party.uri, "name": party.name, "kind": party.kind, "jurisdiction": party.jurisdiction,
        "zone": party.zone, "as": work.actor.name, "means": work.actor.means,
    }  # fmt: skip


def report_form(work: Work) -> answers.Json:
    """The deployments that the caller may file for, and the facts it may state, each with its question."""
    facts = [
        {"name": name, "type": each.type, "domain": list(each.domain), "question": each.question, "kind": each.kind}
        for name, each in vocabulary().items()
    ]
    return {"deployments": deployments(work), "facts": facts}


def _key(work: Work, kind: str, id_: UUID) -> dict[str, str]:
    if kind != "webhook" or work.node.key is None:
        return {}
    return {"public_key": public_key_text(endpoint_key(work.node.key, id_))}
