"""What must not be transferred, against what must be told: the minimal lawful notice is what leaves, and a finding says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident.rules.commitment import Commitment, Restriction
from incident.rules.terms.composing.values import Finding

Places = Mapping[str, str]
"""In which country a party is, by its URI, as far as that is known."""


def restricted(commitments: Iterable[Commitment], restrictions: Sequence[Restriction]) -> list[Commitment]:
    """Every clause that tells has the restrictions of all documents among its limits."""
    if not restrictions:
        return list(commitments)
    return [_limited(each, restrictions) if each.tell is not None else each for each in commitments]


def narrowed(
    commitments: Iterable[Commitment], restrictions: Iterable[tuple[str, Restriction]], places: Places | None = None
) -> Iterator[Finding]:
    """Where a clause tells, or must tell, what a restriction keeps from where its creditor may be. Each comes with its layer."""
    known = places or {}
    telling = [each for each in commitments if each.tell is not None or each.contains]
    for layer, restriction in restrictions:
        for each in telling:
            if _meet(each, restriction) and not _inside(each, restriction, known):
                yield from _against(layer, restriction, each)


def _limited(commitment: Commitment, restrictions: Sequence[Restriction]) -> Commitment:
    return replace(commitment, limits=replace(commitment.limits, restrictions=tuple(restrictions)))


def _against(layer: str, restriction: Restriction, each: Commitment) -> Iterator[Finding]:
    must = [name for name in each.contains if _covers(restriction, name)]
    tells = [name for name in (each.tell.fields if each.tell else ()) if _covers(restriction, name)]
    if not must and not tells:
        return
    to = ", ".join(restriction.only_to)
    verb, names, code = ("must contain", must, "restriction.conflict") if must else ("tells", tells, "restriction.narrows")
    source = restriction.source
    message = (
        f"{each.id} of {each.source.name} {each.source.version} ({each.source.cite}) {verb} {', '.join(names)}, which may leave to {to} "
        "alone, and whoever it is owed to may be elsewhere; then what is lawful leaves without it."
    )
    yield Finding(code, layer, source.name, source.version, restriction.id, source.cite, message)


def _meet(each: Commitment, restriction: Restriction) -> bool:
    """Whether some sender under the clause is bound by the restriction."""
    return each.signatories is None or bool(each.signatories & restriction.signatories)


def _inside(each: Commitment, restriction: Restriction, places: Places) -> bool:
    """Whether it is known that the creditor is where the fields may go, or the clause lets them go nowhere else itself."""
    allowed = set(restriction.only_to)
    if each.limits.residency and set(each.limits.residency) <= allowed:
        return True
    return bool(each.owed_to.named) and all(places.get(uri) in allowed for uri in each.owed_to.named)


def _covers(restriction: Restriction, name: str) -> bool:
    """`facts` is every fact, told or kept."""
    if name in restriction.fields or (name.startswith("fact:") and "facts" in restriction.fields):
        return True
    return name == "facts" and any(each.startswith("fact:") for each in restriction.fields)
