"""Whether what a document includes by reference is there, in that version and with that text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incident.rules import regimes
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Include
from incident.rules.terms.composing.values import Finding

Known = tuple[str, str]
"""A version and a digest."""


def unmet(agreed: Sequence[Agreement]) -> Iterator[Finding]:
    """Every inclusion that the layers, or for a law the catalogue, do not answer exactly."""
    there: dict[str, list[Known]] = {}
    for each in agreed:
        there.setdefault(each.name, []).append((each.version, each.digest))
    for document in agreed:
        for include in document.articles.includes:
            found = _in_catalogue(include.name) if include.kind == "regime" else there.get(include.name, [])
            if (fault := _fault(include, found)) is not None:
                code, message = fault
                yield Finding(f"include.{code}", document.layer, document.name, document.version, "", include.cite, message)


def _in_catalogue(name: str) -> list[Known]:
    found = regimes.regime(name)
    return [(found.version, found.digest)] if found else []


def _fault(include: Include, found: Sequence[Known]) -> tuple[str, str] | None:
    what = f"{include.name} {include.version}"
    if not found:
        where = "the catalogue" if include.kind == "regime" else "the layers"
        return "absent", f"{what} is included and not in {where}."
    same = [digest for version, digest in found if version == include.version]
    if not same:
        return "version", f"{what} is included; what is there is version {', '.join(version for version, _ in found)}."
    if include.digest is not None and include.digest not in same:
        return "digest", f"{what} is included with the digest {include.digest}; what is there has {', '.join(same)}."
    return None
