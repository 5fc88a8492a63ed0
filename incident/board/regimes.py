"""The catalogue of regimes, with what the caller's party has armed of it."""

from __future__ import annotations

from incident import answers, law
from incident.errors import NotFound
from incident.records.agreements import armings
from incident.rules import regimes as catalogue_of
from incident.work import Work


def regimes(work: Work) -> list[answers.Json]:
    """Every law that this node knows, each number with its citation and how far it was verified."""
    armed = _armed(work)
    return [law.regime(each, armed) for each in catalogue_of.catalogue()]


def regime(work: Work, id: str) -> answers.Json:
    """One of them.

    Raises:
        NotFound: there is none of that id.
    """
    found = catalogue_of.regime(id)
    if found is None:
        raise NotFound(f"There is no regime {id!r}.")
    return law.regime(found, _armed(work))


def _armed(work: Work) -> law.Armed:
    if work.actor.party is None:
        return {}
    return {
        (row.regime, row.stage): {
            "id": str(row.id), "source": row.source, "binds_from": row.binds_from.isoformat(), "armed_by": row.armed_by,
            "armed_at": answers.at(row.armed_at),
        }
        for row in armings.standing(work.connection, work.actor.party)
    }  # fmt: skip
