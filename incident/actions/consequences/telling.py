"""Notices that follow from what happened: misses, reminders, escalations, corrections. Only to those who were told before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers, canonical, db
from incident.ids import new_id
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.outbox.sending import Sent
from incident.records.outbox.tables import notice
from incident.records.parties import directory
from incident.rules.planning import FIRST, STATED
from incident.work import Work


def tell(
    work: Work,
    incident: Row,
    recipients: Iterable[UUID],
    *,
    kind: str,
    title: str,
    effect: str,
    about: Iterable[UUID] = (),
    contact: str = "duty_desk",
    extra: Mapping[str, Any] | None = None,
    channels: Collection[str] = ("webhook", "email", "inbox"),
    rule: str,
    late_since: datetime | None = None,
) -> int:
    """A short notice to each recipient: the reference, the label and `extra`, nothing of the incident's content. Once per `effect`.

    `late_since`: since when it ought to have been told, where that is late because of us; then it is gathered with what else is late.
    """
    written = _written(
        work, incident, recipients, kind=kind, title=title, effect=effect, about=about, contact=contact, extra=extra, channels=channels,
        rule=rule, late_since=late_since,
    )  # fmt: skip
    return _tell(work, written)


def _written(
    work: Work,
    incident: Row,
    recipients: Iterable[UUID],
    *,
    kind: str,
    title: str,
    effect: str,
    about: Iterable[UUID] = (),
    contact: str = "duty_desk",
    extra: Mapping[str, Any] | None = None,
    channels: Collection[str] = ("webhook", "email", "inbox"),
    rule: str,
    late_since: datetime | None = None,
) -> list[dict[str, Any]]:
    """The notices that `tell` tells."""
    items = {
        "incident_ref": incident.ref, "severity": incident.severity, "tlp": incident.tlp,
        **({"exercise": True} if incident.exercise else {}), **(extra or {}),
        **({"late_because_of_us_since": answers.at(late_since)} if late_since else {}),
    }  # fmt: skip
    common = {
        "case_id": incident.id, "kind": kind, "title": title, "obligations": list(about), "performs": [], "items": items,
        "digest": canonical.digest(items), "tlp": incident.tlp, "contact": contact, "channels": list(channels), "pre_authorised_by": rule,
        "created_at": work.now, "released_at": work.now, "released_by": rule, "late_since": late_since,
    }  # fmt: skip
    return [
        {"id": new_id(), "recipient": recipient, "effect_key": f"{effect}:{recipient}:{contact}", **common}
        for recipient in sorted(set(recipients))
    ]


def _tell(work: Work, written: Iterable[Mapping[str, Any]]) -> int:
    """Release these notices, in one statement; those whose effect was there before are not told again."""
    once = {row["effect_key"]: row for row in written}
    new = db.put_once(work.connection, notice, list(once.values()), key="effect_key")
    for key, row in once.items():
        if key in new:
            _record(work, row)
    work.wake("route")
    return len(new)


def _record(work: Work, row: Mapping[str, Any]) -> None:
    said = {"notice": str(row["id"]), "to": str(row["recipient"]), "kind": row["kind"], "digest": row["digest"]}
    work.record("notice.told", row["case_id"], said)


def dead_letter(work: Work, case_id: UUID, row: Sent, reason: str) -> None:
    """Tell the filer's liaison that nobody was reached; where it is the filer that was not, in its inbox, which needs no way."""
    incident = cases.find(work.connection, case_id)
    party = directory.by_ids(work.connection, [row.party_id])[row.party_id]
    ways = ["inbox"] if row.party_id == incident.filed_by else ["webhook", "email", "inbox"]
    tell(
        work, incident, [incident.filed_by], kind="escalation", title=f"Could not be delivered to {party.name}", effect=f"dead:{row.id}",
        extra={"channel": row.kind, "contact": row.contact, "reason": reason}, channels=ways,
        rule="The filer is told of a dead letter",
    )  # fmt: skip


def still_trying(work: Work, case_id: UUID, row: Sent, reason: str) -> None:
    """Tell the filer's liaison, once, of a letter that does not get through and has no other way, while there is time to telephone."""
    incident = cases.find(work.connection, case_id)
    if row.party_id == incident.filed_by:
        return  # it would be told the same way
    party = directory.by_ids(work.connection, [row.party_id])[row.party_id]
    tell(
        work, incident, [incident.filed_by], kind="escalation", title=f"Not delivered yet to {party.name}, and there is no other way",
        effect=f"trying:{row.id}", extra={"channel": row.kind, "contact": row.contact, "reason": reason},
        rule="The filer is told of what has only one way and does not get through",
    )  # fmt: skip


