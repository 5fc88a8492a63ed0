"""The one JSON shape of everything that callers are told: by the API, in stored answers, in previews, to the pages.

Values are plain: text, numbers, booleans, None, lists, dicts; instants are RFC 3339 in UTC, parties are slugs of this node.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from incident.rules.case import Deployment, elsewhere
from incident.rules.escalation.on_call import LADDER, Contact
from incident.rules.escalation.reachability import Stretch, Way
from incident.rules.escalation.rota import OLD_FEED, Rota, said
from incident.rules.legaltime import Refusal, Worked
from incident.rules.legaltime.values import Because
from incident.rules.terms import Standing
from incident.rules.two_clocks import Doubt

Json = dict[str, Any]
RELAYED = (
    "not_called_for", "no_contact", "not_binding", "unprepared", "nothing_may_leave", "awaits_release", "held_back", "released", "sent",
    "delivered", "undelivered", "received", "told_otherwise", "struck",
)  # fmt: skip
"""How far a relay came. `not_called_for`: no agreement and no law that binds asks for it."""


def at(instant: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the microsecond only where there are any."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def because(reasons: Iterable[Because]) -> list[Json]:
    """A derivation, line by line."""
    return [{"code": each.code, "text": each.text, "cite": each.cite, "at": at(each.at)} for each in reasons]


def due(found: Worked | Refusal, where: str = "") -> Json:
    """A worked case of legal time, or what is wrong with it; `where` is the pointer of the case in its document."""
    if isinstance(found, Refusal):
        first = found.faults[0]
        return {"id": found.id, "error": first.message, "code": first.code, "pointer": where + first.pointer}
    answer: Json = {
        "id": found.id,
        "due_utc": found.due_utc,
        "target_utc": found.target_utc,
        "due_local": found.due_local,
        "basis": str(found.deadline.basis),
        "ending": found.ending,
        "because": because(found.deadline.because),
    }
    return answer | {"ignored": list(found.ignored)} if found.ignored else answer


def held(row: Mapping[Any, Any], verdict: str, doubt: Doubt | None) -> Json | None:
    """What is doubted of a miss that the time says and nobody has recorded yet; else None."""
    if doubt is None or verdict != "missed" or row["settled_as"] is not None:
        return None
    return {"because": doubt.kind, "by_ms": round(doubt.by / timedelta(milliseconds=1)), "left_seconds": round(doubt.left.total_seconds())}


def obligation(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], verdict: str, incident_ref: str, doubt: Doubt | None = None) -> Json:
    """One obligation, from its row and its verdict as of now; `doubt`: why a miss of it would be held."""
    return {
        "id": str(row["id"]),
        "incident": str(row["case_id"]),
        "incident_ref": incident_ref,
        "commitment": row["commitment"],
        "title": row["title"],
        "source": _source(row),
        "owed_by": slugs[row["debtor"]],
        "owed_to": slugs[row["creditor"]] if row["creditor"] else None,
        "owed_to_role": row["owed_to_role"],
        "occurrence": row["occurrence"],
        "reading": row["reading"],
        "stage": row["stage"],
        "duty": row["spec"].get("duty") or row["commitment"],
        "started_at": at(row["started_at"]),
        "target_at": at(row["target_at"]),
        "due_at": at(row["due_at"]),
        "basis": row["basis"],
        "verdict": verdict,
        "held": held(row, verdict, doubt),
        "missed_at": at(row["missed_at"]),
        "settled_at": at(row["settled_at"]),
        "provisional": row["provisional"],
        "predicted": row["predicted"],
        "discharged_by": row["discharged_by"],
        "extendable": row["extendable"],
        "waivable": row["waivable"],
        "relay_to": row["relay_to"],
        "superseded_by": str(row["superseded_by"]) if row["superseded_by"] else None,
        "rule_version": row["rule_version"],
        "calendar_version": row["calendar_version"],
        "tzdata_version": row["tzdata_version"],
        "because": row["because"],
        **_about_its_clock(row),
    }


def _source(row: Mapping[Any, Any]) -> Json:
    return {
        "kind": row["source_kind"], "name": row["source_name"], "version": row["source_version"], "cite": row["cite"],
        "digest": row["source_digest"],
    }  # fmt: skip


def _about_its_clock(row: Mapping[Any, Any]) -> Json:
    """What its clause lets somebody do about the clock, and what was done."""
    spec = row["spec"]
    return {
        "extension": spec.get("extension") or {"by": "owed_to", "grounds": [], "most": None},
        "excuses": spec.get("excuses", []),
        "excused": spec.get("excused", []),
        "paused_at": at(row["paused_at"]),
        "paused_until": at(row["paused_until"]),
    }


def claim(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], asked: Iterable[Any], readings: Iterable[Any], incident_ref: str) -> Json:
    """One claim against a clock. `awaiting`: whose counter-signature it waits for; `readings`: the obligations that run by it. Of those
    who have answered, the ones that `slugs` names."""
    answered = {*row["agreed"], *row["refused"]}
    waits = row["ended_at"] is None
    return {
        "id": str(row["id"]),
        "incident": str(row["case_id"]),
        "incident_ref": incident_ref,
        "obligation": str(row["obligation_id"]),
        "kind": row["kind"],
        "holds": row["holds"],
        "party": slugs[row["by_party"]],
        "by": row["by_name"],
        "fact": row["fact"],
        "about": slugs[row["about"]] if row["about"] else None,
        "earliest_at": at(row["earliest_at"]),
        "latest_at": at(row["latest_at"]),
        "precision": row["precision"],
        "entered": row["entered"],
        "until": at(row["until_at"]),
        "reason": row["reason"],
        "proof": row["proof"],
        "state": row["ended_as"] or "open",
        "agreed": sorted(slugs[each] for each in row["agreed"] if each in slugs),
        "refused": sorted(slugs[each] for each in row["refused"] if each in slugs),
        "awaiting": sorted(slugs[each] for each in set(asked) - answered) if waits else [],
        "readings": [str(each) for each in readings],
        "claimed_at": at(row["claimed_at"]),
        "ended_at": at(row["ended_at"]),
    }


def notice(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], incident_ref: str, withheld: Iterable[Json] = ()) -> Json:
    """One notice. `withheld` is for the parties of the case only: a recipient is not told what it was not told."""
    return {
        "id": str(row["id"]),
        "incident": str(row["case_id"]),
        "incident_ref": incident_ref,
        "kind": row["kind"],
        "title": row["title"],
        "to": slugs[row["recipient"]],
        "tlp": row["tlp"],
        "released": row["released_at"] is not None,
        "awaiting": row["released_at"] is None and row["cancelled_at"] is None,
        "released_at": at(row["released_at"]),
        "released_by": row["released_by"],
        "pre_authorised_by": row["pre_authorised_by"],
        "cancelled_at": at(row["cancelled_at"]),
        "cancelled_because": row["cancelled_because"],
        "acknowledge_by": at(row["acknowledge_by"]),
        "acknowledged_at": at(row["acknowledged_at"]),
        "acknowledged_by": row["acknowledged_by"],
        "acknowledged_how": row.get("acknowledged_how"),
        "opened_at": at(row.get("opened_at")),
        "opened_by": row.get("opened_by"),
        "opened_how": row.get("opened_how"),
        "created_at": at(row["created_at"]),
        "obligations": [str(each) for each in row["obligations"]],
        "items": row["items"],
        "digest": row["digest"],
        "withheld": list(withheld),
    }


def ask(row: Mapping[Any, Any], *, slugs: Mapping[Any, str]) -> Json:
    """What a recipient asks of those who told it."""
    return {
        "id": str(row["id"]), "incident": str(row["case_id"]), "notice": str(row["notice_id"]), "party": slugs[row["party_id"]],
        "kind": row["kind"], "how": row["how"], "by": row["by_name"], "reason": row["reason"], "call_back": row["call_back"],
        "asked_at": at(row["asked_at"]), "answered_at": at(row["answered_at"]), "answered_by": row["answered_by"], "answer": row["answer"],
    }  # fmt: skip


def word(row: Mapping[Any, Any], *, slugs: Mapping[Any, str]) -> Json:
    """What one party (`word_of`) says that another (`party`) did."""
    return {
        "id": str(row["id"]), "incident": str(row["case_id"]), "notice": str(row["notice_id"]), "party": slugs[row["party_id"]],
        "word_of": slugs[row["said_by"]], "by": row["by_name"], "with_whom": row["with_whom"], "said": row["said"],
        "source": row["source"], "proof": row["proof"], "occurred_at": at(row["occurred_at"]), "recorded_at": at(row["recorded_at"]),
        "state": row["ended_as"] or "stands", "ended_at": at(row["ended_at"]), "ended_by": row["ended_by"],
        "ended_because": row["ended_because"],
    }  # fmt: skip


def notification(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], incident_ref: str) -> Json:
    """One notice on its way over one channel, without the address."""
    return {
        "id": str(row["id"]),
        "notice": str(row["notice_id"]) if row["notice_id"] else None,  # a test is about no notice and no case
        "incident": str(row["case_id"]) if row["case_id"] else None,
        "incident_ref": incident_ref,
        "to": slugs[row["party_id"]],
        "contact": row["contact"],
        "channel": row["kind"],
        "state": row["state"],
        "attempts": row["attempt"],
        "next_try_at": at(row["look_at"]) if row["state"] == "pending" else None,
        "created_at": at(row["created_at"]),
        "sent_at": at(row["sent_at"]),
        "delivered_at": at(row["delivered_at"]),
        "state_at": at(row["state_at"]),
        "cause": row["cause"],
        "last_error": row["last_error"],
    }


def incident(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], deployment: str, home: str) -> Json:
    """The matter itself, without what hangs on it. `home` is the deployment's country."""
    return {
        "id": str(row["id"]),
        "incident_ref": row["ref"],
        "reference": row["reference"],
        "summary": row["summary"],
        "severity": row["severity"],
        "tlp": row["tlp"],
        "stage": row["stage"],
        "status": row["status"],
        "closed_as": row["closed_as"],
        "duplicate_of": str(row["duplicate_of"]) if row["duplicate_of"] else None,
        "exercise": row["exercise"],
        "affected_countries": list(row["affected_countries"]),
        "cross_border": list(elsewhere(row["affected_countries"], home)),
        "filed_by": slugs[row["filed_by"]],
        "operator": slugs[row["operator_id"]],
        "deployment": deployment,
        "mandate": row["mandate"],
        "filed_at": at(row["filed_at"]),
    }


