"""What stands by one party's word: that the recipient of a notice acknowledged it. It stops ladders, and meets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions.commands import Heard
from incident.actions.consequences import acknowledging, acting, settling, telling, writing
from incident.errors import Conflict
from incident.ids import new_id
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.obligations.tables import timer
from incident.records.outbox import asks
from incident.records.outbox.tables import notice, word
from incident.work import Work

_OPEN = (None, "missed")
_RULE = "What one party says of another is told to both"


def put(work: Work, row: Row, heard: Heard, at: datetime) -> UUID:
    """Keep it, stop the ladders that wait for the acknowledgement, and tell the recipient. The case is held."""
    id_ = new_id()
    made = {
        "id": id_, "case_id": row.case_id, "notice_id": row.id, "party_id": row.recipient, "said_by": work.actor.party,
        "by_name": work.actor.name, "with_whom": heard.with_whom, "said": heard.said, "source": heard.source, "proof": heard.proof,
        "occurred_at": at, "recorded_at": work.now, "origin": work.node.settings.node_name,
    }  # fmt: skip
    db.put(work.connection, {word: [made]})
    detail = {"word": str(id_), **{name: made[name] for name in ("with_whom", "said", "source", "proof")}}
    acting.note(work, row.case_id, "acknowledged_by_word", notice=row.id, occurred_at=at, detail=detail)
    for each in _duties(work, row):
        acting.note(work, row.case_id, "acknowledged_by_word", obligation=each.id, notice=row.id, occurred_at=at, detail=detail)
        _let_the_ladder_rest(work, each)
    work.connection.execute(sa.update(word).where(word.c.id == id_).values(told=_tell_the_other(work, row, id_, heard, at)))
    settling.after_an_act(work, row.case_id, why="an acknowledgement by word")
    return id_


def held(work: Work, said: Row) -> Row:
    """What was said, as it stands once its case is held, by whoever acts on it."""
    acting.widen(work, said.case_id)
    return asks.find_word(work.connection, said.id)


def ended(said: Row, as_: str) -> bool:
    """Whether it has ended `as_` already, so that nothing is left to do.

    Raises:
        Conflict: it has ended in another way.
    """
    if said.ended_as not in (None, as_):
        raise Conflict(f"It stands no longer: {said.ended_as.replace('_', ' ')}.", code="word_ended")
    return said.ended_as is not None


def ends(work: Work, said: Row, as_: str, by: str, because: str) -> None:
    """It stands no longer, `disputed` or `taken_back`: the ladders go on, and a due instant that has passed meanwhile is a miss."""
    row = outbox.find(work.connection, said.notice_id)
    acknowledging.end_word(work, said, as_, by, because)
    detail = {"word": str(said.id), "reason": because}
    for each in (None, *(each.id for each in _duties(work, row))):
        if as_ == "disputed":
            acting.note(work, said.case_id, "word_disputed", obligation=each, notice=row.id, by=by, detail=detail)
        else:
            acting.note(work, said.case_id, "word_taken_back", obligation=each, notice=row.id, by=by, detail=detail)
    _let_the_ladders_go_on(work, _duties(work, row))
    settling.settle_case(work, said.case_id)
    _tell_that_it_ended(work, said, as_, because)


def _duties(work: Work, row: Row) -> list[Row]:
    """What the recipient would meet by acknowledging the notice."""
    return [
        each for each in obligations.by_ids(work.connection, row.obligations)
        if each.debtor == row.recipient and each.discharged_by == "acknowledged" and each.settled_as in (*_OPEN, "unresolved")
    ]  # fmt: skip


def _let_the_ladder_rest(work: Work, row: Row) -> None:
    """Its reminders and rungs; when it is due it is looked at all the same."""
    work.connection.execute(sa.delete(timer).where(timer.c.obligation_id == row.id, timer.c.step != "due"))


def _let_the_ladders_go_on(work: Work, rows: Iterable[Row]) -> None:
    """Every step that is still ahead."""
    for row in rows:
        obligations.drop_timers(work.connection, [row.id])
        db.put(work.connection, {timer: writing.timer_rows(row._mapping, work.now)})


def _tell_the_other(work: Work, row: Row, id_: UUID, heard: Heard, at: datetime) -> UUID:
    incident = cases.find(work.connection, row.case_id)
    extra = {"about": row.title, "acknowledged_by": heard.with_whom, "acknowledged_at": answers.at(at), "by_the_word_of": work.actor.uri}
    effect = f"word:{id_}"
    telling.tell(
        work,
        incident,
        [row.recipient],
        kind="word",
        title="By another party's word you acknowledged",
        effect=effect,
        extra=extra,
        rule=_RULE,
    )
    found: UUID = work.connection.execute(sa.select(notice.c.id).where(notice.c.effect_key.like(f"{effect}:%"))).scalar_one()
    return found


def _tell_that_it_ended(work: Work, said: Row, as_: str, because: str) -> None:
    incident = cases.find(work.connection, said.case_id)
    if as_ == "disputed":
        told, title = said.said_by, "Disputed: an acknowledgement by word"
    else:
        if said.told is not None and said.told in telling.withdraw_these(work, said.case_id, [said.told], f"Taken back: {because}"):
            return
        told, title = said.party_id, "Taken back: an acknowledgement by word"
    telling.tell(work, incident, [told], kind="word", title=title, effect=f"word:{said.id}:{as_}", extra={"reason": because}, rule=_RULE)
