"""To which states a case is to be relayed: to whom there, by which clock, and how far each relay came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.records import cases, obligations, outbox
from incident.records.parties import directory
from incident.rules.case import elsewhere
from incident.work import Work

Row = sa.Row[Any]
_MET = ("met", "met_late")


def relays(work: Work, case_id: UUID) -> answers.Json:
    """`{cross_border, items}`: one item for each affected state and recipient, states in alphabetical order; what was struck comes last.

    Raises:
        NotFound: there is no such case for the caller.
    """
    row = cases.find(work.connection, case_id)
    home = directory.deployment_by_id(work.connection, row.deployment_id).jurisdiction
    case = _Relayed(work, row, elsewhere(row.affected_countries, home))
    return {"cross_border": list(case.states), "items": case.items()}


class _Relayed:
    """One case, read once."""

    def __init__(self, work: Work, row: Row, states: Sequence[str]) -> None:
        self.work, self.row, self.states = work, row, states
        found = obligations.of_case(work.connection, row.id)
        self.duties = [each for each in found if each.relay_to and each.superseded_by is None]
        self.acts = obligations.acts_about(work.connection, [each.id for each in self.duties])
        ids = {each.id for each in self.duties}
        self.notices = [each for each in outbox.of_case(work.connection, row.id) if ids.intersection(each.performs)]
        self.ways: dict[UUID, list[Row]] = {}
        for each in outbox.notifications_of_case(work.connection, row.id):
            self.ways.setdefault(each.notice_id, []).append(each)
        parties = [party for each in self.duties for party in (each.debtor, each.creditor) if party] + [n.recipient for n in self.notices]
        self.slugs = {id_: party.slug for id_, party in directory.by_ids(work.connection, parties).items()}
        self.held = outbox.withheld_of(work.connection, [each.id for each in self.notices])

    def items(self) -> list[answers.Json]:
        by_line: dict[tuple[str, UUID | None], list[Row]] = {}
        for each in self.duties:
            by_line.setdefault((each.relay_to, each.creditor), []).append(each)
        called = {state for state, _ in by_line}
        reached = {state for state, to in by_line if to is not None}
        by_line = {key: duties for key, duties in by_line.items() if key[1] or key[0] not in reached or not _taken_over(duties)}
        shown = [self._item(state, to, duties) for (state, to), duties in by_line.items()]
        shown += [self._item(state, None, []) for state in self.states if state not in called]
        shown = [each for each in shown if each["standing"] != "struck" or each["notice"]]
        return sorted(shown, key=lambda each: (each["standing"] == "struck", each["state"], each["to"] or ""))

    def _item(self, state: str, to: UUID | None, duties: list[Row]) -> answers.Json:
        ids = {each.id for each in duties}
        notices = [each for each in self.notices if ids.intersection(each.performs)]
        notice = next((each for each in reversed(notices) if each.cancelled_at is None), notices[-1] if notices else None)
        return {
            "state": state, "to": self.slugs[to] if to else None, "known_at": answers.at(self._known_at(state, duties)),
            "standing": self._standing(state, to, duties, notice), "obligations": [self._duty(each) for each in duties],
            "notice": self._notice(notice) if notice else None, "told": self._told(duties),
        }  # fmt: skip

    def _known_at(self, state: str, duties: Sequence[Row]) -> datetime:
        """Of one that was struck nobody keeps it but its duties, which began then."""
        named = self.row.affected_since.get(state)
        if named is None and state not in self.states:
            began: list[datetime] = [each.created_at for each in duties]
            return min(began) if began else self.row.filed_at
        return datetime.fromisoformat(named) if named else self.row.filed_at

    def _standing(self, state: str, to: UUID | None, duties: list[Row], notice: Row | None) -> str:
        if state not in self.states:
            return "struck"
        if not duties:
            return "not_called_for"
        if all(each.settled_as in _MET for each in duties):
            return "told_otherwise" if self._logged(duties) else "received"
        if notice is not None:
            return _of_notice(notice, self.ways.get(notice.id, []))
        if all(each.provisional for each in duties):
            return "not_binding"
        return "no_contact" if to is None else "unprepared"

    def _logged(self, duties: Iterable[Row]) -> bool:
        return any("logged" in act.detail for each in duties for act in self.acts.get(each.id, ()) if act.kind == "received")

    def _told(self, duties: Iterable[Row]) -> answers.Json | None:
        """What ended the duty: by whom, when, and how that is known."""
        done = [act for each in duties for act in self.acts.get(each.id, ()) if act.kind in ("received", "acknowledged", "sent")]
        last = max(done, key=lambda act: (act.kind != "sent", act.recorded_at), default=None)
        if last is None:
            return None
        by = last.detail.get("acknowledged_by") or last.by_name
        return {"kind": last.kind, "by": by, "occurred_at": answers.at(last.occurred_at), "proof": last.detail.get("proof")}

    def _duty(self, each: Row) -> answers.Json:
        stands = obligations.verdict_of(each, self.acts.get(each.id, ()), self.work.now)
        doubt = self.work.held(each.due_at)
        return answers.obligation(each._mapping, slugs=self.slugs, verdict=stands.value, incident_ref=self.row.ref, doubt=doubt)

    def _notice(self, each: Row) -> answers.Json:
        withheld = [{"field": row.field, "rule": row.rule, "why": row.why} for row in self.held.get(each.id, [])]
        return answers.notice(each._mapping, slugs=self.slugs, incident_ref=self.row.ref, withheld=withheld)


def _taken_over(duties: Iterable[Row]) -> bool:
    """Whether the relay to nobody ended, because somebody was registered for its state."""
    return all(each.settled_as == "lapsed" for each in duties)


def _of_notice(notice: Row, ways: Sequence[Row]) -> str:
    if notice.acknowledged_at is not None:
        return "received"
    if notice.released_at is None:
        return "held_back" if notice.cancelled_at is not None else "awaits_release" if notice.items else "nothing_may_leave"
    states = {each.state for each in ways}
    if states & {"opened", "acknowledged"} or any(each.state == "delivered" and each.kind != "inbox" for each in ways):
        return "delivered"
    if "sent" in states:
        return "sent"
    gone = bool(states) and {each.state for each in ways if each.kind != "inbox"} <= {"dead", "failed"}
    return "undelivered" if gone and "dead" in states else "released"
