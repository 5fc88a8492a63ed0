"""Which versions bind at an instant, and as what they bind whom."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.db.columns import INSTANT, UUIDS
from incident.db.columns import UUID as UUID_
from incident.records.agreements import armings
from incident.records.agreements.tables import agreement_act, agreement_party, agreement_version
from incident.records.parties.tables import party
from incident.rules import terms

Row = sa.Row[Any]
_LOADED: OrderedDict[str, terms.Agreement] = OrderedDict()
_REDUCED: OrderedDict[tuple[str, str], terms.Agreement] = OrderedDict()
_MOST_LOADED = 4096

_version = agreement_version.c
_members = (
    sa.select(sa.func.jsonb_agg(sa.func.jsonb_build_array(party.c.uri, agreement_party.c.accepted_at)))
    .join(party, party.c.id == agreement_party.c.party_id)
    .where(agreement_party.c.version_id == _version.id)
    .scalar_subquery()
)
_said = sa.func.jsonb_build_array(
    party.c.uri, agreement_act.c.kind, agreement_act.c.effective_at, agreement_act.c.reserved, agreement_act.c.recorded_at
)
_acts = (
    sa.select(sa.func.jsonb_agg(sa.dialects.postgresql.aggregate_order_by(_said, agreement_act.c.position)))
    .join(party, party.c.id == agreement_act.c.party_id)
    .where(agreement_act.c.version_id == _version.id)
    .where((agreement_act.c.kind != "sign") | agreement_act.c.effective_at.is_not(None) | (agreement_act.c.reserved != sa.text("'[]'")))
    .scalar_subquery()
)
_at, _known = sa.bindparam("at", type_=INSTANT), sa.bindparam("known", type_=INSTANT)


def _question(partly_signed: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """`members` and `acts` are null where nothing but plain signatures by all is on record: nearly always."""
    return sa.select(
        _version.name, _version.digest, _version.accepted_at, _version.in_force_from, _version.in_force_until, _version.by_party,
        sa.case((partly_signed, _members)).label("members"), _acts.label("acts"),
    ).order_by(_version.name, _version.in_force_from.desc(), _version.published_at.desc())  # fmt: skip


_EVER = _question(_version.by_party).where(_version.accepted_at.is_not(None) | _version.by_party)
_IN_FORCE = (
    _question(_version.by_party & (_version.accepted_at.is_(None) | (_version.accepted_at > _known)))
    .where((_version.accepted_at <= _known) | _version.by_party)
    .where(_version.in_force_from <= _at)
    .where(_version.in_force_until.is_(None) | (_version.in_force_until > _at) | _version.survives)
)


def _among(function: str, *given: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The same rows by one of the functions that begin with the parties of a case: they do not grow with what others have agreed."""
    names = "name", "digest", "accepted_at", "in_force_from", "in_force_until", "published_at", "by_party", "survives", "members", "acts"
    row = getattr(sa.func.demarche, function)(*given).table_valued(*names).alias("v")
    return (
        sa.select(*(row.c[name] for name in names))
        .where((row.c.accepted_at <= _known) | row.c.by_party)
        .where(row.c.in_force_from <= _at)
        .where(row.c.in_force_until.is_(None) | (row.c.in_force_until > _at) | row.c.survives)
        .order_by(row.c.name, row.c.in_force_from.desc(), row.c.published_at.desc())
    )


_given = sa.bindparam("among", type_=UUIDS)
_MINE_AMONG = _among("my_versions_among", _given)
_ANYBODYS_AMONG = _among("versions_among", _given, sa.null())


def in_force(
    connection: sa.Connection, at: datetime, *, known_at: datetime, among: Collection[UUID] | None = None, anybodys: bool = False
) -> list[terms.Agreement]:
    """The agreements as they bind at `at`, as far as the caller may see them: each clause those parties for whom it is in force.

    Of several versions of a name a newer one binds those for whom it is in force, an older one whom it leaves. What came on
    record after `known_at` does not count, so that a case keeps the versions it began under. With `among`, only names are
    read of which some version binds two of these parties, or one and reaches beyond obligations between two; `terms.among` says
    which of what is found can. `anybodys` is for the node itself, which sees every agreement; others are refused.
    """
    if among is None:
        rows = connection.execute(_IN_FORCE, {"at": at, "known": known_at}).all()
    else:
        question = _ANYBODYS_AMONG if anybodys else _MINE_AMONG
        rows = connection.execute(question, {"at": at, "known": known_at, "among": list(among)}).all()
    return _as_they_bind(rows, loaded(connection, [row.digest for row in rows]), at, known_at)