def unreachable(work: Work, row: Row) -> None:
    """Tell the filer's liaison, once of each party in a case, that a notice lies in its inbox alone and rouses nobody."""
    incident = cases.find(work.connection, row.case_id)
    if row.recipient == incident.filed_by:
        return  # it would be told by the very inbox
    party = directory.by_ids(work.connection, [row.recipient])[row.recipient]
    title = f"Nobody can be reached at {party.name}: no channel but its inbox is in use"
    tell(
        work, incident, [incident.filed_by], kind="escalation", title=title, effect=f"unreachable:{incident.id}:{party.id}",
        extra={"party": party.uri}, rule="The filer is told whom a notice cannot rouse",
    )  # fmt: skip


def stuck(work: Work, case_id: UUID, obligation_id: UUID, reason: str) -> None:
    """Tell the filer's liaison that this node cannot look at a clock, so that somebody does."""
    incident = cases.find(work.connection, case_id)
    tell(
        work, incident, [incident.filed_by], kind="escalation", title="A clock that has to be looked at by hand",
        effect=f"stuck:{obligation_id}", about=[obligation_id], extra={"reason": reason}, rule="A fault of this node is a person's to mend",
    )  # fmt: skip
    work.record("obligation.stuck", case_id, {"obligation": str(obligation_id), "reason": reason})


def disabled(work: Work, case_id: UUID, row: Sent, reason: str) -> None:
    """Tell a party in its inbox that its channel is used no more, and the filer's liaison that it is so."""
    incident = cases.find(work.connection, case_id)
    party = directory.by_ids(work.connection, [row.party_id])[row.party_id]
    common: dict[str, Any] = {
        "kind": "escalation", "effect": f"disabled:{row.id}", "extra": {"channel": row.kind, "contact": row.contact, "reason": reason},
        "rule": "A channel that is no longer used is said to its party and to the filer",
    }  # fmt: skip
    tell(work, incident, [row.party_id], title=f"Your {row.kind} is no longer used", channels=["inbox"], **common)
    if row.party_id != incident.filed_by:
        tell(work, incident, [incident.filed_by], title=f"The {row.kind} of {party.name} is no longer used", **common)


def knows(work: Work, incident: Row, row: Row, party: UUID | None) -> bool:
    """Whether `party` sees the case or was told of this obligation by a notice that was released."""
    if party is None:
        return False
    if party in (incident.filed_by, incident.operator_id):
        return True
    return outbox.was_told(work.connection, party, incident.id, row.id)


def missed(work: Work, row: Row, following: Iterable[Row] = (), *, late_since: datetime | None = None) -> None:
    """Tell the filer's liaison, and those of debtor and creditor who know of the duty, that it was missed and what follows."""
    following = list(following)
    incident = cases.find(work.connection, row.case_id)
    recipients = {incident.filed_by} | {party for party in (row.debtor, row.creditor) if knows(work, incident, row, party)}
    debtor = directory.by_ids(work.connection, [row.debtor])[row.debtor]
    tell(
        work, incident, recipients, kind="missed", title=f"Missed: {_named(row)}, owed by {debtor.name}", effect=f"missed:{row.id}",
        about=[row.id, *(each.id for each in following)],
        extra={**dated(row), **({"follows": _following(work, following)} if following else {})},
        rule="A miss is said to those who know of the duty", late_since=late_since,
    )  # fmt: skip


def comes_again(work: Work, case_id: UUID, added: Iterable[UUID]) -> None:
    """Tell debtor and creditor of a duty that has come again, if they were told of it before: what one does not see one cannot do."""
    new = set(added)
    if not new:
        return
    incident, rows = cases.find(work.connection, case_id), obligations.of_case(work.connection, case_id)
    in_place = {row.superseded_by for row in rows}
    for row in rows:
        if row.id not in new - in_place or row.occurrence == FIRST:
            continue
        before = [each for each in rows if _clause(each) == _clause(row) and each.id not in new]
        inside = (incident.filed_by, incident.operator_id)
        told = {who for who in (row.debtor, row.creditor) if who not in inside and any(knows(work, incident, each, who) for each in before)}
        tell(
            work, incident, told, kind="again", title=f"Comes again: {row.title}", effect=f"again:{row.id}", about=[row.id],
            extra=dated(row), rule="A duty that comes again is told to those who were told of it before",
        )  # fmt: skip


def _clause(row: Row) -> tuple[object, ...]:
    return (row.source_name, row.commitment, row.debtor, row.creditor)


