"""From the report form to the body that the API takes, and back again for corrections."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from web.page_context import Json, words
from web.views.pages.forms import answered, countries, lines, padded

ASKED = ("aware_at", "significant_incident", "personal_data_breach", "cross_border")
"""Facts with a question of their own on the form; the others stand under "More questions"."""

LABELS = {
    "deployment": "Which deployment",
    "summary": "What happened",
    "severity": "How severe",
    "affected_countries": "Which countries",
    "tlp": "How far shared",
    "fact-aware_at": "When you became aware",
}
UNTIL_SAID = {"severity": "high", "tlp": "AMBER+STRICT"}
"""What "I don't know yet" is handled as; the form says so beside the answer."""

Given = Mapping[str, str]


def empty(deployments: Sequence[Json]) -> Given:
    """A fresh form: a reference of its own, so that sending twice is filing once."""
    only = deployments[0]["slug"] if len(deployments) == 1 else ""
    return _given({"reference": fresh_reference(), "stage": "early_warning", "deployment": only})


def fresh_reference() -> str:
    """A reference that no other form has."""
    return f"web-{secrets.token_hex(6)}"


def of_request(form: MultiDict[str, str]) -> Given:
    """What was entered, field by field. `instead` is the reference of a report that is sent as one of its own after all."""
    given = {name: lines(value) for name, value in form.items()}
    if not given.get("instead"):
        return _given(given)
    return _given({name: value for name, value in given.items() if not name.startswith("revision.")} | {"reference": given["instead"]})


def of_case(found: Json, stage: str) -> Given:
    """A form filled from a case as it stands, for its next stage or a correction."""
    case = found["incident"]
    values = {
        "reference": case["reference"], "deployment": case["deployment"], "summary": case["summary"], "severity": case["severity"],
        "tlp": case["tlp"], "affected_countries": ", ".join(case["affected_countries"]), "stage": stage,
        "exercise": "true" if case["exercise"] else "",
    }  # fmt: skip
    for fact in found["facts"]:
        if not fact["superseded"] and fact["about"] == case["operator"]:
            values |= _of_fact(fact)
    return _given(values)


def changed(given: Given, **values: str) -> Given:
    """The same form with other values in these fields."""
    return _given({**given, **values})


def next_revision(found: Json, stage: str) -> int:
    """The number of the next report of that stage; fixed when the form is made, so that sending it twice is filing once."""
    return 1 + max((each["revision"] for each in found["reports"] if each["stage"] == stage), default=0)


def body(given: Given, vocabulary: Sequence[Json]) -> dict[str, Any]:
    """The body of `POST /api/v1/reports`; what was left empty is not in it, so that the parser names it."""
    kinds = {each["name"]: each["type"] for each in vocabulary}
    made: dict[str, Any] = {name: given[name] for name in ("deployment", "reference", "stage", "summary") if given[name]}
    made |= {name: UNTIL_SAID[name] if given[name] == "unknown" else given[name] for name in UNTIL_SAID if given[name]}
    made["facts"] = _facts(given, kinds)
    made["affected_countries"] = countries(given["affected_countries"])
    revision = given[f"revision.{given['stage']}"]
    if revision.isdigit() and revision != "1":
        made["revision"] = int(revision)
    if given["exercise"]:
        made["exercise"] = True
    return made


def unanswered(given: Given) -> list[str]:
    """The questions still open, for people; a summary is needed only to send."""
    open_ = [LABELS[name] for name in ("deployment", "summary", "severity", "tlp") if not given[name]]
    if not (given["fact-aware_at.date"] or given["fact-aware_at.unknown"]):
        open_.append(LABELS["fact-aware_at"])
    return [label.lower() for label in open_]


def _facts(given: Given, kinds: Mapping[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, kind in kinds.items():
        field = f"fact-{name}"
        if kind == "instant":
            if given[f"{field}.unknown"]:
                facts[name] = None
            elif given[f"{field}.date"]:
                facts[name] = _moment(given, field)
        elif given[field]:
            facts[name] = answered(given[field], kind)
    if given["affected_countries"].strip():
        facts["cross_border"] = True
    elif given["abroad"]:
        facts["cross_border"] = None if given["abroad"] == "null" else False
    return facts


def _moment(given: Given, field: str) -> dict[str, Any]:
    clock = padded(given[f"{field}.time"].strip())
    at = f"{given[f'{field}.date']}T{clock}" if clock else given[f"{field}.date"]
    made: dict[str, Any] = {"at": at, "precision": "exact" if clock else "day", "zone": given[f"{field}.zone"]}
    if given[f"{field}.fold"] in ("0", "1"):
        made["fold"] = int(given[f"{field}.fold"])
    return made


def _of_fact(fact: Json) -> dict[str, str]:
    field = f"fact-{fact['name']}"
    if fact["earliest_at"] is not None:
        return _of_moment(fact, field)
    value = fact["value"]
    if fact["name"].endswith("_at") and value is None:
        return {f"{field}.unknown": "1"}
    said = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return {"abroad": said} if fact["name"] == "cross_border" else {field: said}


def _of_moment(fact: Json, field: str) -> dict[str, str]:
    """As it was entered, where that is a local time with its zone; else in UTC."""
    entered, zone = str(fact["entered"] or ""), fact["zone"]
    local = zone and entered[10:11] in ("", "T", " ") and len(entered) <= len("2026-11-20T17:40:00")
    text = entered if local else str(fact["earliest_at"])
    found = {f"{field}.date": text[:10], f"{field}.zone": zone if local else "UTC"}
    if fact["precision"] == "exact":
        found[f"{field}.time"] = text[11:16]
    if local and fact["fold"] is not None:
        found[f"{field}.fold"] = str(fact["fold"])
    return found


def choices(fact: Json) -> list[tuple[str, str]]:
    """The answers that a fact may have, as form value and words; "I don't know yet" is always one."""
    if fact["type"] == "boolean":
        return [("true", "Yes"), ("false", "No"), ("null", "I don’t know yet")]
    known = [(str(each), words(each)) for each in fact["domain"] if each is not None]
    return [*known, ("null", "I don’t know yet")]


def _given(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> Given:
    return defaultdict(str, pairs)
