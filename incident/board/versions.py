"""What ETags are made of: a name for the state in which somebody saw a case, an obligation or a notice.

With `hold`, the state stays what it is until the caller's work ends: what was compared is what is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.canonical import digest
from incident.records import cases, obligations, outbox
from incident.work import Work


def version(work: Work, case_id: UUID, *, hold: bool = False) -> str:
    """Of a case: changes with every act, notice and re-plan.

    Raises:
        NotFound: there is no such case for the caller.
    """
    row = cases.find(work.connection, case_id, for_update=hold)
    seq = work.connection.execute(sa.text("select seq from demarche.evidence_head where stream = :s"), {"s": case_id}).scalar()
    return f"{row.revision}.{seq}"


def version_of_obligation(work: Work, id_: UUID, *, hold: bool = False) -> str:
    """Of an obligation: changes when it is dated anew, settled or superseded, and not with time alone.

    Raises:
        NotFound: there is no such obligation for the caller.
    """
    return _version(work, obligations.find, id_, hold)


def version_of_notice(work: Work, id_: UUID, *, hold: bool = False) -> str:
    """Of a notice: changes when it is released, held, routed or acknowledged.

    Raises:
        NotFound: there is no such notice for the caller.
    """
    return _version(work, outbox.find, id_, hold)


def _hold_case(work: Work, case_id: UUID) -> None:
    """As every consequence does before it changes an obligation; a debtor does not see the case that it holds."""
    caller = work.actor
    work.widen(case_id)
    cases.find(work.connection, case_id, for_update=True)
    work.become(caller)


def _version(work: Work, find: Callable[[sa.Connection, UUID], sa.Row[Any]], id_: UUID, hold: bool) -> str:
    row = find(work.connection, id_)
    if hold:
        _hold_case(work, row.case_id)
        row = find(work.connection, id_)
    return digest([str(row.id), str(row.changed)]).removeprefix("sha256:")[:16]