def deployment(given: Deployment) -> Json:
    """A deployment, its parties by slug."""
    return {
        "slug": given.slug,
        "name": given.name,
        "operator": given.operator.slug,
        "suppliers": [each.slug for each in given.suppliers],
        "jurisdiction": given.jurisdiction,
        "zone": given.operator.zone,
        "system": {"name": given.system, "version": given.system_version, "models": list(given.models)},
        "data_may_live": list(given.data_may_live),
    }


def agreement(row: Mapping[Any, Any], *, slugs: Mapping[Any, str], standing: Mapping[Any, Standing], now: datetime) -> Json:
    """One version of an agreement: who is party to it, by id, and how it stands for each at `now`."""
    states = {slugs[party]: each.state(now) for party, each in standing.items()}
    bound = [party for party, state in states.items() if state in ("in_force", "provisional")]
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "version": row["version"],
        "title": row["title"],
        "digest": row["digest"],
        "published_by": slugs[row["published_by"]],
        "published_at": at(row["published_at"]),
        "in_force_from": at(row["in_force_from"]),
        "in_force_until": at(row["in_force_until"]),
        "in_force": len(bound) > 1 and row["in_force_from"] <= now,
        "parties": sorted(states),
        "awaiting": sorted(party for party, state in states.items() if state == "proposed"),
        "states": {party: states[party] for party in sorted(states)},
    }


