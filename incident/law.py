"""The law as JSON: a regime as its file says it, and what the lawyer's desk works out for facts that somebody supposes.

Plain values as in `incident.answers`. Nothing here needs a node: the command line, the API and the pages say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from incident import answers
from incident.answers import Json
from incident.rules.commitment import Anchor, Counting, Parties
from incident.rules.conditions import ALWAYS, All, Condition, Not, Test
from incident.rules.conditions import Any as Either
from incident.rules.desk import StageDue, Supposed, Worked
from incident.rules.legaltime import tzdata_version, zone
from incident.rules.legaltime.values import Period
from incident.rules.legaltime.zones import spoken_limit
from incident.rules.planning.values import NOT_PLANNED
from incident.rules.regimes import catalogue
from incident.rules.regimes.values import Regime, Stage, Status

Armed = Mapping[tuple[str, str | None], Json]
"""What an officer armed, by regime and by stage, None for the whole regime."""
_BY_NOBODY: Armed = {}
_NEVER_LAW = ("proposed", "template")


def regime(found: Regime, armed: Armed = _BY_NOBODY) -> Json:
    """Everything that the file says, each number with its citation and how far it was verified."""
    return {
        "id": found.id, "name": found.name, "version": found.version, "digest": found.digest, "jurisdiction": found.jurisdiction,
        "citation": found.citation, "overlay_of": found.overlay_of, "countries": list(found.countries),
        "status": status(found.status), "unarmed_because": found.unarmed_because or None, "armed": armed.get((found.id, None)),
        "trigger": {"cite": found.trigger_cite, "note": found.trigger_note},
        "thresholds": [{"text": each.text, "cite": each.cite} for each in found.thresholds],
        "stages": [_stage(each, armed.get((found.id, each.id))) for each in found.stages],
        "excuses": [{"type": each.type, "text": each.text, "cite": each.cite} for each in found.excuses],
        "relations": [
            {"to": each.to, "type": each.type, "cite": each.cite, "evidence": each.evidence, "takes_effect": each.takes_effect}
            for each in found.relations
        ],
        "duties": [{"text": each.text, "cite": each.cite} for each in found.duties], "notes": list(found.notes),
        "confidence": found.confidence, "evidence": found.evidence, "evidence_detail": found.evidence_detail, "source": found.source,
    }  # fmt: skip


def status(found: Status) -> Json:
    """From when to when a law applies, and how far that was verified."""
    return {
        "state": found.state, "since": _day(found.since), "until": _day(found.until), "planning_from": _day(found.planning_from),
        "cite": found.cite, "note": found.note, "evidence": found.evidence, "template": found.template or None,
    }  # fmt: skip


def standing_says(found: Regime, on: date) -> str:
    """In one sentence, whether the law binds on that day; arming is another question."""
    known = found.status
    if known.state in _NEVER_LAW:
        return f"It is {'a proposal' if known.state == 'proposed' else 'a template'} and binds nobody."
    if known.until is not None and on > known.until:
        return f"It ended on {known.until}."
    how = found.standing(on)
    if how == "template":
        return f"It is shown for planning: {known.template}"
    if how == "binding":
        return f"It applies, since {known.since}." if known.since else "It is in force; no source gives the date, so it is taken to apply."
    if how == "planning":
        return f"It does not bind yet: shown for planning, taken to bind from {known.since}."
    return (
        f"It does not apply yet: it applies from {known.since}." if known.since else "It does not apply: no date of application is known."
    )


def worked(found: Worked, supposed: Supposed, *, applies_only: bool = False) -> Json:
    """The regime under what is supposed, every stage with both instants and the reasons; `applies_only` leaves out what does not."""
    law = found.regime
    stages = [_stage_due(law, each, supposed) for each in found.stages]
    asked = law.asks
    return {
        "regime": law.id, "name": law.name, "version": law.version, "citation": law.citation, "jurisdiction_of_law": law.jurisdiction,
        "on": _day(supposed.on), "status": status(law.status), "standing": found.standing,
        "standing_says": standing_says(law, supposed.on) if supposed.on else "No instant is supposed, so there is no day to ask about.",
        "in_its_place": [each.id for each in _overlays(law) if supposed.jurisdiction in each.countries],
        "unarmed_because": law.unarmed_because or None, "zone": supposed.zone, "jurisdiction": supposed.jurisdiction,
        "calendar": supposed.calendar, "recipient_zone": supposed.recipient_zone, "recipient_calendar": supposed.recipient_calendar,
        "not_asked": sorted(name for name in supposed.facts if name not in asked), "tzdata_version": tzdata_version(),
        "stages": [each for each in stages if each["applies"] is not False] if applies_only else stages,
    }  # fmt: skip


def _stage_due(law: Regime, found: StageDue, supposed: Supposed) -> Json:
    stage, planned = found.stage, found.planned
    failed = planned.occurrence == NOT_PLANNED
    deadline = None if failed else planned.deadline
    return {
        "id": stage.id, "title": stage.title, "cite": stage.cite, "kind": stage.kind, "owed_by": _parties(stage.owed_by),
        "owed_to": stage.addressed_to or _parties(stage.owed_to), "applies": found.applies, "unknown": list(found.unknown),
        "predicted": planned.predicted and not failed, "basis": deadline.basis.value if deadline else stage.basis.value,
        "armed_needed": bool(law.needs_arming or stage.unarmed_because), "unarmed_because": stage.unarmed_because or None,
        "period": _period(stage.period), "period_cite": stage.period_cite, "also": stage.also, "note": stage.note,
        "started_at": None if failed else answers.at(planned.started_at),
        "target": _thrice(deadline.target_at, supposed) if deadline else None,
        "due": _thrice(deadline.due_at, supposed) if deadline else None,
        "error": planned.because[-1].text if failed else None, "because": [] if failed else answers.because(planned.because),
    }  # fmt: skip


def _overlays(law: Regime) -> list[Regime]:
    return [each for each in catalogue() if each.overlay_of == law.id]


def _thrice(at: datetime, supposed: Supposed) -> Json:
    """An instant in UTC, where the debtor and where the recipient sits; `says` names the day that a midnight closes."""
    there, here = zone(supposed.recipient_zone), zone(supposed.zone)
    return {
        "utc": answers.at(at), "local": at.astimezone(here).isoformat(), "recipient": at.astimezone(there).isoformat(),
        "says": spoken_limit(at, here),
    }  # fmt: skip


def _stage(stage: Stage, armed: Json | None) -> Json:
    return {
        "id": stage.id, "filed_as": stage.filed_as, "title": stage.title, "cite": stage.cite, "note": stage.note, "kind": stage.kind,
        "owed_by": _parties(stage.owed_by), "owed_to": None if stage.addressed_to else _parties(stage.owed_to),
        "addressed_to": stage.addressed_to, "when": None if stage.when == ALWAYS else _condition(stage.when),
        "anchors": [_anchor(each) for each in stage.anchors], "combine": stage.combine,
        "period": _period(stage.period), "period_cite": stage.period_cite, "also": stage.also, "plan_for": _period(stage.plan_for),
        "plan_for_cite": stage.plan_for_cite, "repeats": stage.repeat.every if stage.repeat else None,
        "counting": _counting(stage.counting), "basis": stage.basis.value,
        "discharged_by": stage.discharged_by.value, "discharge_cite": stage.discharge_cite, "content": list(stage.content),
        "evidence": stage.evidence, "unarmed_because": stage.unarmed_because or None, "armed": armed,
    }  # fmt: skip


def _condition(when: Condition) -> Json:
    """A condition as a tree of `{all}`, `{any}`, `{not}` and tests. `known` in a test: what is not known counts as no."""
    match when:
        case Test(fact, operator, operands, of):
            return {"fact": fact, "of": of, "operator": operator, "operands": list(operands), "known": operator == "known"}
        case Not(part):
            return {"not": _condition(part)}
        case All(parts):
            return _group("all", parts)
        case Either(parts):
            return _group("any", parts)


def _group(by: str, parts: tuple[Condition, ...]) -> Json:
    """Its parts, those that are joined in the same way taken in; that a fact is known is said in the test that it stands beside."""
    made = [_condition(each) for each in parts]
    found: list[Json] = [inner for each in made for inner in each.get(by, [each])]
    if by == "all":
        known = {(each["fact"], each["of"]) for each in found if each.get("operator") == "known"}
        tested = {(each["fact"], each["of"]) for each in found if each.get("operator", "known") != "known"}
        found = [
            each | {"known": True} if "fact" in each and (each["fact"], each["of"]) in known else each
            for each in found
            if each.get("operator") != "known" or (each["fact"], each["of"]) not in tested
        ]
    return found[0] if len(found) == 1 else {by: found}


def _parties(parties: Parties) -> str:
    return f"{parties.role.value}: {parties.competence}" if parties.competence else parties.role.value


def _anchor(anchor: Anchor) -> Json:
    return {"kind": anchor.kind, "name": anchor.name, "of": anchor.of if anchor.kind == "fact" else None}


def _counting(counting: Counting) -> Json:
    return {"zone_of": counting.zone_of, "calendar_of": counting.calendar_of, "category": counting.category}


def _period(period: Period | None) -> Json | None:
    if period is None:
        return None
    return {"n": period.n, "unit": period.unit, "rule": period.rule, "at": period.at, "options": dict(period.options)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@cache
def duties() -> Mapping[str, Period | None]:
    """The duties of every law in the catalogue with their periods; None where there is no number or overlays differ in it."""
    found: dict[str, Period | None] = {}
    for one in catalogue():
        for stage in one.stages:
            name = f"{one.overlay_of or one.id}.{stage.id}"
            found[name] = stage.period if found.get(name, stage.period) == stage.period else None
    return found


def versions() -> Mapping[str, str]:
    """The version of every law in the catalogue."""
    return {one.id: one.version for one in catalogue()}
