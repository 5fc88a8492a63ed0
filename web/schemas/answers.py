"""What is answered, described for the OpenAPI document. The values themselves come from `incident.answers` and the board."""

from __future__ import annotations

from typing import Any, Final

from incident.answers import RELAYED
from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.commitment import GROUNDS
from incident.rules.escalation.states import STATES
from web.schemas.acts import ENDINGS
from web.schemas.queries import VERDICTS

Shape = dict[str, Any]

TEXT: Final[Shape] = {"type": "string"}
MAYBE_TEXT: Final[Shape] = {"type": ["string", "null"]}
FLAG: Final[Shape] = {"type": "boolean"}
WHOLE: Final[Shape] = {"type": "integer"}
MAYBE_WHOLE: Final[Shape] = {"type": ["integer", "null"]}
ID: Final[Shape] = {"type": "string", "format": "uuid"}
MAYBE_ID: Final[Shape] = {"type": ["string", "null"], "format": "uuid"}
AT: Final[Shape] = {"type": "string", "format": "date-time"}
MAYBE_AT: Final[Shape] = {"type": ["string", "null"], "format": "date-time"}
TEXTS: Final[Shape] = {"type": "array", "items": TEXT}
IDS: Final[Shape] = {"type": "array", "items": ID}
ANYTHING: Final[Shape] = {}
STANDINGS: Final = ("proposed", "signed", "in_force", "provisional", "suspended", "ended")
FREE: Final[Shape] = {"type": "object"}
COUNTRIES: Final[Shape] = {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2}$"}}


