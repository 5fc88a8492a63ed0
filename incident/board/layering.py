"""A text in the lab with the layers beside it: from what composing them gives to what the page lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incident.answers import Json

Texts = Mapping[tuple[str, str], Sequence[Json]]
"""The words of the clauses of other documents in parts, by the name of the document and the id of the clause."""
_LAW = "regime"


def laid(alone: Json, composed: Mapping[str, Any], texts: Texts) -> Json:
    """`alone`, what a text is by itself, with `composed`, what all layers come to: its layers from its own down to the laws, how each
    rule stands and by what, the rules of the others after its own, and what it asks of the others in vain as findings.
    """
    own = alone["head"]["digest"]
    standing = {(each["source"]["digest"], each["clause"]): each for each in composed["rules"]}
    mine = [{**each, **_standing(standing.get((own, each["clause"])))} for each in alone["rules"]]
    others = [_other(each, texts) for each in composed["rules"] if each["source"]["digest"] != own]
    findings = [_finding(each, mine) for each in composed["findings"] if (each["source"], each["version"]) == _name(alone["head"])]
    order = sorted([*alone["findings"], *findings], key=lambda each: ("error", "warning").index(each["level"]))
    return {**alone, "layers": _layers(alone, composed), "rules": [*mine, *others], "findings": order}


def _standing(rule: Mapping[str, Any] | None) -> Json:
    if rule is None:
        return {}
    made: Json = {"state": rule["state"], "group": rule["duty"]}
    for way in (*rule["displaced"], *rule["relaxed"]):
        by = way["by"]
        return made | {
            "by": f"{by['name']} {by['version']}", "by_cite": by["cite"] or way["under"], "was": way.get("from"), "becomes": way.get("to"),
        }  # fmt: skip
    return made


def _other(rule: Mapping[str, Any], texts: Texts) -> Json:
    source = rule["source"]
    plain = f"{rule['title']}: within {rule['within']}." if rule["within"] else rule["title"]
    parts = texts.get((source["name"], rule["clause"])) or [{"text": plain, "clause": "", "pointer": None}]
    return {
        "source": f"{source['name']} {source['version']}", "layer": rule["layer"], "own": False,
        "clause": f"{source['name']}.{rule['clause']}", "cite": source["cite"], "title": rule["title"],
        "article": False, "text": "".join(each["text"] for each in parts), "parts": parts, "was": None,
        "becomes": None, "by": None, "by_cite": None, "pointer": "", "line": None, "unattended": False, **_standing(rule),
    }  # fmt: skip


def _finding(each: Mapping[str, Any], mine: Sequence[Json]) -> Json:
    article = f"{each['code'].partition('.')[0]}:"  # a relaxation or displacement is known by where it stands in the text
    rule = next(
        (one for one in mine if each["clause"] in (one["clause"], None, "") and (each["clause"] or _is_of(one, article, each["cite"]))), {}
    )
    return {
        "code": each["code"], "level": each["level"], "message": each["message"], "pointer": rule.get("pointer", ""),
        "line": rule.get("line"), "clause": rule.get("clause"), "counter_example": [], "mendable": False,
    }  # fmt: skip


def _is_of(rule: Mapping[str, Any], article: str, cite: str) -> bool:
    return bool(rule["clause"].startswith(article) and rule["cite"] == cite)


def _name(head: Mapping[str, Any]) -> tuple[str, str]:
    return head["name"], head["version"]


def _layers(alone: Json, composed: Mapping[str, Any]) -> list[Json]:
    """The text's own first, then from the top to the ground; of the laws, one layer for all."""
    own = {**alone["layers"][0], "overrides": _overrides(alone["head"]["digest"], composed)}
    made = [own]
    for layer in reversed(composed["layers"]):
        made += [
            {
                "name": each["name"], "version": each["version"], "title": each["title"], "layer": layer["layer"],
                "clauses": sum(rule["source"]["digest"] == each["digest"] for rule in composed["rules"]),
                "overrides": _overrides(each["digest"], composed), "own": False,
            }
            for each in layer["documents"]
            if each["digest"] != alone["head"]["digest"]
        ]  # fmt: skip
        if layer["layer"] == _LAW and layer["clauses"]:
            laws = f"{layer['sources']} {'law' if layer['sources'] == 1 else 'laws'}"
            made.append({
                "name": _LAW, "version": laws, "title": "Laws of today", "layer": "law", "clauses": layer["clauses"], "overrides": 0,
                "own": False,
            })  # fmt: skip
    return made


def _overrides(digest: str, composed: Mapping[str, Any]) -> int:
    """How many rules of others a document relaxes or displaces."""
    return sum(any(way["by"]["digest"] == digest for way in (*rule["relaxed"], *rule["displaced"])) for rule in composed["rules"])
