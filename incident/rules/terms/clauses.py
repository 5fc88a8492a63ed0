"""From the clauses of a checked document to commitments. Defaults enter here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incident.rules.commitment import (
    Again,
    Anchor,
    Commitment,
    Counting,
    Discharge,
    Excuse,
    Extension,
    FieldLimit,
    Limits,
    OnCall,
    OnMiss,
    Parties,
    RecipientLimit,
    Repeat,
    Restriction,
    Role,
    Rung,
    Source,
    Target,
    Tell,
    Yields,
)
from incident.rules.conditions import ALWAYS, All, Condition, Not, Operator, Test
from incident.rules.conditions import Any as Either
from incident.rules.legaltime.values import Basis, Period, Unit

Clause = Mapping[str, Any]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULES: Mapping[str, tuple[Unit, str]] = {
    "minutes": ("min", "elapsed_hours"),
    "hours": ("h", "elapsed_hours"),
    "days": ("d", "calendar_days"),
    "business_days": ("bd", "business_days"),
    "months": ("mo", "calendar_months"),
}


def compiled(document: Mapping[str, Any], digest: str) -> tuple[Commitment, ...]:
    """The commitments in the order of the document, each with its source."""
    signatories = frozenset(document["parties"])
    return tuple(_commitment(each, document, digest, signatories) for each in document.get("commitments", ()))


def restrictions(document: Mapping[str, Any], digest: str) -> tuple[Restriction, ...]:
    """What the document says must not be transferred, in its order."""
    signatories = frozenset(document["parties"])
    return tuple(
        Restriction(
            each["id"], each["title"], Source("agreement", document["name"], document["version"], digest, each["cite"]),
            tuple(each["fields"]), tuple(each["only_to"]), signatories, condition(each["when"]) if "when" in each else ALWAYS,
        )
        for each in document.get("restrictions", ())
    )  # fmt: skip


def targets(document: Mapping[str, Any]) -> tuple[tuple[str, Target], ...]:
    """What the parties agreed to plan duties for, by the commitment's id; it binds them and nobody else."""
    signatories = frozenset(document["parties"])
    return tuple(
        (each["for"], Target(period(each["within"]), f"{document['name']} {document['version']}, {each['cite']}", signatories))
        for each in document.get("planning_targets", ())
    )


def condition(spoken: Clause) -> Condition:
    """The condition that a checked `when` says."""
    if "all" in spoken:
        return All(tuple(condition(each) for each in spoken["all"]))
    if "any" in spoken:
        return Either(tuple(condition(each) for each in spoken["any"]))
    if "not" in spoken:
        return Not(condition(spoken["not"]))
    return _test(spoken)


def _test(spoken: Clause) -> Condition:
    fact, of = spoken["fact"], spoken.get("of", "operator")
    if "known" in spoken:
        known = Test(fact, "known", (), of)
        return known if spoken["known"] else Not(known)
    operators: tuple[Operator, ...] = ("is", "in", "at_least", "at_most", "includes")
    operator = next(each for each in operators if each in spoken)
    wanted = spoken[operator]
    return Test(fact, operator, tuple(wanted) if isinstance(wanted, list) else (wanted,), of)


def _commitment(spoken: Clause, document: Mapping[str, Any], digest: str, signatories: frozenset[str]) -> Commitment:
    anchors, combine = _anchors(spoken.get("anchor", {"filing": True}))
    acknowledge = spoken.get("acknowledge_within")
    within = spoken.get("within")
    return Commitment(
        id=spoken["id"],
        title=spoken["title"],
        source=Source("agreement", document["name"], document["version"], digest, spoken["cite"]),
        owed_by=_parties(spoken["owed_by"], document),
        owed_to=_parties(spoken["owed_to"], document),
        when=condition(spoken["when"]) if "when" in spoken else ALWAYS,
        anchors=anchors,
        combine=combine,
        repeat=_repeat(spoken["repeat"]) if "repeat" in spoken else None,
        period=None if within is None else period(within),
        counting=_counting(spoken),
        basis=Basis.CONTRACT,
        discharged_by=Discharge(spoken["discharged_by"]),
        contains=tuple(spoken.get("must_contain", ())),
        tell=_tell(spoken["tell"]) if "tell" in spoken else None,
        acknowledge_within=None if acknowledge is None else period(acknowledge),
        ladder=tuple(_rung(each) for each in spoken.get("ladder", ())),
        limits=_limits(spoken.get("handling", {}), document),
        signatories=signatories,
        extendable=spoken.get("extendable"),
        waivable=spoken.get("waivable"),
        because_applies=_because(document),
        ladder_again=_again(spoken["ladder_again"]) if "ladder_again" in spoken else None,
        silent_after=timedelta(**spoken["silent_after"]) if "silent_after" in spoken else None,
        acknowledged_by=spoken.get("acknowledged_by", "each"),
        on_call=tuple(_on_call(each) for each in spoken.get("on_call", ())),
        extension=_extension(spoken.get("extension", {})),
        excuses=tuple(_excuse(each) for each in spoken.get("excuses", ())),
        on_miss=_on_miss(spoken["on_miss"]) if "on_miss" in spoken else None,
        duty=spoken.get("duty", ""),
        layer=document.get("layer", "bilateral"),
        relaxable=_yields(spoken.get("relaxable")),
        displaceable=_yields(spoken.get("displaceable")),
    )


