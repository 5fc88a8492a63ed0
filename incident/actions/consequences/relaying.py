"""What follows for the affected states of a case: since when each is known, who is to be asked for, who is told that it is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from incident import answers
from incident.actions.consequences import telling
from incident.records import obligations, outbox
from incident.records.cases import Row
from incident.rules.case import affected_since
from incident.work import Work


def named(row: Row, countries: Sequence[str], now: datetime) -> dict[str, Any]:
    """The columns of a case that say which countries are affected, once these stand in place of those of `row`."""
    since = {country: datetime.fromisoformat(at) for country, at in row.affected_since.items()}
    fresh = affected_since(row.affected_countries, since, countries, now)
    return {"affected_countries": list(countries), "affected_since": {country: answers.at(at) for country, at in fresh.items()}}


def ask_for_contacts(work: Work, incident: Row, rows: Iterable[Row]) -> None:
    """Ask the filer once for each affected state to which nobody here could be told of the case."""
    for row in rows:
        if row.relay_to and row.creditor is None and not row.provisional:
            state = row.relay_to
            telling.tell(
                work, incident, [incident.filed_by], kind="escalation", title=f"No single point of contact is registered for {state}",
                effect=f"no_contact:{incident.id}:{state}", about=[row.id], extra={"duty": row.title, "cite": row.cite},
                rule="The filer is asked whom a relay is to reach",
            )  # fmt: skip


def no_longer(work: Work, incident: Row, states: Iterable[str], cause: UUID) -> None:
    """Those who were told of the case for these states, which are named no more, are told so; what has not left does not leave."""
    gone = {row.id for row in obligations.of_case(work.connection, incident.id) if row.relay_to in set(states)}
    relays = [
        each for each in outbox.of_case(work.connection, incident.id)
        if each.cancelled_at is None and gone.intersection(each.performs)
    ]  # fmt: skip
    outbox.cancel(
        work.connection, [each.id for each in relays if each.routed_at is None], "Its state is no longer named as affected.", work.now
    )
    told = {each.recipient for each in relays if each.routed_at is not None}
    telling.tell(
        work, incident, told, kind="correction", title="Your state is no longer named as affected", effect=f"no_longer:{cause}",
        extra={"no_longer_affected": True}, rule="Everyone who was told is told of the correction",
    )  # fmt: skip


def told_that_it_is_none(on_record: Iterable[Row]) -> set[UUID]:
    """Whose last notice of these, oldest first, said that its state is affected no more: what it was told before stands no more."""
    last = {each.recipient: each for each in on_record if each.cancelled_at is None}
    return {recipient for recipient, each in last.items() if "no_longer_affected" in each.items}