def standing(slug: str, found: Standing, now: datetime) -> Json:
    """How a version stands for one of its parties."""
    return {
        "party": slug, "state": found.state(now), "signed_at": at(found.signed_at), "in_force_from": at(found.in_force_from),
        "in_force_until": at(found.in_force_until), "provisional_from": at(found.provisional_from), "reserved": sorted(found.reserved),
        "suspended": [{"from": at(since), "until": at(until)} for since, until in found.suspended],
    }  # fmt: skip


def agreement_act(row: Mapping[Any, Any], slug: str) -> Json:
    """One signed act about a version, with its envelope."""
    return {
        "id": str(row["id"]), "kind": row["kind"], "party": slug, "effective_at": at(row["effective_at"]), "reserved": row["reserved"],
        "reason": row["reason"], "officer": row["officer"], "key": row["key"], "statement": row["digest"], "previous": row["previous"],
        "issued_at": at(row["issued_at"]), "recorded_at": at(row["recorded_at"]), "envelope": row["envelope"],
        "public_key": base64.b64encode(row["public_key"]).decode("ascii"),
    }  # fmt: skip


def signing_key(row: Mapping[Any, Any], slug: str) -> Json:
    """A public key by which a party signs."""
    return {
        "fingerprint": row["fingerprint"], "party": slug, "name": row["name"],
        "public_key": base64.b64encode(row["public_key"]).decode("ascii"), "added_by": row["added_by"], "added_at": at(row["added_at"]),
        "revoked_at": at(row["revoked_at"]), "revoked_by": row["revoked_by"], "revoked_because": row["revoked_because"],
    }  # fmt: skip


