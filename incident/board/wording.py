"""Evidence in words: one sentence per kind of entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS = {
    "report.filed": "Report filed: {stage}, revision {revision}.",
    "obligations.planned": "{obligations} obligations planned.",
    "notices.frozen": "{notices} notices frozen.",
    "notices.gathered": "{notices} notices that were late because of this node were carried in one message.",
    "notice.told": "A short notice ({kind}) was released.",
    "notice.released": "A notice was released by an officer.",
    "notice.held": "A notice was held back: {reason}",
    "notices.cancelled": "{notices} notices that had not left were cancelled: {because}",
    "case.replanned": "Planned again ({why}): {added} new, {redated} dated anew, {superseded} superseded, {lapsed} lapsed.",
    "verdict": "Verdict: {to}.",
    "notification.delivered": "Delivered to {to} by {channel}.",
    "notification.sent": "Sent to {to} by {channel}: a carrier took it.",
    "notification.failed": "Given up by {channel} to {to}: {reason} It goes to {instead} in its place.",
    "notification.dead": "Could not be delivered to {to} by {channel}: {reason}",
    "notification.unreachable": "Nobody could be reached at {to}: no channel of the {contact} is in use.",
    "notification.channel_appeared": "{to} has a channel now: the notice that lay in its inbox alone is sent to the {contact} too.",
    "act.contact_registered": "Planned again: {why}.",
    "notification.moved_up": "The {contact} of {to} has no channel in use; the {told} is told in its place.",
    "obligation.stuck": "This node could not look at a clock: {reason}",
    "notification.sent_another_way": "What had been given up to {to} goes to the {instead} now.",
    "act.told_by_call": "Told by telephone ({with_whom}, {with_party}), by the word of {word_of} alone: {said}",
    "notification.retried": "What had been given up is tried again.",
    "key.created": "The API key {name} was made.",
    "key.revoked": "The API key {prefix}… was revoked.",
    "channel.set": "The {kind} channel was set to {address}.",
    "channel.verified": "A test over the {kind} channel arrived, says its desk.",
    "rota.set": "The rota was set: {windows} weekly windows of who is on call.",
    "rota.calendar_set": "The calendar of who is on call was set: from {source}.",
    "rota.calendar_read": "The calendar of who is on call was read: {turns} turns.",
    "rota.calendar_failed": "The calendar of who is on call could not be read, and what was read before stays: {reason}",
    "rota.calendar_dropped": "The calendar of who is on call was taken away, with its turns.",
    "channel.disabled": "The {kind} channel was put out of use: {reason}",
    "person.signed_in": "Somebody signed in.",
    "person.signed_out": "Somebody signed out.",
    "deployment.registered": "The deployment {slug} was registered: run by {operator}, with {suppliers} suppliers.",
    "regime.armed": "{regime} was armed.",
    "regime.disarmed": "{regime} was disarmed.",
    "agreement.published": "{name} {version} was put on record.",
    "agreement.proposed_despite": "Proposed in spite of {errors} errors: {reason}",
    "agreement.signed": "Signed, by the key {key}.",
    "agreement.suspended": "Suspended, by the key {key}: {reason}",
    "agreement.resumed": "The suspension was taken back, by the key {key}: {reason}",
    "agreement.ended": "Ended, by the key {key}: {reason}",
    "agreement.superseded": "Version {by_version} takes its place from {from}.",
    "signing_key.added": "The signing key “{name}” was registered: {fingerprint}.",
    "signing_key.revoked": "The signing key {fingerprint} was revoked: {reason}",
    "clock.anomaly": "A clock was set ({of}): it moved by {by_ms} ms against the one that nobody sets.",
    "finding.seen": "A finding was seen: {kind}.",
    "evidence.erased": "An entry's content was erased.",
    "act.acknowledged": "Acknowledged by {by_name}.",
    "act.notice_acknowledged": "Notice acknowledged by {by_name}: receipt only, neither awareness nor admission.",
    "act.opened": "Notice opened by {by_name}.",
    "act.acknowledged_by_word": "Acknowledged on the telephone by {with_whom}, by the word of one party alone: {said}",
    "act.word_disputed": "Disputed by {by_name}: {reason}",
    "act.word_taken_back": "An acknowledgement by word was taken back by {by_name}: {reason}",
    "act.said_not_ours": "Not theirs, says {by_name}: {reason}",
    "act.asked_for_a_human": "A call is asked for by {by_name}: {reason}",
    "act.answered": "Answered: {answer}",
    "act.nudged": "Nudged.",
    "act.called": "Call with {with_whom} ({with_party}): {said}",
    "links.revoked": "The links of a notice were revoked: {links}.",
    "act.confirmed": "Receipt confirmed by {by_name}.",
    "act.submitted": "Submitted by {by_name}.",
    "act.sent": "Handed over.",
    "act.received": "Received.",
    "act.extended": "More time was granted.",
    "act.waived": "Waived.",
    "act.paused": "Paused under {clause}: {reason}",
    "act.resumed": "Runs again: {reason}",
    "act.excused": "Excused under {clause}: {reason}",
    "act.prohibited": "May not be performed, under {clause}: {reason}",
    "act.missed": "Missed.",
    "act.redated": "Dated anew.",
    "act.superseded": "Superseded by a correction.",
    "act.lapsed": "Lapsed.",
    "act.revived": "Runs again.",
    "act.met_elsewhere": "Met elsewhere.",
    "act.stays": "Stays although the case was closed.",
    "act.closed": "The case was closed.",
    "act.reopened": "The case was reopened.",
    "act.reclassified": "The case was reclassified.",
    "act.claimed": "Claimed against a clock by {by_name}: {reason}",
    "act.claim_agreed": "A claim about a clock was agreed by {by_name}.",
    "act.claim_refused": "A claim about a clock was refused by {by_name}: {reason}",
    "act.claim_withdrawn": "A claim about a clock was withdrawn by {by_name}: {reason}",
    "act.claim_ended": "A claim about a clock ended: the facts say now what it said.",
    "act.reminded": "A reminder was due.",
    "act.gone_silent": "Acknowledged by {acknowledged_by}, and nothing more for {after}: the ladder begins anew.",
    "act.escalated": "Escalated to the {contact}.",
}

_CONTACTS = ("contact", "told")
"""What names a contact of a party."""


def sentence(kind: str, said: dict[str, Any] | None, names: Mapping[str, str] | None = None) -> str:
    """What an entry says, for people; the kind itself where there are no words for it, and a note where it was erased.

    `names` gives the name of a party by its id.
    """
    if said is None:
        return "This entry's content was erased; its place in the chain stands."
    known = names or {}
    values = {
        key: len(value) if isinstance(value, list) else known.get(str(value), value)
        for key, value in {**said, **said.get("detail", {})}.items()
    }
    values |= {key: str(values[key]).replace("_", " ") for key in _CONTACTS if key in values}
    try:
        return WORDS[kind].format_map(values)
    except KeyError:
        return kind.replace("act.", "").replace("_", " ").replace(".", " ").capitalize() + "."
