"""The calculator's form: from the address, which holds all of a calculation, to what the desk is asked, and the fields to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from incident.rules.legaltime import rules
from incident.rules.regimes.values import Regime
from incident.rules.vocabulary import FactType, vocabulary
from web.schemas.supposing import entered
from web.views.pages.forms import Shown, answered

EXAMPLE = {
    "regime": "eu.nis2.art23", "zone": "Europe/Tallinn", "f.aware_at": "2026-03-27T17:40", "f.significant_incident": "true",
    "f.is_essential_entity": "true",
}  # fmt: skip
EXAMPLE_OF_A_RULE = {
    "rule": "eu1182_days", "n": "2", "unit": "d", "start": "2026-11-20T09:00", "zone": "Europe/Brussels", "cal": "BE:public",
}  # fmt: skip
LABELS = {
    "zone": "Zone", "jurisdiction": "Established in", "calendar": "Calendar", "recipient_zone": "Recipient’s zone",
    "recipient_calendar": "Recipient’s calendar", "submitted": "Submitted", "regime": "Law", "rule": "Counting rule", "n": "How many",
    "unit": "Unit", "start": "From", "cal": "Calendar", "opts": "Options", "fold": "From", "anchors": "Further start",
}  # fmt: skip
UNITS = {"min": "minutes", "h": "hours", "d": "days", "bd": "working days", "w": "weeks", "mo": "months", "y": "years"}
_PLACES = ("zone", "jurisdiction", "calendar", "recipient_zone", "recipient_calendar")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a law asks about: the instants that start its clocks, what decides whether it applies, the stages others run from."""

    instants: Sequence[FactType]
    others: Sequence[FactType]
    stages: Sequence[str]


def asked(law: Regime) -> Asked:
    """The questions of that law, in the order in which people are asked."""
    known = [each for each in vocabulary().values() if each.name in law.asks and each.kind != "case"]
    before = [anchor.name for stage in law.stages for anchor in stage.anchors if anchor.kind in ("after", "receipt")]
    return Asked(
        [each for each in known if each.type == "instant"],
        [each for each in known if each.type != "instant"],
        list(dict.fromkeys(before)),
    )


def body(given: MultiDict[str, str], law: Regime) -> dict[str, Any]:
    """The body of `POST /api/v1/due` for a law; what was left empty is not in it."""
    made: dict[str, Any] = {"regime": law.id} | {name: value for name in _PLACES if (value := given.get(name, "").strip())}
    known = vocabulary()
    facts = {name.removeprefix("f."): value.strip() for name, value in given.items() if name.startswith("f.") and value.strip()}
    made["facts"] = {
        name: _instant(given, f"f.{name}", value)
        if (kind := known[name].type if name in known else "") == "instant"
        else answered(value, kind)
        for name, value in facts.items()
    }
    stages = {name.removeprefix("s."): value.strip() for name, value in given.items() if name.startswith("s.") and value.strip()}
    made["submitted"] = {name: _instant(given, f"s.{name}", value) for name, value in stages.items()}
    return made


def case(given: MultiDict[str, str]) -> dict[str, Any]:
    """The case of a counting rule, as a batch states it."""
    rule = rules().get(given.get("rule", ""))
    made: dict[str, Any] = {"id": "calculator", "rule": given.get("rule", "")}
    made |= {name: value for name in ("unit", "zone", "cal") if (value := given.get(name, "").strip())}
    if n := given.get("n", "").strip():
        made["n"] = _number(n)
    opts: dict[str, Any] = {name: True for name in given.getlist("opt") if name}
    opts |= {"at": at} if (at := given.get("at", "").strip()) else {}
    if rule and rule.anchors:
        opts |= {name: value for name in rule.anchors if (value := given.get(f"a.{name}", "").strip())}
    elif start := given.get("start", "").strip():
        made["start"] = start[:10] if given.get("day.start") else start
    if given.get("fold.start") in ("0", "1"):
        made["fold"] = int(given["fold.start"])
    return made | ({"opts": opts} if opts else {})


def twice(faults: Iterable[Shown], given: Mapping[str, str], field: str, shown: str) -> bool:
    """Whether the form asks which pass of a time that comes twice is meant."""
    return given.get(f"fold.{field}") in ("0", "1") or any(each.field == shown and each.code == "ambiguous" for each in faults)


def _instant(given: Mapping[str, str], field: str, text: str) -> Any:
    fold = given.get(f"fold.{field}", "")
    only_the_day = bool(given.get(f"day.{field}")) and len(text) > 10
    return entered(text[:10] if only_the_day else text, given.get("zone", "").strip() or None, int(fold) if fold in ("0", "1") else None)


def _number(text: str) -> int | float | str:
    if text.isascii() and text.lstrip("-").isdigit() and len(text) < 17:
        return int(text)
    whole, dot, part = text.partition(".")
    return float(text) if dot and whole.isdigit() and part.isdigit() and text.isascii() and len(text) < 17 else text
