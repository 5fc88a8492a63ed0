"""Reading regime files. A number without a citation, an unknown fact or rule, or a key that nobody reads is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, cast, get_args

from incident.canonical import digest
from incident.rules.commitment import Anchor, Counting, Discharge, Parties, Role
from incident.rules.conditions import All, Condition
from incident.rules.legaltime import PeriodRefused, calendar, check, zone
from incident.rules.legaltime.shipped import Spot
from incident.rules.legaltime.values import Basis, Period, Unit
from incident.rules.regimes.clauses import Lists, condition
from incident.rules.regimes.values import Evidence, Excuse, Regime, Relation, Stage, State, Status
from incident.rules.vocabulary import VocabularyFault, named

_REGIME = (
    *("id", "name", "version", "jurisdiction", "citation", "status", "trigger", "owed_by", "owed_to", "counting"),
    *("discharge", "stages", "excuses", "relations", "notes", "confidence", "evidence", "evidence_detail", "source"),
)
_STAGE = (
    *("id", "title", "cite", "note", "when", "own_trigger", "owed_by", "owed_to", "anchors", "combine", "within"),
    *("content", "basis"),
)


def regime(spot: Spot, lists: Lists) -> Regime:
    """The regime written at `spot`.

    Raises:
        ShippedFault: names the file, the place and what was expected there.
    """
    spot.only(*_REGIME)
    _every_number_is_cited(spot)
    stages = tuple(_stage(each, spot, lists) for each in spot.at("stages").items())
    _stages_fit(spot, stages)
    return Regime(
        id=spot.at("id").text(),
        name=spot.at("name").text(),
        version=spot.at("version").day().isoformat(),
        digest=digest(spot.value),
        jurisdiction=spot.at("jurisdiction").text(),
        citation=spot.at("citation").text(),
        status=_status(spot.at("status")),
        stages=stages,
        excuses=tuple(Excuse(*_three(each, "type", "text", "cite")) for each in spot.many("excuses")),
        relations=tuple(Relation(*_three(each, "to", "type", "cite")) for each in spot.many("relations")),
        notes=tuple(each.text() for each in spot.many("notes")),
        confidence=spot.at("confidence").text(),
        evidence=cast(Evidence, spot.at("evidence").one_of(*get_args(Evidence))),
        evidence_detail=spot.at("evidence_detail").text(),
        source=spot.at("source").text(),
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
    spot.only("state", "since", "planning_from", "until", "cite", "note", "evidence")
    status = Status(
        state=cast(State, spot.at("state").one_of(*get_args(State))),
        since=spot.at("since").day(),
        cite=spot.at("cite").text(),
        evidence=cast(Evidence, spot.at("evidence").one_of(*get_args(Evidence))),
        note=spot.at("note").text() if spot.at("note").value else "",
        planning_from=_day_or_none(spot, "planning_from"),
        until=_day_or_none(spot, "until"),
    )
    if status.state == "deferred" and (status.planning_from is None or not status.note):
        raise spot.fault("a deferred regime says from when it is planned, and why it is deferred")
    return status


def _day_or_none(spot: Spot, key: str) -> date | None:
    return spot.at(key).day() if spot.has(key) else None


def _stage(spot: Spot, whole: Spot, lists: Lists) -> Stage:
    spot.only(*_STAGE)
    combine = spot.at("combine").one_of("first", "earliest", "latest") if spot.has("combine") else "first"
    period, period_cite = _within(spot.at("within")) if spot.has("within") else (None, None)
    owed_to = spot.at("owed_to") if spot.has("owed_to") else whole.at("owed_to")
    persons = owed_to.has("persons")
    anchors = tuple(_anchor(each) for each in spot.at("anchors").items())
    if not anchors:
        raise spot.at("anchors").fault("a duty starts somewhere: name an anchor")
    return Stage(
        id=spot.at("id").text(),
        title=spot.at("title").text(),
        cite=spot.at("cite").text(),
        note=spot.text_or("note", ""),
        owed_by=_parties(spot.at("owed_by") if spot.has("owed_by") else whole.at("owed_by")),
        owed_to=None if persons else _parties(owed_to),
        addressed_to=_persons(owed_to) if persons else "",
        when=_when(spot, whole, lists),
        anchors=anchors,
        combine=cast(Literal["first", "earliest", "latest"], combine),
        period=period,
        period_cite=period_cite,
        counting=_counting(whole.at("counting")),
        basis=Basis(spot.at("basis").one_of(*Basis)) if spot.has("basis") else Basis.STATUTE,
        discharged_by=_discharge(whole.at("discharge")),
        content=tuple(each.text() for each in spot.many("content")),
    )


def _when(spot: Spot, whole: Spot, lists: Lists) -> Condition:
    if spot.has("own_trigger"):
        return condition(spot.at("own_trigger"), lists)
    trigger = whole.at("trigger")
    trigger.only("when", "cite")
    trigger.at("cite").text()
    base = condition(trigger.at("when"), lists)
    return All((base, condition(spot.at("when"), lists))) if spot.has("when") else base


def _within(spot: Spot) -> tuple[Period, str]:
    spot.only("n", "unit", "rule", "at", "options", "cite")
    options = spot.at("options") if spot.has("options") else None
    period = Period(
        n=spot.at("n").whole(),
        unit=cast(Unit, spot.at("unit").one_of(*get_args(Unit))),
        rule=spot.at("rule").text(),
        at=spot.at("at").text() if spot.has("at") else None,
        options={key: options.at(key).flag() for key in options.entries()} if options is not None else {},
    )
    try:
        check(period)
    except PeriodRefused as error:
        raise spot.fault(error.message) from error
    return period, spot.at("cite").text()


def _anchor(spot: Spot) -> Anchor:
    spot.only("fact", "of", "after")
    if spot.has("after"):
        return Anchor("after", spot.at("after").text())
    try:
        known = named(spot.at("fact").text())
    except VocabularyFault as error:
        raise spot.at("fact").fault(str(error)) from error
    if known.type != "instant":
        raise spot.at("fact").fault(f"{known.name} is no instant and cannot start a clock")
    return Anchor("fact", known.name, spot.at("of").one_of("owed_by", "owed_to", "operator", "filer"))


def _parties(spot: Spot) -> Parties:
    spot.only("role", "mode", "competence", "cite")
    spot.at("cite").text()
    role = Role(spot.at("role").one_of(*Role))
    if (role in (Role.AUTHORITY, Role.HOME_AUTHORITY)) != spot.has("competence"):
        raise spot.fault("an authority, and only an authority, has a competence")
    mode = spot.at("mode").one_of("each", "any", "joint", "lead") if spot.has("mode") else "each"
    competence = spot.at("competence").text() if spot.has("competence") else None
    return Parties(role, cast(Literal["each", "any", "joint", "lead"], mode), competence)


def _persons(spot: Spot) -> str:
    spot.only("persons", "cite")
    spot.at("cite").text()
    return spot.at("persons").text()


def _counting(spot: Spot) -> Counting:
    spot.only("zone_of", "calendar_of", "category", "cite")
    spot.at("cite").text()
    counting = Counting(spot.at("zone_of").text(), spot.at("calendar_of").text(), spot.at("category").text())
    for key, value, known in (("zone_of", counting.zone_of, zone), ("calendar_of", counting.calendar_of, calendar)):
        place, _, name = value.partition(":")
        if place != "fixed" and value not in ("owed_by", "owed_to", "operator"):
            raise spot.at(key).fault("expected owed_by, owed_to, operator or fixed:")
        if place == "fixed":
            try:
                known(name)
            except ValueError as error:
                raise spot.at(key).fault(str(error)) from error
    return counting


def _discharge(spot: Spot) -> Discharge:
    spot.only("by", "cite")
    spot.at("cite").text()
    return Discharge(spot.at("by").one_of(*Discharge))


def _three(spot: Spot, first: str, second: str, third: str) -> tuple[str, str, str]:
    spot.only(first, second, third)
    return spot.at(first).text(), spot.at(second).text(), spot.at(third).text()


def _stages_fit(spot: Spot, stages: tuple[Stage, ...]) -> None:
    """Stage ids are unique, and an `after` names a stage of the same regime by the last word of its id."""
    ids = [stage.id for stage in stages]
    words = {stage_id.rsplit(".", 1)[-1] for stage_id in ids}
    for stage in stages:
        if ids.count(stage.id) > 1:
            raise spot.at("stages").fault(f"the stage {stage.id!r} stands twice")
        for anchor in stage.anchors:
            if anchor.kind == "after" and anchor.name not in words:
                raise spot.at("stages").fault(f"{stage.id} runs after {anchor.name!r}, which is no stage of this regime")