def period(spoken: Clause) -> Period:
    """The period that a checked `within` says, with its counting rule."""
    name = next(each for each in _RULES if each in spoken)
    unit, rule = _RULES[name]
    return Period(spoken[name], unit, rule, at=spoken.get("at"))


def _anchors(spoken: Clause) -> tuple[tuple[Anchor, ...], Any]:
    for combine in ("earliest", "latest"):
        if combine in spoken:
            return tuple(_anchor(each) for each in spoken[combine]), combine
    return (_anchor(spoken),), "first"


def _anchor(spoken: Clause) -> Anchor:
    if "fact" in spoken:
        return Anchor("fact", spoken["fact"], spoken.get("of", "owed_by"))
    if "after" in spoken:
        return Anchor("after", spoken["after"])
    return Anchor("delivery", spoken["delivery"]) if "delivery" in spoken else Anchor("filing")


def _parties(spoken: Clause, document: Mapping[str, Any]) -> Parties:
    group = spoken.get("group")
    named = tuple(_members(document, group)) if group else (spoken["party"],) if "party" in spoken else ()
    return Parties(Role(spoken["role"]), spoken.get("mode", "each"), spoken.get("competence"), named, group)


def _members(document: Mapping[str, Any], group: str) -> list[str]:
    return [uri for each in document["groups"] if each["name"] == group for uri in each["members"]]


def _counting(spoken: Clause) -> Counting:
    counting = spoken.get("counting", {})
    calendar = counting.get("calendar", spoken.get("within", {}).get("calendar", "owed_to"))
    return Counting(_whose(counting.get("zone", "owed_to")), _whose(calendar))


def _whose(word: str) -> str:
    return word if word in ("owed_by", "owed_to", "operator") else f"fixed:{word}"


def _tell(spoken: Clause) -> Tell:
    channels = tuple(spoken.get("channels", Tell(()).channels))
    return Tell(tuple(spoken["fields"]), spoken.get("release", "officer"), channels)


def _rung(spoken: Clause) -> Rung:
    return Rung(spoken["contact"], timedelta(**spoken["before"]))


def _again(spoken: Clause) -> Again:
    return Again(spoken["times"], timedelta(**spoken["every"]))


def _limits(spoken: Clause, document: Mapping[str, Any]) -> Limits:
    return Limits(
        spoken.get("max_tlp", Limits().max_tlp),
        tuple(spoken.get("withhold", ())),
        tuple(spoken.get("residency", ())),
        tuple(
            FieldLimit(tuple(each["fields"]), each.get("max_tlp"), tuple(each.get("residency", ()))) for each in spoken.get("fields", ())
        ),
        tuple(_recipient_limit(each, document) for each in spoken.get("recipients", ())),
    )


def _recipient_limit(spoken: Clause, document: Mapping[str, Any]) -> RecipientLimit:
    to = frozenset(uri for name in spoken["to"] for uri in ([name] if name.startswith("https://") else _members(document, name)))
    return RecipientLimit(to, spoken.get("max_tlp"), tuple(spoken.get("withhold", ())))


def _repeat(spoken: Clause) -> Repeat:
    return Repeat(spoken["every"], condition(spoken["until"]) if "until" in spoken else None)


def _on_call(spoken: Clause) -> OnCall:
    days = frozenset(_DAYS.index(each) for each in spoken["days"])
    return OnCall(spoken["contact"], _whose(spoken.get("zone", "owed_to")), days, _minutes(spoken["from"]), _minutes(spoken["until"]))


def _extension(spoken: Clause) -> Extension:
    return Extension(spoken.get("by", "owed_to"), tuple(spoken.get("grounds", ())), _span(spoken, "most"))


def _excuse(spoken: Clause) -> Excuse:
    return Excuse(spoken["kind"], spoken["ground"], spoken.get("by", "owed_to"), spoken["cite"], _span(spoken, "most"))


def _on_miss(spoken: Clause) -> OnMiss:
    return OnMiss(spoken["cite"], _span(spoken, "notice_of_breach"), _span(spoken, "cure"), _span(spoken, "review"))


def _yields(spoken: Clause | None) -> Yields | None:
    return None if spoken is None else Yields(tuple(spoken["by"]), spoken["cite"], _span(spoken, "most"))


def _span(spoken: Clause, key: str) -> Period | None:
    return period(spoken[key]) if key in spoken else None


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _because(document: Mapping[str, Any]) -> str:
    force = document["in_force"]
    until = f" until {force['until']}" if "until" in force else ""
    return f"{document['title']}, version {document['version']}, is in force from {force['from']}{until}."
