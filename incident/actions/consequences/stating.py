"""Facts as they are stated: about whom, by whom, superseding what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from incident.actions.commands import StatedFact
from incident.actions.consequences import writing
from incident.errors import Fault, Invalid
from incident.records.parties import directory
from incident.rules.case import Deployment
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime.values import Moment
from incident.work import Work

Rows = list[dict[str, Any]]


def rows(work: Work, stated: Iterable[StatedFact], deployment: Deployment, case_id: UUID, *, previous: Facts) -> Rows:
    """The rows of what is newly stated; what is said again unchanged is no new fact.

    Raises:
        Invalid: about nobody on this node, or of an instant that has not come; every such fact is named.
    """
    given = list(stated)
    known = {each.slug: each.id for each in directory.everybody(work.connection)} if any(each.about for each in given) else {}
    faults: list[Fault] = []
    made: Rows = []
    for each in given:
        about = deployment.operator.id if each.about is None else known.get(each.about)
        if about is None:
            faults.append(Fault(each.about_at, "unknown_party", f"there is no party {each.about!r}"))
        elif isinstance(each.value, Moment) and each.value.earliest > work.now:
            faults.append(Fault(each.instant_at, "in_the_future", f"{each.value.text} has not come yet; expected an instant up to now"))
        else:
            made += _unless_same(work, each, about, case_id, previous)
    if faults:
        raise Invalid(faults)
    return made


def as_facts(made: Rows) -> Facts:
    """The same as the rules see them, before they are read back."""
    return Facts.of(_fact(row) for row in made)


def _unless_same(work: Work, stated: StatedFact, about: UUID, case_id: UUID, previous: Facts) -> Rows:
    before = previous.about(stated.name, about)
    if before is not None and before.value == stated.value:
        return []
    by, node = work.actor.party, work.node.settings.node_name
    if by is None:
        raise ValueError("a fact is somebody's: only a party states one")
    superseded = before.id if before else None
    return [writing.fact_row(case_id, stated, about=about, by=by, report=None, supersedes=superseded, node=node, now=work.now)]


def _fact(row: dict[str, Any]) -> Fact:
    value = row["value"]
    if row["earliest_at"] is not None:
        value = Moment(row["earliest_at"], row["latest_at"], row["precision"], row["entered"], row["zone"], row["fold"])
    return Fact(row["id"], row["name"], value, row["about"], row["said_by"], row["recorded_at"])
