"""What officers have armed of the catalogue: from which day, by which source; withdrawn, never deleted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.db.columns import JSON
from incident.ids import new_id
from incident.records.agreements.tables import arming

Row = sa.Row[Any]


def armed(connection: sa.Connection, party: UUID, *, known_at: datetime) -> dict[str, date]:
    """What stood armed by that party at that instant, by the id of a regime or of a stage, with the day from which it binds."""
    return read(connection.execute(sa.select(as_one(party, known_at))).scalar())


def as_one(party: UUID | sa.BindParameter[UUID], known_at: datetime | sa.BindParameter[datetime]) -> sa.ScalarSelect[Any]:
    """The same as one value, which `read` reads."""
    said = sa.func.jsonb_build_array(arming.c.regime, arming.c.stage, arming.c.binds_from)
    return (
        sa.select(sa.func.jsonb_agg(said, type_=JSON))
        .where(arming.c.party_id == party, arming.c.armed_at <= known_at)
        .where(arming.c.withdrawn_at.is_(None) | (arming.c.withdrawn_at > known_at))
        .scalar_subquery()
    )


def read(said: list[list[Any]] | None) -> dict[str, date]:
    """What `as_one` said."""
    return {named(regime, stage): date.fromisoformat(binds_from) for regime, stage, binds_from in said or ()}


def ever(connection: sa.Connection, party: UUID) -> bool:
    """Whether that party has armed anything at all, as far as the caller may know."""
    return connection.execute(sa.select(arming.c.id).where(arming.c.party_id == party).limit(1)).first() is not None


def standing(connection: sa.Connection, party: UUID) -> list[Row]:
    """What stands armed by that party, by regime."""
    rows = connection.execute(
        sa.select(arming).where(arming.c.party_id == party, arming.c.withdrawn_at.is_(None)).order_by(arming.c.regime, arming.c.stage)
    )
    return list(rows.all())


def arm(
    connection: sa.Connection,
    party: UUID,
    regime: str,
    stage: str | None,
    *,
    digest: str,
    binds_from: date,
    source: str,
    by: str,
    now: datetime,
) -> UUID:
    """Put it on record."""
    id_ = new_id()
    row = {
        "id": id_, "party_id": party, "regime": regime, "stage": stage, "regime_digest": digest, "binds_from": binds_from, "source": source,
        "armed_by": by, "armed_at": now,
    }  # fmt: skip
    db.put(connection, {arming: [row]})
    return id_


def withdraw(connection: sa.Connection, id_: UUID, *, by: str, because: str, now: datetime) -> None:
    """End it from now on; the cases that began under it keep their clocks."""
    values = {"withdrawn_by": by, "withdrawn_at": now, "withdrawn_because": because}
    connection.execute(sa.update(arming).where(arming.c.id == id_).values(**values))


def named(regime: str, stage: str | None) -> str:
    """The name by which the catalogue asks whether it is armed."""
    return f"{regime}.{stage}" if stage else regime
