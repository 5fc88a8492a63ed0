"""A party or a channel that appears: the relays that had nobody to go to and the letters that roused nobody are taken up.

Harmless to repeat, and for several to do at once: each case is held first, and looked at as it stands then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from incident.actions.consequences import acting, addressing, planning, settling
from incident.actions.consequences.replanning import replan
from incident.actions.file_report import tell_again
from incident.records import cases, outbox
from incident.records.cases import Row
from incident.rules.escalation.ways import contact_of, untaken
from incident.rules.planning.roles import SPOC
from incident.work import Work

LATELY = timedelta(days=1)
"""For how long a channel counts as one that appeared: what cannot be taken up at once is tried again until then."""


def waiting(work: Work, parties: Iterable[UUID]) -> list[UUID]:
    """The open cases in which something waits for one of these parties: to be registered, or to have a channel that rings."""
    given = {"parties": list(parties), "spoc": SPOC, "lately": work.now - LATELY}
    return list(work.connection.execute(sa.text(_WAITING), given).scalars()) if given["parties"] else []


def take_up(work: Work, case_id: UUID) -> None:
    """What waits in that case. A relay gets its recipient by a new plan; a letter goes over the channels that are there now too."""
    row = cases.find(work.connection, case_id, for_update=True)
    if work.connection.execute(sa.text(f"{_RELAYS} and o.case_id = :case"), {"case": case_id, "spoc": SPOC}).first():
        _plan_again(work, row)
    asked = {"case": case_id, "lately": work.now - LATELY}
    found = work.connection.execute(sa.text(f"{_LETTERS} and n.case_id = :case"), asked).all()
    for each in found:
        _ring(work, outbox.find(work.connection, each.id))


def _ring(work: Work, letter: Row) -> None:
    """Send it to its contact over what rings there, or to the next one up."""
    usable = addressing.usable(work, letter)
    ways = untaken(contact_of(letter.contact), (), usable)
    if ways:
        addressing.take(work, letter, [usable[way] for way in ways])
        said = {"notice": str(letter.id), "to": str(letter.recipient), "contact": ways[0].contact}
        work.record("notification.channel_appeared", letter.case_id, said)


def _plan_again(work: Work, row: Row) -> None:
    why = "a single point of contact was registered"
    result = replan(work, planning.matter_of(work, row), why=why)
    if not result.changed:
        return
    cause = acting.note(work, row.id, "contact_registered", detail={"why": why})
    settling.settle_case(work, row.id)
    tell_again(work, row, cause, result)
    work.wake("route")


_RELAYS = """
select o.case_id from demarche.obligation o join demarche.incident i on i.id = o.case_id and i.status <> 'closed'
  join demarche.party p on p.jurisdiction = o.relay_to and (p.kind = 'spoc' or :spoc = any (p.competences))
 where o.relay_to is not null and o.creditor is null and o.superseded_by is null and (o.settled_as is null or o.settled_as = 'missed')
"""
_LETTERS = """
select distinct n.case_id, n.id from demarche.channel c join demarche.notice n on n.recipient = c.party_id
  join demarche.incident i on i.id = n.case_id and i.status <> 'closed'
 where c.changed_at > :lately and c.disabled_at is null and c.kind <> 'inbox' and (c.kind = any (n.channels) or c.kind in ('chat', 'pager'))
   and n.routed_at < c.changed_at and n.cancelled_at is null and n.acknowledged_at is null and n.opened_at is null
   and exists (select from demarche.notification x where x.notice_id = n.id)
   and not exists (select from demarche.notification x where x.notice_id = n.id and x.kind <> 'inbox')
"""
_WAITING = (
    f"select case_id from ({_RELAYS} and p.id = any (:parties)) relays"  # noqa: S608 - of the two questions above, and nothing given
    f" union select case_id from ({_LETTERS} and n.recipient = any (:parties)) letters order by 1"
)
