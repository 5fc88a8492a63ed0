"""The library as JSON: documents to start from, and the typical cases that they can be tried on. Nothing here needs a node."""

from __future__ import annotations

from incident import answers
from incident.answers import Json
from incident.errors import NotFound
from incident.rules import typical
from incident.rules.terms.library import Specimen
from incident.rules.terms.library import library as _library
from incident.rules.terms.library import specimen as _specimen
from incident.rules.typical import Typical


def specimens() -> list[Json]:
    """Every document of the library, baselines first."""
    return [_about(each) for each in _library()]


def specimen(id: str) -> Json:
    """One of them in full.

    Raises:
        NotFound: there is none of that name; names those that there are.
    """
    found = _specimen(id)
    if found is None:
        raise NotFound(f"There is no document {id!r} in the library; it has {', '.join(each.id for each in _library())}.")
    return {**_about(found), "text": found.text}


def typical_cases() -> list[Json]:
    """Every typical case as the cast that ships plays it."""
    return [_typical(each) for each in typical.cases()]


def _about(each: Specimen) -> Json:
    found = each.agreement
    return {
        "id": each.id, "title": each.title, "about": each.about, "layer": each.layer, "version": found.version, "digest": found.digest,
        "parties": list(found.parties), "clauses": len(found.commitments),
    }  # fmt: skip


def _typical(each: Typical) -> Json:
    scene = typical.shipped(each)
    here = scene.deployment
    return {
        "id": each.id, "title": each.title, "purpose": each.purpose, "severity": each.severity, "tlp": each.tlp, "stage": each.stage,
        "exercise": each.exercise, "summary": each.summary, "affected_countries": list(each.affected_countries),
        "needs": list(each.needs), "countries": list(each.countries), "weekday": each.weekday, "clock": each.clock,
        "zone": here.operator.zone, "aware_at": answers.at(typical.aware_at(each, here.operator.zone)), "deployment": here.slug,
        "operator": here.operator.slug, "suppliers": [party.slug for party in here.suppliers], "filed_by": scene.filer.slug,
    }  # fmt: skip
