"""A text in the lab: its layers, the rules that it makes, and what the lint finds, each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from incident import answers, law
from incident.board import layering
from incident.board.composition import beside as layers_beside
from incident.board.composition import burden as burden_beside
from incident.board.composition import composition_of_text
from incident.records import agreements as versions
from incident.rules import terms
from incident.rules.commitment import Commitment, Discharge
from incident.rules.vocabulary import vocabulary
from incident.work import Work

_LEVELS = ("error", "warning")


def lab(work: Work, text: str, *, beside: bool = True) -> answers.Json:
    """`head` (None while the text is no agreement), `layers` from its own down, `rules` clause by clause, `findings` errors first.

    A rule: `{source, layer, own, article, clause, cite, title, text, parts, state, was, becomes, by, by_cite, group, pointer, line,
    unattended}` with `state` among `in_force`, `relaxed` and `displaced`; `article`: it is none of the clauses; `parts`: the text as
    `[{text, clause, pointer}]`, each number by itself; `unattended`: its notice goes out with nobody at a desk. A finding:
    `{code, level, message, pointer, line, clause, counter_example, mendable}`. `beside`: with what else binds its parties.
    """
    read = _read(text)
    found = {"head": read.head, "layers": list(read.layers), "rules": list(read.rules), "findings": list(read.findings)}
    return layering.laid(found, *_composed(work, text)) if beside and read.head else found


@dataclass(frozen=True, slots=True)
class _Read:
    """What depends on the text alone, and is worked out once."""

    head: answers.Json | None
    layers: tuple[answers.Json, ...]
    rules: tuple[answers.Json, ...]
    findings: tuple[answers.Json, ...]


@lru_cache(maxsize=64)
def _read(text: str) -> _Read:
    found = terms.written(text, vocabulary(), law.duties(), law.versions())
    findings = _findings(text, found)
    agreement = found.agreement
    if agreement is None:
        return _Read(None, (), (), findings)
    rules = _own_rules(text, agreement)
    own = {
        "name": agreement.name, "version": agreement.version, "title": agreement.title, "layer": agreement.layer,
        "clauses": sum(not each["article"] for each in rules), "overrides": 0, "own": True,
    }  # fmt: skip
    return _Read(_head(agreement), (own,), rules, findings)


def burden(work: Work, text: str) -> list[str] | None:
    """What the text would cost beside what binds its parties already, in sentences; None where nothing else binds them.

    Raises:
        Invalid: the text is no agreement.
    """
    beside = layers_beside(work, terms.load(text))
    texts = {row.digest: row.text for row in versions.every(work.connection)}
    base = next((texts[each.digest] for each in beside if each.digest in texts), None)
    return None if base is None else list(burden_beside(work, base, text)["says"])


def _composed(work: Work, text: str) -> tuple[answers.Json, layering.Texts]:
    """What the text comes to beside what else binds its parties, with the words of the other documents' clauses."""
    beside = layers_beside(work, terms.load(text))
    return composition_of_text(work, text), {
        (each.name, one.id): _parts(one, f"{each.name}.") for each in beside for one in terms.render(each)
    }


def _parts(clause: terms.Clause, prefix: str = "") -> list[answers.Json]:
    """The words of a clause; what links to one of its document links to `prefix` and that."""
    return [{"text": each.text, "clause": each.clause and prefix + each.clause, "pointer": each.pointer or None} for each in clause.parts]


def _head(agreement: terms.Agreement) -> answers.Json:
    return {
        "name": agreement.name, "version": agreement.version, "title": agreement.title, "layer": agreement.layer, "zone": agreement.zone,
        "digest": agreement.digest, "parties": list(agreement.parties), "in_force_from": answers.at(agreement.in_force_from),
        "in_force_until": answers.at(agreement.in_force_until),
    }  # fmt: skip


def _own_rules(text: str, agreement: terms.Agreement) -> tuple[answers.Json, ...]:
    clauses = terms.render(agreement)
    lines = terms.lines_of(text, [terms.Finding("", "warning", each.pointer, "") for each in clauses])
    return tuple(
        {
            "source": f"{agreement.name} {agreement.version}", "layer": agreement.layer, "own": True, "clause": each.id, "cite": each.cite,
            "article": not each.pointer.startswith("/commitments/"), "title": each.title, "text": each.text, "parts": _parts(each),
            "state": "in_force",
            "was": None, "becomes": None, "by": None, "by_cite": None, "group": None,
            "pointer": each.pointer, "line": line, "unattended": _unattended(agreement.commitment(each.id)),
        }
        for each, line in zip(clauses, lines, strict=True)
    )  # fmt: skip


def _unattended(clause: Commitment | None) -> bool:
    told = clause is not None and clause.tell is not None and clause.tell.release == "pre_authorised"
    return told and clause is not None and clause.discharged_by in (Discharge.SENT, Discharge.RECEIVED)


def _findings(text: str, found: terms.Written) -> tuple[answers.Json, ...]:
    lines = terms.lines_of(text, found.findings)
    said = terms.render(found.agreement) if found.agreement else ()
    made = [_finding(each, line, said) for each, line in zip(found.findings, lines, strict=True)]
    return tuple(sorted(made, key=lambda each: _LEVELS.index(each["level"])))


def _finding(each: terms.Finding, line: int | None, said: Sequence[terms.Clause]) -> answers.Json:
    return {
        "code": each.code, "level": each.level, "message": each.message, "pointer": each.pointer, "line": line,
        "clause": _clause(each.pointer, said), "counter_example": list(each.counter_example), "mendable": bool(each.fix),
    }  # fmt: skip


def _clause(pointer: str, said: Sequence[terms.Clause]) -> str | None:
    """The id of the clause or article that a pointer leads into."""
    return next((each.id for each in said if each.pointer and f"{pointer}/".startswith(f"{each.pointer}/")), None)