def agreement_draft(row: Mapping[Any, Any]) -> Json:
    """A draft version, with its text where the row has it. `undoable`: the text of the revision before can be brought back."""
    head = {
        "id": str(row["id"]), "name": row["name"], "revision": row["revision"],
        "based_on": str(row["based_on"]) if row["based_on"] else None, "created_at": at(row["created_at"]),
        "created_by": row["created_by"], "changed_at": at(row["changed_at"]), "changed_by": row["changed_by"],
        "discarded_at": at(row["discarded_at"]), "proposed_as": str(row["proposed_as"]) if row["proposed_as"] else None,
    }  # fmt: skip
    return head if "text" not in row else {**head, "text": row["text"], "undoable": row["text_before"] is not None}


def gap(each: Stretch) -> Json:
    """A stretch of time in which nobody of a party can be reached, and why."""
    return {
        "since": at(each.since),
        "until": at(each.until),
        "contact": each.contact,
        "why": each.why,
        "text": _NOT_REACHED[each.why or ""],
    }


def rota(kept: Mapping[Any, Any] | None, plan: Rota, now: datetime, ahead: Iterable[Stretch], ways: Mapping[Contact, Way]) -> Json:
    """A party's rota with `plan`, its windows and turns, and `ahead`, the stretches of the time to come; `kept` is its row, if any."""
    found = list(ahead)
    return {
        "windows": [said(each) for each in plan.windows],
        "turns": [{"contact": each.contact, "since": at(each.since), "until": at(each.until), "said": each.said} for each in plan.turns],
        "calendar": _calendar_of(kept, now) if kept is not None and kept["feed"] else None,
        "on_call": plan.named(now) or "duty_desk", "named": plan.named(now) is not None,
        "ahead": [{"since": at(each.since), "until": at(each.until), "contact": each.contact, "why": each.why} for each in found],
        "unreachable": [gap(each) for each in found if each.why],
        "unproven": [each for each in LADDER if ways.get(each) == "unproven"],
        "changed_at": at(kept["changed_at"]) if kept else None, "changed_by": kept["changed_by"] if kept else None,
    }  # fmt: skip


def _calendar_of(kept: Mapping[Any, Any], now: datetime) -> Json:
    read_at = kept["fetched_at"]
    return {
        "kind": kept["feed"], "url": kept["feed_url"], "mapping": kept["mapping"], "set_at": at(kept["set_at"]),
        "read_at": at(read_at), "tried_at": at(kept["tried_at"]), "trouble": kept["trouble"], "until": at(kept["horizon_at"]),
        "old": now - (read_at or kept["set_at"]) > OLD_FEED, "unmatched": kept["unmatched"],
    }  # fmt: skip


_NOT_REACHED: Mapping[str, str] = {
    "no_window": "no window and no turn names anybody; the duty desk is rung, and nobody promised to answer",
    "no_channel": "no channel of whoever is on call, nor of anybody above, is in use",
    "only_inbox": "only the inbox is in use, which rouses nobody",
    "failing": "every channel in use failed when it was last tried",
}


def finding(row: Mapping[Any, Any], *, title: str, incident_ref: str | None) -> Json:
    """What the audit found; `seen_by` and `seen_at` are the first of the caller's party who said so, `last_found_at` the audit's."""
    return {
        "id": str(row["id"]), "kind": row["kind"], "title": title, "incident": str(row["case_id"]) if row["case_id"] else None,
        "incident_ref": incident_ref, "what": row["what"], "to_do": row["to_do"], "since": at(row["since"]),
        "last_found_at": at(row["seen_at"]), "times": row["times"], "gone_at": at(row["gone_at"]), "seen_by": row["by_name"],
        "seen_at": at(row["looked_at"]),
    }  # fmt: skip
