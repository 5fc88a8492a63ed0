"""Which part each party of a document plays in a case, so that a document whose parties nobody knows here can be tried all the same.

An agreement binds its signatories by URI. A party of the document that has a part in the case plays it itself. Every other one is given
the first part that is open and suits what is known of it; what is not known to be anything takes the first part that is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from incident.rules.case import Case, Party
from incident.rules.commitment import Commitment, Parties, Restriction, Role, Target
from incident.rules.planning.roles import members
from incident.rules.terms import Agreement

Duty = Literal["operator", "supplier", "home_cert", "affected_cert", "authority", "named", "none"]
How = Literal["itself", "known", "by_name", "in_order", "left_over"]

_SUPPLIER: Duty = "supplier"
_HOME: Duty = "home_cert"
_AFFECTED: Duty = "affected_cert"
_AUTHORITY: Duty = "authority"
_OPERATORS = ("operator", "ministry")
_CERT = re.compile(r"(^|[-.])(cert|csirt|soc|ncsc)([-.]|$)")
_REGULATOR = re.compile(r"(^|[-.])(authority|regulator|dpa|msa|supervisor)([-.]|$)")


@dataclass(frozen=True, slots=True)
class Part:
    """A party of the document, by URI, and whom of the case it plays. `as_` None: it plays no part.

    `how`: `itself`; `known`, by what the directory knows of it; `by_name`, by a word in its host name; `in_order`, the first part that
    was open; `left_over`, no part was. `duty` is the part: `named` for somebody that plays itself without a part of its own.
    """

    party: str
    as_: Party | None
    duty: Duty
    how: How


def casting(*agreements: Agreement, case: Case, known: Mapping[str, Party] | None = None) -> tuple[Part, ...]:
    """Who plays whom, in the order of the documents; a party of several has one part. `known`: parties beyond the directory, by URI."""
    parties = tuple(dict.fromkeys(uri for each in agreements for uri in each.parties))
    parts = _parts(case)
    by_uri = {each.uri: each for each in case.directory} | dict(known or {})
    at_home = any(duty == _HOME and party.uri in parties for duty, party in parts)
    own = {party.uri: (duty, party) for duty, party in parts if party.uri in parties and (at_home or duty != _AFFECTED)}
    open_ = [(duty, party) for duty, party in parts if party.uri not in own]
    found = {uri: Part(uri, party, duty, "itself") for uri, (duty, party) in own.items()}
    waiting = [uri for uri in parties if uri not in own]
    for uri in waiting:
        wanted, how = _suits(uri, by_uri, at_home)
        if part := _taken(open_, wanted, uri):
            found[uri] = Part(uri, part[1], part[0], "itself" if part[1].uri == uri else how)
    for uri in waiting:
        if uri not in found:
            found[uri] = _remaining(uri, by_uri, open_)
    return tuple(found[uri] for uri in parties)


def recast(agreement: Agreement, parts: Iterable[Part]) -> Agreement:
    """The agreement between those who play. Its name, version, digest and document stay those of the text that is tried."""
    names = {each.party: each.as_.uri for each in parts if each.as_ and each.as_.uri != each.party}
    if not names:
        return agreement
    return replace(
        agreement,
        parties=_renamed(agreement.parties, names),
        commitments=tuple(_commitment(each, names) for each in agreement.commitments),
        targets=tuple((name, _target(each, names)) for name, each in agreement.targets),
        restrictions=tuple(_restriction(each, names) for each in agreement.restrictions),
    )


def _parts(case: Case) -> list[tuple[Duty, Party]]:
    """The parts of the case, those that matter most first; nobody has two."""
    home = members(case, Parties(Role.HOME_CERT), None)
    affected = members(case, Parties(Role.AFFECTED_CERTS), None)
    here = case.deployment.jurisdiction
    authorities = [each for each in case.directory if each.kind in ("regulator", "spoc") and each.jurisdiction == here]
    listed: list[tuple[Duty, Party]] = [
        ("operator", case.operator),
        *((_SUPPLIER, each) for each in case.deployment.suppliers),
        *((_HOME, each) for each in home),
        *((_AFFECTED, each) for each in affected),
        *((_AUTHORITY, each) for each in authorities),
    ]
    return list({party.id: (duty, party) for duty, party in reversed(listed)}.values())[::-1]


def _suits(uri: str, known: Mapping[str, Party], at_home: bool) -> tuple[tuple[Duty, ...], How]:
    """The parts that it may play, by what is known of it, else by its host name; none where neither says anything.

    Where the document has the CERT of the case's own country, a known CERT of another country is not made into a third one.
    """
    party = known.get(uri)
    if party is not None:
        return (() if at_home and party.kind == "cert" else _of_kind(party.kind)), "known"
    host = (urlsplit(uri).hostname or "").removesuffix(".example")
    if _CERT.search(host):
        return _of_kind("cert"), "by_name"
    return (_of_kind("regulator") if _REGULATOR.search(host) else ()), "by_name"


def _of_kind(kind: str) -> tuple[Duty, ...]:
    if kind == "cert":
        return (_HOME, _AFFECTED)
    if kind in _OPERATORS:
        return ("operator",)
    return (_SUPPLIER,) if kind == "vendor" else (_AUTHORITY,)


def _taken(open_: list[tuple[Duty, Party]], wanted: Iterable[Duty], uri: str) -> tuple[Duty, Party] | None:
    """The first open part that is wanted, among equals its own; it is then no longer open."""
    for duty in wanted:
        suiting = sorted((part for part in open_ if part[0] == duty), key=lambda part: part[1].uri != uri)
        if suiting:
            open_.remove(suiting[0])
            return suiting[0]
    return None


def _remaining(uri: str, known: Mapping[str, Party], open_: list[tuple[Duty, Party]]) -> Part:
    """Somebody who is known and found no part is itself, without one; somebody unknown takes what is open, authorities apart."""
    if uri in known:
        return Part(uri, known[uri], "named", "left_over")
    said = _suits(uri, known, False)[0]
    part = None if said else _taken(open_, ("operator", _SUPPLIER, _HOME, _AFFECTED), uri)
    return Part(uri, part[1], part[0], "in_order") if part else Part(uri, None, "none", "left_over")


def _renamed(uris: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.get(uri, uri) for uri in uris))


def _among(signatories: frozenset[str] | None, names: Mapping[str, str]) -> frozenset[str] | None:
    return None if signatories is None else frozenset(_renamed(signatories, names))


def _commitment(each: Commitment, names: Mapping[str, str]) -> Commitment:
    limits = replace(
        each.limits,
        recipients=tuple(replace(limit, to=frozenset(_renamed(limit.to, names))) for limit in each.limits.recipients),
        restrictions=tuple(_restriction(limit, names) for limit in each.limits.restrictions),
    )
    return replace(
        each,
        owed_by=replace(each.owed_by, named=_renamed(each.owed_by.named, names)),
        owed_to=replace(each.owed_to, named=_renamed(each.owed_to.named, names)),
        signatories=_among(each.signatories, names),
        limits=limits,
    )


def _target(each: Target, names: Mapping[str, str]) -> Target:
    return replace(each, signatories=_among(each.signatories, names))


def _restriction(each: Restriction, names: Mapping[str, str]) -> Restriction:
    return replace(each, signatories=frozenset(_renamed(each.signatories, names)))
