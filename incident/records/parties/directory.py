"""The directory: parties with what they are on a day, and the deployments that join them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.db.columns import DATE, JSON, TEXT, UUIDS
from incident.db.columns import UUID as UUID_
from incident.errors import NotFound
from incident.records.parties.tables import deployment, deployment_party, party, profile_fact
from incident.rules.case import Deployment, Party
from incident.rules.facts import Scalar

_ALSO, _OPERATOR = -2, -1
"""Places before those of the suppliers."""


def everybody(connection: sa.Connection) -> list[Party]:
    """Every party of the node, by slug, without profiles."""
    rows = connection.execute(sa.select(party).order_by(party.c.slug)).all()
    return [_party(row, {}) for row in rows]


def by_ids(connection: sa.Connection, ids: Iterable[UUID], on: date | None = None) -> dict[UUID, Party]:
    """These parties; with `on`, their profile of that day as far as the caller may know it."""
    wanted = list(set(ids))
    profiles = _profiles(connection, wanted, on) if on else {}
    rows = connection.execute(sa.select(party).where(party.c.id.in_(wanted))).all()
    return {row.id: _party(row, profiles.get(row.id, {})) for row in rows}


def by_slug(connection: sa.Connection, slug: str) -> Party:
    """The party with that slug.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(sa.select(party).where(party.c.slug == slug)).first()
    if row is None:
        raise NotFound(f"There is no party {slug!r}.")
    return _party(row, {})


def by_uris(connection: sa.Connection, uris: Iterable[str]) -> dict[str, Party]:
    """The parties known under these URIs, by URI; unknown ones are absent."""
    rows = connection.execute(sa.select(party).where(party.c.uri.in_(list(uris)))).all()
    return {row.uri: _party(row, {}) for row in rows}


def for_case(connection: sa.Connection, members: Iterable[UUID], on: date) -> tuple[Party, ...]:
    """Everybody a role of a case may resolve to: its members, and every CERT, regulator and contact point."""
    ids = set(members)
    rows = connection.execute(_for_case(), {"ids": list(ids), "on": on}).all()
    return _one_and_the_same((frozenset(ids), on), rows)


@cache
def _for_case() -> sa.Select[*tuple[Any, ...]]:
    member = party.c.id == sa.any_(sa.bindparam("ids", type_=UUIDS))
    profile = sa.case((member, _profile(sa.bindparam("on", type_=DATE)))).label("profile")
    return sa.select(party, profile).where(member | party.c.kind.in_(["cert", "regulator", "spoc"])).order_by(party.c.slug)


_READ: OrderedDict[tuple[frozenset[UUID], date], tuple[Sequence[sa.Row[Any]], tuple[Party, ...]]] = OrderedDict()
_MOST_READ = 256


def _one_and_the_same(asked: tuple[frozenset[UUID], date], rows: Sequence[sa.Row[Any]]) -> tuple[Party, ...]:
    """The objects by which these rows were known before, so that what was worked out for them is found again."""
    known = _READ.get(asked)
    if known is None or known[0] != rows:
        known = _READ[asked] = rows, tuple(_party(row, row.profile or {}) for row in rows)
        while len(_READ) > _MOST_READ:
            _READ.popitem(last=False)
    return known[1]


def for_filing(
    connection: sa.Connection, slug: str, filer: UUID, *, first: tuple[sa.ColumnElement[Any], dict[str, object]]
) -> tuple[Deployment, Party]:
    """In one question the deployment with that slug, without profiles, and who files for it; `first` is selected with it: an
    expression that is the same each time, and what is asked with it.

    Raises:
        NotFound: there is none, or the caller has no part in it.
    """
    expression, asked = first
    found, known = _read(connection, _for_filing(expression), {"slug": slug, "filer": filer, **asked})
    if not found:
        raise _no_deployment(slug)
    return found[0], known[filer]