def granted(work: Work, row: Row, *, kind: str, title: str, cause: UUID, extra: Mapping[str, Any]) -> None:
    """Tell those who know of the duty, but whoever did it, that its clock was paused or resumed, or that it was excused."""
    incident = cases.find(work.connection, row.case_id)
    told = {incident.filed_by} | {party for party in (row.debtor, row.creditor) if knows(work, incident, row, party)}
    tell(
        work, incident, told - {work.actor.party}, kind=kind, title=title, effect=f"{kind}:{cause}", about=[row.id],
        extra={**dated(row), **extra},
        rule="What is granted about a duty is said to those who know of it",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reminder:
    """A step that reminds of an obligation, or escalates it: of which case, to which contact of the debtor.

    `late_since` as in `tell`; `overtaken`: by a miss, which the filer's liaison hears of instead.
    """

    incident: Row
    row: Row
    step: str
    contact: str
    kind: str
    late_since: datetime | None = None
    overtaken: bool = False


def remind(work: Work, reminders: Sequence[Reminder]) -> None:
    """Each to the debtor, if it knows of the duty; the filer's liaison is told of escalations. The notices are left to be written.

    The cases are held, and the obligations are read as by `obligations.looked_at`.
    """
    written = {
        row["effect_key"]: row for each in reminders for row in _reminding(work, each) if row["effect_key"] not in each.row.said_before
    }
    work.leave({notice: list(written.values())})
    for row in written.values():
        _record(work, row)
    work.wake("route")


def _reminding(work: Work, each: Reminder) -> list[dict[str, Any]]:
    incident, row = each.incident, each.row
    knows = row.debtor in (incident.filed_by, incident.operator_id) or row.debtor_heard
    word = "Escalation" if each.kind == "escalation" else "Reminder"
    common: dict[str, Any] = {
        "kind": each.kind, "title": f"{word}: {_named(row)}", "effect": f"{each.step}:{row.id}", "about": [row.id], "extra": dated(row),
        "rule": f"{word} of a duty that was told before", "late_since": each.late_since,
    }  # fmt: skip
    debtors = [row.debtor] if knows and row.debtor is not None else []
    written = _written(work, incident, debtors, contact=each.contact, **common)
    if each.kind == "escalation" and incident.filed_by != row.debtor and not each.overtaken:
        written += _written(work, incident, [incident.filed_by], contact="duty_desk", **common)
    return written


def correct(work: Work, incident: Row, *, cause: UUID, title: str, extra: Mapping[str, Any]) -> int:
    """A correction to everyone who was told anything of the case."""
    told = {
        each.recipient
        for each in outbox.of_case(work.connection, incident.id)
        if each.released_at is not None and each.routed_at is not None
    }
    told |= {incident.operator_id} - {incident.filed_by} if told else set()
    return tell(
        work, incident, told - {work.actor.party}, kind="correction", title=title, effect=f"correction:{cause}", extra=extra,
        rule="Everyone who was told is told of the correction",
    )  # fmt: skip


def withdraw(work: Work, case_id: UUID, because: str) -> list[UUID]:
    """Cancel every notice of the case that has not left: awaiting release, or released and not yet sent."""
    return withdraw_these(work, case_id, [each.id for each in outbox.of_case(work.connection, case_id)], because)


def withdraw_these(work: Work, case_id: UUID, notices: Iterable[UUID], because: str) -> list[UUID]:
    """Of these notices of the case, cancel those that have not left."""
    wanted = set(notices)
    found = [each for each in outbox.of_case(work.connection, case_id) if each.id in wanted]
    waiting = [each.id for each in found if each.cancelled_at is None and not _left(work, each)]
    outbox.cancel(work.connection, waiting, because, work.now)
    if waiting:
        work.record("notices.cancelled", case_id, {"notices": [str(each) for each in waiting], "because": because})
    return waiting


def _left(work: Work, each: Row) -> bool:
    if each.acknowledged_at is not None:
        return True
    if each.released_at is None or each.routed_at is None:
        return False
    if each.gathering_id is not None:  # carried in the message that says what was late
        return True
    states = work.connection.execute(
        sa.text("select count(*) from demarche.notification where notice_id = :n and state not in ('pending', 'withheld', 'cancelled')"),
        {"n": each.id},
    ).scalar()
    return bool(states)


def names(work: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The slugs of these parties."""
    return {id_: party.slug for id_, party in directory.by_ids(work.connection, ids).items()}


def _following(work: Work, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Parties by URI: a notice is read on other nodes too."""
    found = list(rows)
    parties = directory.by_ids(work.connection, [each.debtor for each in found])
    return [{"duty": each.title, "owed_by": parties[each.debtor].uri, "due_at": answers.at(each.due_at)} for each in found]


def dated(row: Row) -> dict[str, Any]:
    """What a short notice says of a duty; of a reading that is disputed, also whose it is."""
    said = {"duty": row.title, "cite": row.cite, "target_at": answers.at(row.target_at), "due_at": answers.at(row.due_at)}
    whose = [line["text"] for line in row.because if line["code"] == "reading"] if row.reading != STATED else []
    return said | ({"reading": whose[0]} if whose else {})


def _named(row: Row) -> str:
    return str(row.title) if row.reading == STATED else f"{row.title} (in a reading that is disputed)"