def ref(name: str) -> Shape:
    """The component of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(name: str) -> Shape:
    """A list of them."""
    return {"type": "array", "items": ref(name)}


def words(*allowed: str) -> Shape:
    """One of these."""
    return {"type": "string", "enum": list(allowed)}


def whole(properties: Shape, *, optional: tuple[str, ...] = (), about: str = "") -> Shape:
    """An object of exactly these members, all present but the optional ones."""
    made: Shape = {"type": "object", "properties": properties, "required": [name for name in properties if name not in optional]}
    return {**made, "additionalProperties": False, **({"description": about} if about else {})}


def page_of(name: str) -> Shape:
    """A page of a list."""
    return whole(
        {"items": many(name), "next_changed_since": TEXT},
        about="`Link: <…>; rel=next` leads to the next page; `next_changed_since` is the `changed_since` of a later request.",
    )


def items_of(name: str) -> Shape:
    """A list that is given whole."""
    return whole({"items": many(name)})


_REASON = whole({"code": TEXT, "text": TEXT, "cite": MAYBE_TEXT, "at": MAYBE_AT}, about="One line of a derivation.")
_SOURCE = whole({"kind": words("agreement", "regime", "planning"), "name": TEXT, "version": TEXT, "cite": TEXT, "digest": TEXT})
_PERIOD = whole({"n": WHOLE, "unit": TEXT, "rule": TEXT, "at": MAYBE_TEXT, "options": {"type": "object"}})
_MAYBE_PERIOD = {"anyOf": [ref("Period"), {"type": "null"}]}
_SIDE = words("owed_by", "owed_to", "both")
_EXTENSION = whole({"by": _SIDE, "grounds": TEXTS, "most": _MAYBE_PERIOD}, about="Who may extend where `extendable` names a clause.")
_EXCUSE = whole({"kind": words("pause", "excuse"), "ground": words(*GROUNDS), "by": _SIDE, "cite": TEXT, "most": _MAYBE_PERIOD})
_EXCUSED: Shape = {
    "kind": words("excused", "prohibited"), "ground": words(*GROUNDS), "clause": TEXT, "provision": MAYBE_TEXT, "reason": TEXT,
    "by": words("owed_by", "owed_to"), "by_name": TEXT, "logged_for_debtor": FLAG, "at": AT,
}  # fmt: skip
_LOOK = whole(
    {"step": TEXT, "look_at": AT, "fired_at": AT, "late_seconds": {"type": "number"}, "text": TEXT},
    about="When a step of its timer was to be looked at and when this node did, in its own transaction's time.",
)
_HELD = {
    "anyOf": [whole({"because": words("apart", "leapt"), "by_ms": WHOLE, "left_seconds": WHOLE}), {"type": "null"}],
    "description": "The instant has passed by the database's clock, and this process's clocks leave that in doubt: the miss is not on "
    "record and is looked at again, within a minute. Null: nothing is held.",
}
_OBLIGATION: Shape = {
    "id": ID, "incident": ID, "incident_ref": TEXT, "commitment": TEXT, "title": TEXT, "source": ref("Source"), "owed_by": TEXT,
    "owed_to": MAYBE_TEXT, "owed_to_role": TEXT, "occurrence": TEXT, "reading": TEXT, "stage": MAYBE_TEXT, "started_at": MAYBE_AT,
    "target_at": MAYBE_AT, "due_at": MAYBE_AT, "basis": MAYBE_TEXT, "verdict": words(*VERDICTS), "held": _HELD, "missed_at": MAYBE_AT,
    "settled_at": MAYBE_AT, "provisional": FLAG, "predicted": FLAG, "discharged_by": TEXT, "extendable": MAYBE_TEXT,
    "waivable": MAYBE_TEXT, "extension": _EXTENSION, "excuses": {"type": "array", "items": _EXCUSE}, "excused": many("Excused"),
    "paused_at": MAYBE_AT, "paused_until": MAYBE_AT,
    "relay_to": {**MAYBE_TEXT, "description": "The affected state that it tells of the incident."},
    "superseded_by": MAYBE_ID, "rule_version": MAYBE_TEXT, "calendar_version": MAYBE_TEXT,
    "tzdata_version": MAYBE_TEXT, "because": many("Reason"), "acts": many("Act"),
    "duty": {**TEXT, "description": "The duty that its clause is about; clauses of several layers about one duty each keep their own."},
    "earliest_of": {**MAYBE_WHOLE, "description": "Of how many clauses about its duty it is its debtor's first due; else null."},
    "looks": many("Look"),
    "inputs": {**FREE, "description": "What its instants were computed from, enough to compute them again."},
}  # fmt: skip
_HOW: Shape = {
    "enum": ["session", "api", "link", "verbal", None],
    "description": "Through which door it was said; null: not at all, or not kept.",
}
_NOTICE: Shape = {
    "id": ID, "incident": ID, "incident_ref": TEXT, "kind": TEXT, "title": TEXT, "to": TEXT, "tlp": words(*TLP), "released": FLAG,
    "awaiting": FLAG, "released_at": MAYBE_AT, "released_by": MAYBE_TEXT, "pre_authorised_by": MAYBE_TEXT, "cancelled_at": MAYBE_AT,
    "cancelled_because": MAYBE_TEXT, "acknowledge_by": MAYBE_AT, "acknowledged_at": MAYBE_AT, "acknowledged_by": MAYBE_TEXT,
    "acknowledged_how": _HOW, "opened_at": MAYBE_AT, "opened_by": MAYBE_TEXT, "opened_how": _HOW, "created_at": AT, "obligations": IDS,
    "items": FREE, "digest": TEXT, "withheld": many("Withheld"), "duties": many("Obligation"), "asks": many("Ask"), "words": many("Word"),
}  # fmt: skip
_NOTIFICATION: Shape = {
    "id": ID, "notice": ID, "incident": ID, "incident_ref": TEXT, "to": TEXT, "contact": TEXT, "channel": TEXT,
    "state": words(*STATES), "attempts": WHOLE, "next_try_at": MAYBE_AT, "created_at": AT, "sent_at": MAYBE_AT, "delivered_at": MAYBE_AT,
    "state_at": {**AT, "description": "Since when it is in that state."},
    "cause": {**TEXT, "description": "Why it is in that state, in words; empty where that goes without saying."}, "last_error": MAYBE_TEXT,
}  # fmt: skip
_INCIDENT: Shape = {
    "id": ID, "incident_ref": TEXT, "reference": TEXT, "summary": TEXT, "severity": words(*SEVERITIES), "tlp": words(*TLP),
    "stage": words(*STAGES), "status": words("open", "closed"), "closed_as": {"enum": [*ENDINGS, None]}, "duplicate_of": MAYBE_ID,
    "exercise": FLAG, "affected_countries": COUNTRIES,
    "cross_border": {**COUNTRIES, "description": "The affected countries beside the deployment's own."},
    "filed_by": TEXT, "operator": TEXT, "deployment": TEXT, "mandate": MAYBE_TEXT,
    "filed_at": AT,
}  # fmt: skip
_RELAY: Shape = {
    "state": TEXT, "to": {**MAYBE_TEXT, "description": "Whom it is owed to; null where nobody is registered there."}, "known_at": AT,
    "standing": words(*RELAYED), "obligations": many("Obligation"), "notice": {"anyOf": [ref("Notice"), {"type": "null"}]},
    "told": {"anyOf": [whole({"kind": TEXT, "by": TEXT, "occurred_at": AT, "proof": ANYTHING}), {"type": "null"}]},
}  # fmt: skip
_AGREEMENT: Shape = {
    "id": ID, "name": TEXT, "version": TEXT, "title": TEXT, "digest": TEXT, "published_by": TEXT, "published_at": AT,
    "in_force_from": AT, "in_force_until": MAYBE_AT, "in_force": FLAG, "parties": TEXTS, "awaiting": TEXTS,
    "states": {"type": "object", "additionalProperties": words(*STANDINGS)},
}  # fmt: skip
_STANDING: Shape = {
    "party": TEXT, "state": words(*STANDINGS), "signed_at": MAYBE_AT, "in_force_from": MAYBE_AT, "in_force_until": MAYBE_AT,
    "provisional_from": MAYBE_AT, "reserved": TEXTS, "suspended": {"type": "array", "items": whole({"from": AT, "until": MAYBE_AT})},
}  # fmt: skip
_TRANSCRIPTION: Shape = {"of": TEXT, "text_digest": TEXT, "source": TEXT, "certified_by": TEXT, "certified_on": TEXT}
_AGREEMENT_ACT: Shape = {
    "id": ID, "kind": words("sign", "suspend", "resume", "end"), "party": TEXT, "effective_at": MAYBE_AT, "reserved": TEXTS, "reason": TEXT,
    "officer": MAYBE_TEXT, "key": TEXT, "public_key": TEXT, "statement": TEXT, "previous": MAYBE_TEXT, "issued_at": AT, "recorded_at": AT,
    "envelope": FREE,
}  # fmt: skip
_SIGNING_KEY: Shape = {
    "fingerprint": TEXT, "party": TEXT, "name": TEXT, "public_key": TEXT, "added_by": TEXT, "added_at": AT, "revoked_at": MAYBE_AT,
    "revoked_by": MAYBE_TEXT, "revoked_because": MAYBE_TEXT,
}  # fmt: skip
_DRAFT: Shape = {
    "id": ID, "name": TEXT, "revision": WHOLE, "based_on": MAYBE_ID, "created_at": AT, "created_by": TEXT, "changed_at": AT,
    "changed_by": TEXT, "discarded_at": MAYBE_AT, "proposed_as": MAYBE_ID,
}  # fmt: skip
_CLAUSE = whole({"id": TEXT, "title": TEXT, "cite": TEXT, "text": TEXT})
_CHANGE: Shape = {
    "kind": words("added", "removed", "changed"), "clause": TEXT, "cite": TEXT, "title": TEXT, "aspect": TEXT, "before": TEXT,
    "after": TEXT, "effect": words("stronger", "weaker", "different", "same"),
    "gains": MAYBE_TEXT, "loses": MAYBE_TEXT, "because": TEXT, "text": TEXT,
}  # fmt: skip
_COMPARED = whole({"id": ID, "name": TEXT, "version": TEXT, "title": TEXT, "digest": TEXT})
_COUNTS = whole({"stronger": WHOLE, "weaker": WHOLE, "different": WHOLE, "same": WHOLE})
_ACCEPTANCE = whole({"party": TEXT, "at": MAYBE_AT, "by": MAYBE_TEXT})
_DEPLOYMENT: Shape = {
    "slug": TEXT, "name": TEXT, "operator": TEXT, "suppliers": TEXTS, "jurisdiction": TEXT, "zone": TEXT,
    "system": whole({"name": TEXT, "version": TEXT, "models": TEXTS}), "data_may_live": COUNTRIES,
}  # fmt: skip
_CASE_FACT: Shape = {
    "id": ID, "name": TEXT, "value": {"type": ["boolean", "integer", "string", "null"]}, "earliest_at": MAYBE_AT, "latest_at": MAYBE_AT,
    "precision": MAYBE_TEXT, "entered": MAYBE_TEXT, "zone": MAYBE_TEXT, "fold": {"type": ["integer", "null"]}, "about": TEXT,
    "said_by": TEXT, "recorded_at": AT, "superseded": FLAG,
}  # fmt: skip
_ACT: Shape = {
    "id": ID, "obligation": MAYBE_ID, "notice": MAYBE_ID, "kind": TEXT, "party": TEXT, "by": TEXT, "occurred_at": AT, "recorded_at": AT,
    "source": MAYBE_TEXT, "proof": ANYTHING, "word_of": MAYBE_TEXT, "detail": FREE,
}  # fmt: skip
_ASK: Shape = {
    "id": ID, "incident": ID, "notice": ID, "party": TEXT, "kind": words("not_ours", "human"), "how": words("session", "api", "link"),
    "by": TEXT, "reason": TEXT, "call_back": MAYBE_TEXT, "asked_at": AT, "answered_at": MAYBE_AT, "answered_by": MAYBE_TEXT,
    "answer": MAYBE_TEXT,
}  # fmt: skip
_WORD: Shape = {
    "id": ID, "incident": ID, "notice": ID, "party": TEXT, "word_of": TEXT, "by": TEXT, "with_whom": TEXT, "said": TEXT, "source": TEXT,
    "proof": ANYTHING, "occurred_at": AT, "recorded_at": AT,
    "state": words("stands", "co_signed", "disputed", "taken_back", "overtaken"), "ended_at": MAYBE_AT, "ended_by": MAYBE_TEXT,
    "ended_because": MAYBE_TEXT,
}  # fmt: skip
_CLAIM: Shape = {
    "id": ID, "incident": ID, "incident_ref": TEXT, "obligation": ID, "kind": words("start", "more_time", "waiver"), "holds": FLAG,
    "party": TEXT, "by": TEXT, "fact": MAYBE_TEXT, "about": MAYBE_TEXT, "earliest_at": MAYBE_AT, "latest_at": MAYBE_AT,
    "precision": MAYBE_TEXT, "entered": MAYBE_TEXT, "until": MAYBE_AT, "reason": TEXT, "proof": ANYTHING,
    "state": words("open", "agreed", "refused", "withdrawn", "said"), "agreed": TEXTS, "refused": TEXTS, "awaiting": TEXTS,
    "readings": {**IDS, "description": "The obligations that run because of it, each with its own verdict."},
    "claimed_at": AT, "ended_at": MAYBE_AT,
}  # fmt: skip
_ENTRY: Shape = {
    "seq": WHOLE, "kind": TEXT, "at": AT, "actor": TEXT, "by": MAYBE_TEXT, "text": TEXT, "hash": TEXT, "erased": FLAG,
    "payload": {"type": ["object", "null"]},
}  # fmt: skip
_CASE: Shape = {
    "incident": ref("Incident"), "deployment": ref("Deployment"), "obligations": many("Obligation"), "notices": many("Notice"),
    "notifications": many("Notification"), "facts": many("CaseFact"), "claims": many("Claim"), "acts": many("Act"),
    "asks": many("Ask"), "words": many("Word"),
    "reports": {"type": "array", "items": whole({
        "id": ID, "stage": TEXT, "revision": WHOLE, "reference": TEXT, "body": FREE, "recorded_at": AT, "recorded_by": TEXT})},
    "can": {"type": "object", "additionalProperties": FLAG},
}  # fmt: skip
_MAYBE_ARMED = {"anyOf": [ref("Armed"), {"type": "null"}]}
_CITED = {"type": "array", "items": whole({"text": TEXT, "cite": TEXT})}
_STAGE: Shape = {
    "id": TEXT, "filed_as": TEXT, "title": TEXT, "cite": TEXT, "note": TEXT, "kind": TEXT, "owed_by": TEXT, "owed_to": MAYBE_TEXT,
    "addressed_to": TEXT, "when": {"type": ["object", "null"]},
    "anchors": {"type": "array", "items": whole({"kind": TEXT, "name": TEXT, "of": MAYBE_TEXT})}, "combine": TEXT,
    "period": _MAYBE_PERIOD, "period_cite": MAYBE_TEXT, "also": TEXT, "plan_for": _MAYBE_PERIOD, "plan_for_cite": MAYBE_TEXT,
    "repeats": MAYBE_TEXT, "counting": whole({"zone_of": TEXT, "calendar_of": TEXT, "category": TEXT}), "basis": TEXT,
    "discharged_by": TEXT, "discharge_cite": TEXT, "content": TEXTS, "evidence": TEXT,
    "unarmed_because": MAYBE_TEXT, "armed": _MAYBE_ARMED,
}  # fmt: skip
_STATUS_OF_LAW = whole({
    "state": TEXT, "since": MAYBE_TEXT, "until": MAYBE_TEXT, "planning_from": MAYBE_TEXT, "cite": TEXT, "note": TEXT, "evidence": TEXT,
    "template": MAYBE_TEXT,
})  # fmt: skip
_REGIME: Shape = {
    "id": TEXT, "name": TEXT, "version": TEXT, "digest": TEXT, "jurisdiction": TEXT, "citation": TEXT, "overlay_of": MAYBE_TEXT,
    "countries": TEXTS, "status": _STATUS_OF_LAW,
    "unarmed_because": MAYBE_TEXT, "armed": _MAYBE_ARMED, "trigger": whole({"cite": TEXT, "note": TEXT}), "thresholds": _CITED,
    "stages": many("RegimeStage"), "excuses": {"type": "array", "items": whole({"type": TEXT, "text": TEXT, "cite": TEXT})},
    "relations": {"type": "array", "items": whole({"to": TEXT, "type": TEXT, "cite": TEXT, "evidence": TEXT, "takes_effect": FLAG})},
    "duties": _CITED, "notes": TEXTS, "confidence": TEXT, "evidence": TEXT, "evidence_detail": TEXT, "source": TEXT,
}  # fmt: skip
_ARMING: Shape = {
    "id": ID, "regime": TEXT, "stage": MAYBE_TEXT, "source": TEXT, "binds_from": TEXT, "armed_by": TEXT, "armed_at": AT,
}  # fmt: skip
_THRICE = {"anyOf": [whole({"utc": AT, "local": AT, "recipient": AT, "says": TEXT}), {"type": "null"}]}
_STAGE_DUE: Shape = {
    "id": TEXT, "title": TEXT, "cite": TEXT, "kind": TEXT, "owed_by": TEXT, "owed_to": TEXT, "applies": {"type": ["boolean", "null"]},
    "unknown": TEXTS, "predicted": FLAG, "basis": TEXT, "armed_needed": FLAG, "unarmed_because": MAYBE_TEXT, "period": _MAYBE_PERIOD,
    "period_cite": MAYBE_TEXT, "also": TEXT, "note": TEXT, "started_at": MAYBE_AT, "target": _THRICE, "due": _THRICE,
    "error": MAYBE_TEXT, "because": many("Reason"),
}  # fmt: skip
_REGIME_DUE: Shape = {
    "regime": TEXT, "name": TEXT, "version": TEXT, "citation": TEXT, "jurisdiction_of_law": TEXT, "on": MAYBE_TEXT,
    "status": _STATUS_OF_LAW, "standing": {"enum": ["not", "planning", "template", "binding", None]}, "standing_says": TEXT,
    "in_its_place": TEXTS,
    "unarmed_because": MAYBE_TEXT, "zone": TEXT, "jurisdiction": TEXT, "calendar": TEXT, "recipient_zone": TEXT,
    "recipient_calendar": TEXT, "not_asked": TEXTS, "tzdata_version": TEXT, "stages": many("StageDue"),
}  # fmt: skip
_CASE_DUE: Shape = {
    "id": TEXT, "due_utc": TEXT, "target_utc": TEXT, "due_local": TEXT, "basis": TEXT, "ending": words("limit", "last_day", "opening"),
    "because": many("Reason"), "ignored": TEXTS,
}  # fmt: skip
_TRIED_CLOCK: Shape = {
    "commitment": TEXT, "title": TEXT, "source": ref("Source"), "owed_by": TEXT, "owed_to": MAYBE_TEXT, "occurrence": TEXT,
    "reading": TEXT, "change": words("same", "added", "gone", "earlier", "later", "other"),
    "then": ref("TriedInstant"), "before": ref("TriedInstant"), "duty": TEXT, "earliest_of": MAYBE_WHOLE,
}  # fmt: skip
_TRIED_INSTANT: Shape = {
    "started_at": MAYBE_AT, "target_at": MAYBE_AT, "due_at": MAYBE_AT, "provisional": FLAG, "predicted": FLAG, "verdict": words(*VERDICTS),
    "acts": words("own", "like", "none"), "late": FLAG, "untested": FLAG, "because": many("Reason"),
}  # fmt: skip
_TRIED_NOTICE: Shape = {
    "to": TEXT, "change": words("same", "added", "gone", "other"), "fields": TEXTS, "then": ref("TriedDraft"), "before": ref("TriedDraft"),
    "items": {"type": ["object", "null"]},
}  # fmt: skip
_TRIED_DRAFT: Shape = {
    "title": TEXT, "pre_authorised_by": MAYBE_TEXT, "sees": TEXTS, "digest": TEXT, "withheld": many("Withheld"),
}  # fmt: skip
_TRIED_CONFLICT: Shape = {
    "code": words("not_planned", "nothing_leaves", "must_contain", "must_not_transfer"), "source": TEXT, "commitment": TEXT, "cite": TEXT,
    "to": MAYBE_TEXT, "why": TEXT, "new": FLAG,
}  # fmt: skip
_NAMED_VERSION: Shape = {"name": TEXT, "version": TEXT, "digest": TEXT}
_TRIED_CASE: Shape = {
    "incident": MAYBE_ID, "incident_ref": MAYBE_TEXT, "reference": TEXT, "deployment": TEXT, "filed_at": AT,
    "in_place_of": {"type": "array", "items": whole(_NAMED_VERSION)}, "unchanged": WHOLE, "off_record": WHOLE,
    "conflicts": {"type": "array", "items": whole(_TRIED_CONFLICT)}, "clocks": many("TriedClock"), "notices": many("TriedNotice"),
}  # fmt: skip
_PLAYED: Shape = {
    "id": TEXT, "title": TEXT, "step": TEXT, "aware_at": AT, "by": words("own", "invented"),
    "cast": {"type": "array", "items": whole({
        "party": TEXT, "plays": MAYBE_TEXT,
        "part": words("operator", "supplier", "home_cert", "affected_cert", "authority", "named", "none"),
        "how": words("itself", "known", "by_name", "in_order", "left_over")})},
}  # fmt: skip
_TYPICAL_CASE: Shape = {
    "id": TEXT, "title": TEXT, "purpose": TEXT, "severity": TEXT, "tlp": TEXT, "stage": TEXT, "exercise": FLAG, "summary": TEXT,
    "affected_countries": TEXTS, "needs": TEXTS, "countries": TEXTS, "weekday": WHOLE, "clock": TEXT, "zone": TEXT, "aware_at": AT,
    "deployment": TEXT, "operator": TEXT, "suppliers": TEXTS, "filed_by": TEXT,
}  # fmt: skip
_SPECIMEN: Shape = {
    "id": TEXT, "title": TEXT, "about": TEXT, "layer": TEXT, "version": TEXT, "digest": TEXT, "parties": TEXTS, "clauses": WHOLE,
}  # fmt: skip
_SIMULATION: Shape = {
    "agreement": whole({**_NAMED_VERSION, "title": TEXT}), "beside": {"type": "array", "items": whole(_NAMED_VERSION)},
    "total": WHOLE, "next": MAYBE_ID,
    "summary": whole({
        "cases": WHOLE, "different": WHOLE,
        "clocks": whole(dict.fromkeys(("same", "added", "gone", "earlier", "later", "other"), WHOLE)),
        "notices": whole(dict.fromkeys(("same", "added", "gone", "other"), WHOLE)),
        "late": WHOLE, "late_before": WHOLE, "untested": WHOLE, "conflicts": WHOLE, "off_record": WHOLE}),
    "cases": many("TriedCase"),
}  # fmt: skip
_FACT_TYPE: Shape = {
    "name": TEXT, "type": words("boolean", "enum", "integer", "instant", "country", "countries"), "kind": TEXT,
    "domain": {"type": "array", "items": {"type": ["boolean", "string", "null"]}}, "question": TEXT, "expected": TEXT,
}  # fmt: skip
_CALENDAR: Shape = {
    "id": TEXT, "title": TEXT, "jurisdiction": MAYBE_TEXT, "subdivision": MAYBE_TEXT, "category": MAYBE_TEXT, "year": WHOLE,
    "weekend": TEXTS, "version": TEXT, "covered_from": MAYBE_WHOLE, "published_until": MAYBE_WHOLE, "computed_until": MAYBE_WHOLE,
    "source": TEXT, "evidence": TEXT, "doubts": TEXTS, "notes": TEXTS, "closed": many("ClosedDay"),
}  # fmt: skip

COMPONENTS: Final[dict[str, Shape]] = {
    "Reason": _REASON,
    "Source": _SOURCE,
    "Obligation": whole(
        _OBLIGATION,
        optional=("acts", "inputs", "earliest_of", "looks"),
        about="A commitment applied to one case, one debtor, one creditor.",
    ),
    "Look": _LOOK,
    "Excused": whole(_EXCUSED, optional=("logged_for_debtor",), about="What stands beside the verdict, which it never changes."),
    "Claim": whole(_CLAIM, about="What one party says against a clock; state `said`: the facts say it themselves now."),
    "Notice": whole(_NOTICE, optional=("duties", "asks", "words"), about="What one party may be told, frozen."),
    "Ask": whole(_ASK, about="What a recipient asks of the filer's liaison. It ends nothing."),
    "Word": whole(_WORD, about="What one party says that another did: that it acknowledged a notice."),
    "Withheld": whole({"field": TEXT, "rule": TEXT, "why": TEXT}),
    "Notification": whole({**_NOTIFICATION, "notice": MAYBE_ID, "incident": MAYBE_ID}, about="A notice on its way over one channel."),
    "DeadLetter": whole({
        **_NOTIFICATION, "title": TEXT, "ways": many("Way"),
        "left": {"type": "array", "items": whole({"contact": TEXT, "channel": TEXT}), "description": "The ways that were not taken yet."}},
        about="A notification for which no way is left by itself."),
    "Way": whole({"contact": TEXT, "channel": TEXT, "state": words(*STATES), "cause": TEXT}),
    "Incident": whole(_INCIDENT),
    "Relay": whole(_RELAY, about="What is to be told to one affected state, and how far it came."),
    "Relays": whole({"cross_border": COUNTRIES, "items": many("Relay")}),
    "CaseFact": whole(_CASE_FACT),
    "Act": whole(_ACT, about="`word_of`: by whose word alone it is known; null for what the node saw, or both sides said."),
    "Entry": whole(_ENTRY, about="One entry of the evidence of a case."),
    "Case": whole(_CASE),
    "Acted": whole({"incident": ref("Incident"), "obligations": many("Obligation")}),
    "Filed": whole({
        "incident": ID, "incident_ref": TEXT, "reference": TEXT, "stage": words(*STAGES), "exercise": FLAG,
        "obligations": many("Obligation"), "notices": many("Notice")}),
    "Agreement": whole(_AGREEMENT),
    "Clause": _CLAUSE,
    "Acceptance": _ACCEPTANCE,
    "AgreementInFull": whole({
        **_AGREEMENT, "clauses": many("Clause"), "acceptances": many("Acceptance"), "text": TEXT, "zone": TEXT,
        "standing": many("PartyStanding"),
        "transcription": {"anyOf": [whole(_TRANSCRIPTION), {"type": "null"}]}}),
    "PartyStanding": whole(_STANDING, about="How a version stands for one party; `proposed` until it has signed."),
    "AgreementAct": whole(_AGREEMENT_ACT, about="A signed act about a version. `envelope` is the DSSE envelope as it was signed."),
    "AgreementBundle": whole({
        "format": TEXT, "name": TEXT, "version": TEXT, "digest": TEXT, "text": TEXT, "acts": {"type": "array", "items": FREE},
        "node": whole({"name": TEXT, "public_key": TEXT}), "keys": {"type": "array", "items": FREE}}),
    "SigningKey": whole(_SIGNING_KEY, about="A public Ed25519 key by which a party signs; `public_key` is base64 of its 32 bytes."),
    "Change": whole(_CHANGE, about="One difference of two versions, in words; `clause` is empty for the document itself."),
    "AgreementDiff": whole({"old": _COMPARED, "new": _COMPARED, "counts": _COUNTS, "changes": many("Change")}),
    "AgreementDraft": whole(_DRAFT, about="A version that is being written; its party's own business, and no agreement yet."),
    "AgreementDraftInFull": whole({**_DRAFT, "text": TEXT, "undoable": FLAG}),
    "Simulation": whole(_SIMULATION, about="What a version would do, beside the versions in force. `next` is the `after` of what follows."),
    "TypicalCase": whole(_TYPICAL_CASE, about="Invented. `weekday` 0 is Monday; with `clock` and `zone` it gives `aware_at`."),
    "Specimen": whole(_SPECIMEN, about="A document to start from; `about` says in a sentence what it is."),
    "SpecimenInFull": whole({**_SPECIMEN, "text": TEXT}),
    "TriedCase": whole(
        {**_TRIED_CASE, "typical": whole(_PLAYED)}, optional=("typical",),
        about="`off_record`: on how many obligations the plan in force and the record disagree."),
    "TriedClock": whole(_TRIED_CLOCK, about="Under the version (`then`) and under those in force (`before`)."),
    "TriedInstant": {
        **whole(_TRIED_INSTANT, optional=("because",)), "type": ["object", "null"],
        "description": "`acts`: whose acts the verdict rests on; `untested`: the instant has passed, and nobody owed it then."},
    "TriedNotice": whole(_TRIED_NOTICE, optional=("items",), about="`fields`: those that differ."),
    "TriedDraft": {**whole(_TRIED_DRAFT), "type": ["object", "null"]},
    "Deployment": whole(_DEPLOYMENT),
    "Party": whole({"slug": TEXT, "uri": TEXT, "name": TEXT, "kind": TEXT, "jurisdiction": TEXT, "zone": TEXT}),
    "Me": whole({"party": TEXT, "uri": TEXT, "name": TEXT, "kind": TEXT, "jurisdiction": TEXT, "zone": TEXT, "as": TEXT, "means": TEXT}),
    "Period": _PERIOD,
    "RegimeStage": whole(_STAGE),
    "Regime": whole(_REGIME),
    "Armed": whole({"id": ID, "source": TEXT, "binds_from": TEXT, "armed_by": TEXT, "armed_at": AT}),
    "Arming": whole(_ARMING, about="What an officer armed of the catalogue, and by which source."),
    "Disarming": whole({"id": ID, "regime": TEXT, "stage": MAYBE_TEXT, "because": TEXT, "withdrawn_at": AT}),
    "StageDue": whole(_STAGE_DUE, about="A stage for what is supposed; no instant where there is no number, or nothing starts it."),
    "RegimeDue": whole(_REGIME_DUE, about="A law for what is supposed, stage by stage."),
    "CaseDue": whole(_CASE_DUE, optional=("ignored",), about="A worked case. `due_local` has no offset; a day ends at its 24:00."),
    "CaseRefused": whole({"id": TEXT, "error": TEXT, "code": TEXT, "pointer": TEXT}, about="A case that cannot be worked."),
    "CalendarsOf": whole({"code": TEXT, "name": TEXT, "categories": TEXTS, "subdivisions": TEXTS}, about="Of one country."),
    "Calendar": whole(_CALENDAR, about="One year of a calendar. `notes` says where the year lies outside what is published or known."),
    "ClosedDay": whole({"on": {"type": "string", "format": "date"}, "weekday": TEXT, "name": MAYBE_TEXT, "weekend": FLAG}),
    "FactType": whole(_FACT_TYPE),
    "Vocabulary": whole({"facts": many("FactType"), "severity": TEXTS, "tlp": TEXTS, "stage": TEXTS, "verdict": TEXTS}),
    "Problem": {
        **whole({
            "type": TEXT, "title": TEXT, "status": WHOLE, "code": TEXT, "detail": TEXT, "request": TEXT,
            "errors": {"type": "array", "items": whole({"pointer": TEXT, "code": TEXT, "message": TEXT})},
        }, optional=("detail", "errors", "request")),
        "description": "A refusal (RFC 9457). `code` is stable; `errors` names every bad field by JSON pointer.",
    },
}  # fmt: skip