@cache
def _for_filing(first: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    which = deployment.c.slug == sa.bindparam("slug", type_=TEXT)
    return _with_members(which, sa.bindparam("filer", type_=UUID_), first)


def deployment_by_slug(connection: sa.Connection, slug: str, on: date | None = None) -> Deployment:
    """The deployment with that slug; with `on`, its parties have their profile of that day.

    Raises:
        NotFound: there is none, or the caller has no part in it.
    """
    found = _deployments(connection, deployment.c.slug == slug, on)
    if not found:
        raise _no_deployment(slug)
    return found[0]


def deployment_by_id(connection: sa.Connection, id_: UUID, on: date | None = None) -> Deployment:
    """The same by its id."""
    return _deployments(connection, deployment.c.id == id_, on)[0]


def deployments(connection: sa.Connection) -> list[Deployment]:
    """Every deployment that the caller has a part in, by slug, without profiles."""
    return _deployments(connection, sa.true(), None)


def _no_deployment(slug: str) -> NotFound:
    return NotFound(f"There is no deployment {slug!r} that you have a part in.")


def _deployments(connection: sa.Connection, which: sa.ColumnElement[bool], on: date | None) -> list[Deployment]:
    found, known = _read(connection, _with_members(which), {})
    if on is None:
        return found
    then = by_ids(connection, known, on)
    return [replace(each, operator=then[each.operator.id], suppliers=tuple(then[one.id] for one in each.suppliers)) for each in found]


def _with_members(
    which: sa.ColumnElement[bool], also: sa.ColumnElement[Any] | None = None, *first: sa.ColumnElement[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """A row for each party of these deployments: operators, suppliers in their order, and the one that is `also` asked for."""
    members = sa.select(deployment_party.c.deployment_id, deployment_party.c.party_id, deployment_party.c.position)
    parts = [
        sa.select(deployment.c.id.label("deployment_id"), who.label("party_id"), sa.literal(place).label("position"))
        for place, who in ((_OPERATOR, deployment.c.operator_id), (_ALSO, also))
        if who is not None
    ]
    member = sa.union_all(*parts, members.where(deployment_party.c.role == "supplier")).subquery("member")
    return (
        sa.select(deployment, party, member.c.position, *first)
        .join(member, member.c.deployment_id == deployment.c.id)
        .join(party, party.c.id == member.c.party_id)
        .where(which)
        .order_by(deployment.c.slug, member.c.position, party.c.id)
    )


def _read(
    connection: sa.Connection, question: sa.Select[*tuple[Any, ...]], asked: Mapping[str, object]
) -> tuple[list[Deployment], dict[UUID, Party]]:
    """The deployments by slug, and their parties by id."""
    rows = connection.execute(question, asked).all()
    known = {row._mapping[party.c.id]: _party(row, {}) for row in rows}
    together: dict[UUID, list[sa.Row[Any]]] = {}
    for row in rows:
        together.setdefault(row._mapping[deployment.c.id], []).append(row)
    return [_deployment(each, known) for each in together.values()], known


def _deployment(rows: list[sa.Row[Any]], known: dict[UUID, Party]) -> Deployment:
    said = rows[0]._mapping
    suppliers = tuple(known[row._mapping[party.c.id]] for row in rows if row.position >= 0)
    of = deployment.c
    return Deployment(
        said[of.id], said[of.slug], said[of.name], said[of.jurisdiction], known[said[of.operator_id]], suppliers, said[of.system],
        said[of.system_version], tuple(said[of.models]), tuple(said[of.data_may_live]),
    )  # fmt: skip


def _profile(on: date | sa.BindParameter[date]) -> sa.ScalarSelect[Any]:
    """What a party is on a day, as far as the caller may know: of two statements about the same the later one."""
    pairs = sa.dialects.postgresql.aggregate_order_by(profile_fact.c.value, profile_fact.c.recorded_at)
    return (
        sa.select(sa.func.jsonb_object_agg(profile_fact.c.name, pairs, type_=JSON))
        .where(profile_fact.c.party_id == party.c.id, *_valid(on))
        .correlate(party)
        .scalar_subquery()
    )


def _valid(on: date | sa.BindParameter[date]) -> tuple[sa.ColumnElement[bool], ...]:
    return profile_fact.c.valid_from <= on, profile_fact.c.valid_until.is_(None) | (profile_fact.c.valid_until > on)


def _profiles(connection: sa.Connection, ids: list[UUID], on: date) -> dict[UUID, dict[str, Scalar]]:
    rows = connection.execute(
        sa.select(profile_fact.c.party_id, profile_fact.c.name, profile_fact.c.value)
        .where(profile_fact.c.party_id.in_(ids), *_valid(on))
        .order_by(profile_fact.c.recorded_at)
    )
    profiles: dict[UUID, dict[str, Scalar]] = {}
    for row in rows:
        profiles.setdefault(row.party_id, {})[row.name] = row.value
    return profiles


def _party(row: sa.Row[Any], profile: dict[str, Scalar]) -> Party:
    said, of = row._mapping, party.c
    return Party(
        said[of.id], said[of.uri], said[of.slug], said[of.name], said[of.kind], said[of.jurisdiction], said[of.zone], said[of.calendar],
        frozenset(said[of.competences]), profile,
    )  # fmt: skip
