"""Reading regime files. A number without a citation, an unknown fact or rule, or a key that nobody reads is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast, get_args

from incident.canonical import digest
from incident.rules.legaltime.shipped import Spot
from incident.rules.regimes.clauses import Lists, countries
from incident.rules.regimes.stages import stage
from incident.rules.regimes.values import Cited, Evidence, Excuse, Regime, Relation, Stage, State, Status

_REGIME = (
    *("id", "name", "version", "jurisdiction", "citation", "status", "reach", "trigger", "thresholds", "owed_by", "owed_to", "counting"),
    *("discharge", "stages", "excuses", "relations", "duties", "notes", "confidence", "evidence", "evidence_detail", "source"),
    *("overlay_of", "countries"),
)


def regime(spot: Spot, lists: Lists) -> Regime:
    """The regime written at `spot`.

    Raises:
        ShippedFault: names the file, the place and what was expected there.
    """
    spot.only(*_REGIME)
    _every_number_is_cited(spot)
    stages = tuple(stage(each, spot, lists) for each in spot.many("stages"))
    _stages_fit(spot, stages)
    status, evidence = _status(spot.at("status")), _evidence(spot)
    return Regime(
        id=spot.at("id").text(),
        name=spot.at("name").text(),
        version=spot.at("version").day().isoformat(),
        digest=digest(spot.value),
        jurisdiction=spot.at("jurisdiction").text(),
        citation=spot.at("citation").text(),
        status=status,
        trigger_cite=spot.at("trigger").at("cite").text() if spot.has("trigger") else "",
        trigger_note=spot.at("trigger").text_or("note", "") if spot.has("trigger") else "",
        stages=stages,
        thresholds=_cited(spot, "thresholds"),
        excuses=tuple(_excuse(each) for each in spot.many("excuses")),
        relations=tuple(_relation(each) for each in spot.many("relations")),
        duties=_cited(spot, "duties"),
        notes=tuple(each.text() for each in spot.many("notes")),
        confidence=spot.at("confidence").text(),
        evidence=evidence,
        evidence_detail=spot.at("evidence_detail").text(),
        source=spot.at("source").text(),
        unarmed_because=status.unsettled or ("Known from memory only: no text of it was read." if evidence == "memory" else ""),
        overlay_of=spot.at("overlay_of").text() if spot.has("overlay_of") else None,
        countries=countries(spot.at("countries"), lists) if spot.has("countries") else (),
    )


def country_lists(spot: Spot) -> Lists:
    """The cited lists of states by name."""
    spot.only("version", "lists")
    found: dict[str, tuple[str, ...]] = {}
    for name in spot.at("lists").entries():
        each = spot.at("lists").at(name)
        each.only("cite", "evidence", "members")
        each.at("cite").text()
        found[name] = tuple(member.text() for member in each.at("members").items())
    return found


def _every_number_is_cited(spot: Spot) -> None:
    """A mapping that holds a number must say in the same place where the number comes from."""
    if isinstance(spot.value, Mapping):
        members = [spot.at(key) for key in spot.entries()]
        numbers = [each for each in members if isinstance(each.value, int) and not isinstance(each.value, bool)]
        if numbers and not spot.has("cite"):
            raise numbers[0].fault("a number without a citation; add `cite` beside it")
    elif isinstance(spot.value, list):
        members = list(spot.items())
    else:
        return
    for each in members:
        _every_number_is_cited(each)


def _status(spot: Spot) -> Status:
    spot.only("state", "since", "planning_from", "until", "cite", "note", "evidence", "unsettled", "template")
    status = Status(
        state=cast(State, spot.at("state").one_of(*get_args(State))),
        since=_day_or_none(spot, "since"),
        cite=spot.at("cite").text(),
        evidence=_evidence(spot),
        note=spot.at("note").text() if spot.has("note") and spot.at("note").value else "",
        planning_from=_day_or_none(spot, "planning_from"),
        until=_day_or_none(spot, "until"),
        unsettled=spot.text_or("unsettled", ""),
        template=spot.text_or("template", ""),
    )
    if status.state == "deferred" and (status.planning_from is None or status.since is None or not status.note):
        raise spot.fault("a deferred regime says from when it is planned, since when it binds, and why it is deferred")
    if status.state == "ended" and status.until is None:
        raise spot.fault("an ended regime says until when it bound")
    if status.state == "adopted" and status.since is None and not status.unsettled:
        raise spot.fault("what is adopted says since when it applies, or in `unsettled` why nobody knows yet")
    return status


def _day_or_none(spot: Spot, key: str) -> date | None:
    return spot.at(key).day() if spot.has(key) else None


def _evidence(spot: Spot) -> Evidence:
    return cast(Evidence, spot.at("evidence").one_of(*get_args(Evidence)))


def _cited(spot: Spot, key: str) -> tuple[Cited, ...]:
    found = []
    for each in spot.many(key):
        each.only("text", "cite")
        found.append(Cited(each.at("text").text(), each.at("cite").text()))
    return tuple(found)


def _excuse(spot: Spot) -> Excuse:
    spot.only("type", "text", "cite")
    kind = spot.at("type").one_of("excuse", "exception", "extension", "suspension", "substitute")
    return Excuse(kind, spot.at("text").text(), spot.at("cite").text())


def _relation(spot: Spot) -> Relation:
    spot.only("to", "type", "cite", "evidence")
    kind = spot.at("type").one_of(
        *("displaces", "displaced_by", "cumulative", "limited_by", "specifies", "analogue", "satisfied_by", "feeds")
    )
    evidence = _evidence(spot) if spot.has("evidence") else "read"
    return Relation(spot.at("to").text(), kind, spot.at("cite").text(), evidence)


def _stages_fit(spot: Spot, stages: tuple[Stage, ...]) -> None:
    """Stage ids are unique, and an `after` or `receipt` names a stage of the same regime by the last word of its id."""
    ids = [each.id for each in stages]
    words = {each.filed_as for each in stages}
    for each in stages:
        if ids.count(each.id) > 1:
            raise spot.at("stages").fault(f"the stage {each.id!r} stands twice")
        for anchor in each.anchors:
            if anchor.kind in ("after", "receipt") and anchor.name not in words:
                raise spot.at("stages").fault(f"{each.id} runs after {anchor.name!r}, which is no stage of this regime")