def in_force_and_armed(
    connection: sa.Connection, at: datetime, *, known_at: datetime, among: Collection[UUID], armed_by: UUID, anybodys: bool = False
) -> tuple[list[terms.Agreement], dict[str, date]]:
    """In one question `in_force` among these parties, and `armings.armed` by one of them."""
    asked = {"at": at, "known": known_at, "among": list(among), "armed_by": armed_by}
    rows = connection.execute(_in_force_and_armed(anybodys), asked).all()
    armed, found = armings.read(rows[0].armed), [row for row in rows if row.name is not None]
    return _as_they_bind(found, loaded(connection, [row.digest for row in found]), at, known_at), armed


@cache
def _in_force_and_armed(anybodys: bool) -> sa.Select[*tuple[Any, ...]]:
    versions = (_ANYBODYS_AMONG if anybodys else _MINE_AMONG).subquery("versions")
    armed_by = sa.bindparam("armed_by", type_=UUID_)
    beside = sa.select(armings.as_one(armed_by, _known).label("armed")).subquery("beside")
    question = sa.select(beside.c.armed, versions).select_from(beside.outerjoin(versions, sa.true()))
    return question.order_by(versions.c.name, versions.c.in_force_from.desc(), versions.c.published_at.desc())


def ever(connection: sa.Connection) -> list[Row]:
    """Every version in force at some time that the caller may see, in the order of `in_force`: for many questions of `in_force_of`."""
    rows = list(connection.execute(_EVER).all())
    loaded(connection, [row.digest for row in rows])
    return rows


def in_force_of(connection: sa.Connection, versions: Iterable[Row], at: datetime, *, known_at: datetime) -> list[terms.Agreement]:
    """As `in_force`, of versions that were read before."""
    rows = [row for row in versions if (row.by_party or row.accepted_at <= known_at) and row.in_force_from <= at]
    return _as_they_bind(rows, loaded(connection, [row.digest for row in rows]), at, known_at)


def loaded(connection: sa.Connection, digests: Collection[str]) -> dict[str, terms.Agreement]:
    """The documents of these digests; the text of those that are not known yet is read in one statement."""
    found = {each: known for each in digests if (known := _LOADED.get(each)) is not None}
    missing = [each for each in digests if each not in found]
    if missing:
        for row in connection.execute(sa.select(_version.digest, _version.text).where(_version.digest.in_(missing))):
            found[row.digest] = _LOADED[row.digest] = terms.load(row.text)
        while len(_LOADED) > _MOST_LOADED:
            _LOADED.popitem(last=False)
    return found


def _as_they_bind(rows: Iterable[Row], documents: dict[str, terms.Agreement], at: datetime, known_at: datetime) -> list[terms.Agreement]:
    """Newest first within a name: what is newer takes its parties away from what is older."""
    bound: list[terms.Agreement] = []
    name, newer = None, frozenset[str]()
    for row in rows:
        if row.name != name:
            name, newer = row.name, frozenset()
        agreement = documents[row.digest]
        complete = row.accepted_at is not None and row.accepted_at <= known_at
        by_party = row.by_party and (not complete or agreement.articles.transcription is not None)
        over = row.in_force_until is not None and row.in_force_until <= at
        if not (row.acts or by_party or over or newer):
            bound.append(agreement)
            newer = frozenset(agreement.parties)
            continue
        if newer >= {*agreement.parties}:
            continue
        standing = _standings(agreement, row, known_at, complete)
        found = terms.as_bound(agreement, standing, at, newer=newer)
        if found is not None:
            bound.append(_one_and_the_same(found))
        if not over:
            newer |= {each.party for each in standing if each.signed_at is not None and each.begun(at)}
    return bound


def _one_and_the_same(reduced: terms.Agreement) -> terms.Agreement:
    """The object by which it was known before, so that what was worked out for it is found again."""
    key = (reduced.digest, reduced.bound_as)
    known = _REDUCED.get(key)
    if known is None:
        known = _REDUCED[key] = reduced
        while len(_REDUCED) > _MOST_LOADED:
            _REDUCED.popitem(last=False)
    return known


def _standings(agreement: terms.Agreement, row: Row, known_at: datetime, complete: bool) -> tuple[terms.Standing, ...]:
    if not complete:
        told = ((uri, _read(at)) for uri, at in row.members or ())
        signed = {uri: at if at is not None and at <= known_at else None for uri, at in told}
    else:
        signed = dict.fromkeys(agreement.parties, row.accepted_at)
    acts = [
        terms.Act(uri, kind, _read(effective_at), frozenset(reserved), recorded_at)
        for uri, kind, effective_at, reserved, recorded in row.acts or ()
        if (recorded_at := datetime.fromisoformat(recorded)) <= known_at
    ]
    return terms.standings(agreement, signed, acts)


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
