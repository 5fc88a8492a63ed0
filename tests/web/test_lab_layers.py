"""The lab beside other layers: whose rules stand, what relaxed or displaced them, and what was asked for in vain."""

from __future__ import annotations

from typing import Any

from incident.board.layering import laid

OWN, BASE = "sha256:own", "sha256:base"


def source(name: str, digest: str, cite: str = "Art. 1") -> dict[str, Any]:
    return {"kind": "agreement", "name": name, "version": "1.0", "cite": cite, "digest": digest}


def a_rule(name: str, digest: str, clause: str, **how: Any) -> dict[str, Any]:
    return {
        "layer": "baseline", "source": source(name, digest), "clause": clause, "title": clause.title(), "state": "in_force", "duty": clause,
        "within": "24 hours", "relaxed": [], "displaced": [], "displaces": [], **how,
    }  # fmt: skip


def a_layer(layer: str, *documents: dict[str, Any], clauses: int = 0, sources: int = 0) -> dict[str, Any]:
    return {"layer": layer, "documents": list(documents), "sources": sources, "clauses": clauses}


def a_document(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "title": name.title(), "digest": digest, "layer": "x", "parties": []}


def alone() -> dict[str, Any]:
    rule = {
        "source": "overlay 1.0",
        "own": True,
        "clause": "early",
        "text": "Early.",
        "state": "in_force",
        "pointer": "/commitments/0",
        "line": 9,
    }
    own = {"name": "overlay", "version": "1.0", "title": "Overlay", "layer": "national", "clauses": 1, "overrides": 0, "own": True}
    warning = {"code": "a", "level": "warning", "message": "m", "clause": "early"}
    head = {"name": "overlay", "version": "1.0", "digest": OWN}
    return {"head": head, "layers": [own], "rules": [rule], "findings": [warning]}


def composed() -> dict[str, Any]:
    relaxed = {
        "by": source("overlay", OWN, "§ 12"),
        "under": "Art. 9",
        "between": [],
        "from": "24 hours",
        "to": "48 hours",
        "sometimes": False,
    }
    displaced = {"by": source("overlay", OWN, "§ 14"), "under": "Art. 9", "between": [], "clause": "early"}
    return {
        "layers": [
            a_layer("regime", clauses=319, sources=41), a_layer("baseline", a_document("base", BASE)),
            a_layer("national", a_document("overlay", OWN)),
        ],
        "rules": [
            a_rule("base", BASE, "notice", state="relaxed", relaxed=[relaxed]),
            a_rule("base", BASE, "plan", state="displaced", displaced=[displaced]),
            a_rule("base", BASE, "report", within=None),
            a_rule("overlay", OWN, "early"),
        ],
        "findings": [
            {"level": "error", "code": "relaxation.no_authority", "source": "overlay", "version": "1.0", "clause": "early",
             "message": "No."},
            {"level": "error", "code": "include.absent", "source": "base", "version": "1.0", "clause": None, "message": "Another's."},
        ],
    }  # fmt: skip


def test_layers_stand_from_the_text_down_to_the_laws_with_what_each_overrides() -> None:
    found = [(each["title"], each["clauses"], each["overrides"], each["own"]) for each in laid(alone(), composed(), {})["layers"]]
    assert found == [("Overlay", 1, 2, True), ("Base", 3, 0, False), ("Laws of today", 319, 0, False)]


def test_a_rule_says_what_it_was_what_it_becomes_and_by_which_clause() -> None:
    said = [
        {"text": "Each owes a notice within ", "clause": "", "pointer": None},
        {"text": "24 hours", "clause": "base.notice", "pointer": "/x"},
    ]
    early, notice, plan, report = laid(alone(), composed(), {("base", "notice"): said})["rules"]
    assert (early["own"], early["line"]) == (True, 9)
    assert (notice["text"], notice["state"], notice["was"], notice["becomes"]) == (
        "Each owes a notice within 24 hours", "relaxed", "24 hours", "48 hours",
    )  # fmt: skip
    assert (notice["by"], notice["by_cite"]) == ("overlay 1.0", "§ 12")
    assert (plan["state"], plan["by_cite"], plan["text"]) == ("displaced", "§ 14", "Plan: within 24 hours.")
    assert (report["text"], report["clause"]) == ("Report", "base.report")


def test_what_the_text_asks_of_other_layers_in_vain_stands_among_its_findings_errors_first() -> None:
    found = laid(alone(), composed(), {})["findings"]
    assert [(each["code"], each["level"]) for each in found] == [("relaxation.no_authority", "error"), ("a", "warning")]
    assert (found[0]["clause"], found[0]["line"], found[0]["mendable"]) == ("early", 9, False)
