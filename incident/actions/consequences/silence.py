"""An acknowledgement that nothing follows: after the time that the clause allows, its ladder begins anew, once for each silence.

The verdict stays: that it was acknowledged in time is a fact, and what is asked for now is somebody who goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from incident import answers
from incident.actions.consequences import acting, telling
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.records.obligations.tables import timer
from incident.rules.escalation import climbed, contact_of, numbered
from incident.work import Work

FELL_SILENT = "gone_silent"
_LOOK, _PREFIX = "silence", "silent"
_OF_THE_NODE = frozenset({
    "missed", "reminded", "escalated", "sent", "received", "redated", "superseded", "lapsed", "revived", "met_elsewhere", "stays",
    "opened", FELL_SILENT,
})  # fmt: skip
"""Acts that say what became of something, and that nobody went on with it."""


def is_about_it(step: str) -> bool:
    """Whether a step of a timer looks for silence, or climbs the ladder because of it."""
    return step == _LOOK or step.startswith(f"{_PREFIX}_")


def arm(work: Work, rows: Iterable[Row]) -> None:
    """Look for silence after the newest acknowledgement of each of these obligations of one open case; harmless to repeat."""
    asked = [row for row in rows if allowing.silent_after(row.spec) and row.settled_as in ("met", "met_late")]
    if not asked or cases.find(work.connection, asked[0].case_id).status != "open":
        return
    acts = obligations.acts_of_case(work.connection, asked[0].case_id)
    for row in asked:
        given = _acknowledged(row, acts)
        if given is None or _noticed(row, given, acts) or _goes_on(work, row, given, acts):
            continue
        _put(work, row, {_LOOK: given.recorded_at + (allowing.silent_after(row.spec) or timedelta())})


def look(work: Work, row: Row, due_steps: Collection[str]) -> None:
    """Say that nothing followed an acknowledgement, if so, and climb the rungs that are due; looking again changes nothing."""
    if not due_steps or row.superseded_by is not None or cases.find(work.connection, row.case_id).status != "open":
        return
    acts = obligations.acts_of_case(work.connection, row.case_id)
    given = _acknowledged(row, acts)
    if given is None or _goes_on(work, row, given, acts):
        return
    if _noticed(row, given, acts):
        steps = [step for step in due_steps if step != _LOOK]
    else:  # a rung that is due without it belongs to a silence that was ended by this acknowledgement
        steps = _begin_anew(work, row, given) if _LOOK in due_steps else []
    newest = {contact_of(step): step for step in sorted(steps, key=_number)}
    for step in newest.values():
        _climb(work, row, given, step)


def _begin_anew(work: Work, row: Row, given: Row) -> list[str]:
    """Note the silence with its cause, and begin the ladder with it from its first rung on; the steps that are due by now."""
    after = allowing.silent_after(row.spec) or timedelta()
    because = {"acknowledged_by": given.by_name, "acknowledged_at": given.recorded_at, "after": _span(after), "of": _whose(row)}
    acting.note(work, row.case_id, "gone_silent", obligation=row.id, by="node", detail=because)
    rungs = climbed(allowing.ladder(row.spec), allowing.again(row.spec))
    first = max(rung.before for rung in rungs)
    looks = {name: given.recorded_at + after + first - rung.before for name, rung in numbered(rungs, _PREFIX)}
    work.connection.execute(sa.delete(timer).where(timer.c.obligation_id == row.id, timer.c.step.startswith(f"{_PREFIX}_")))
    _put(work, row, {name: look_at for name, look_at in looks.items() if look_at > work.now})
    return [name for name, look_at in looks.items() if look_at <= work.now]


def _climb(work: Work, row: Row, given: Row, step: str) -> None:
    """Tell the contact of the debtor; where one acknowledged for all, of everybody for whom it did."""
    contact, incident = contact_of(step), cases.find(work.connection, row.case_id)
    acting.note(
        work, row.case_id, "escalated", obligation=row.id, by="node", detail={"step": step, "contact": contact, "because": FELL_SILENT}
    )
    for each in _members(work, row):
        if telling.knows(work, incident, each, each.debtor):
            telling.tell(
                work, incident, [each.debtor], kind="escalation", title=f"No answer since it was acknowledged: {each.title}",
                effect=f"{step}:{each.id}:{answers.at(given.recorded_at)}", about=[each.id], contact=contact,
                extra={**telling.dated(each), "acknowledged_at": answers.at(given.recorded_at), "acknowledged_by": given.by_name},
                rule="The clause asks again whoever acknowledged and did nothing more",
            )  # fmt: skip


def _members(work: Work, row: Row) -> list[Row]:
    if not row.group_key:
        return [row]
    rows = obligations.of_case(work.connection, row.case_id)
    return [each for each in rows if each.group_key == row.group_key and each.reading == row.reading and each.superseded_by is None]


def _acknowledged(row: Row, acts: Iterable[Row]) -> Row | None:
    """The newest acknowledgement: of the obligation itself, or of a notice by its debtor since then."""
    first = [each for each in acts if each.obligation_id == row.id and each.kind == "acknowledged"]
    since = [each for each in acts if each.kind == "notice_acknowledged" and each.by_party == row.debtor]
    return max([*first, *(each for each in since if first)], key=lambda each: (each.recorded_at, each.position), default=None)


def _goes_on(work: Work, row: Row, given: Row, acts: Iterable[Row]) -> bool:
    """Whether somebody for whom it was acknowledged did anything in the case since."""
    debtors = {each.debtor for each in _members(work, row)}
    later = [each for each in acts if each.recorded_at > given.recorded_at and each.kind not in _OF_THE_NODE]
    logged = [each.obligation_id for each in later if each.obligation_id and each.detail.get("logged_for_debtor")]
    owed = {each.debtor for each in obligations.by_ids(work.connection, logged)} if logged else set()
    return bool(debtors & (owed | {each.by_party for each in later}))


def _noticed(row: Row, given: Row, acts: Iterable[Row]) -> bool:
    """By whose and when, not by ids: an obligation that stands in place of another has copies of its acts."""
    marks = [(each.detail.get("of"), each.detail.get("acknowledged_at")) for each in acts if each.kind == FELL_SILENT]
    return (_whose(row), answers.at(given.recorded_at)) in marks


def _whose(row: Row) -> str:
    return f"{row.commitment}:{row.debtor}"


def _put(work: Work, row: Row, looks: dict[str, datetime]) -> None:
    values: list[dict[str, Any]] = [
        {"obligation_id": row.id, "case_id": row.case_id, "step": name, "look_at": look_at} for name, look_at in looks.items()
    ]
    if values:
        statement = insert(timer).values(values)
        key = ["obligation_id", "step"]
        work.connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"look_at": statement.excluded.look_at}))


def _span(after: timedelta) -> str:
    minutes = int(after.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _number(step: str) -> int:
    return int(step.partition(".")[2] or 1)
