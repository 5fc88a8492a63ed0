"""Mending a document: the mechanical fixes of the lint applied to its text, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import load
from incident.rules.terms.linting import Finding, fixed_text, lint

_MOST = 500  # fixes of one document; each is read and checked anew


@dataclass(frozen=True, slots=True)
class Mended:
    """The text as it is now, and the findings that were mended in it, in that order."""

    text: str
    mended: tuple[Finding, ...]


def mended(
    text: str,
    known_facts: Collection[str] | None = None,
    known_duties: Mapping[str, Period | None] | None = None,
    known_regimes: Mapping[str, str] | None = None,
) -> Mended:
    """The text with every fix applied that takes its finding away, brings no error, and can be made without touching the rest.

    Raises:
        Invalid: as `load`.
    """
    done: list[Finding] = []
    findings = lint(load(text), known_facts, known_duties, known_regimes)
    while len(done) < _MOST:
        for finding in findings:
            changed = _changed(text, finding)
            after = () if changed is None else lint(load(changed), known_facts, known_duties, known_regimes)
            if changed is not None and _better(findings, after, finding.code):
                text, findings = changed, after
                done.append(finding)
                break
        else:
            break
    return Mended(text, tuple(done))


def _changed(text: str, finding: Finding) -> str | None:
    changed: str | None = text if finding.fix else None
    for edit in finding.fix:
        changed = None if changed is None else fixed_text(changed, edit)
    return changed


def _better(before: tuple[Finding, ...], after: tuple[Finding, ...], code: str) -> bool:
    """Fewer of this kind, and no more errors than there were."""

    def errors(found: tuple[Finding, ...]) -> int:
        return sum(each.level == "error" for each in found)

    def of_kind(found: tuple[Finding, ...]) -> int:
        return sum(each.code == code for each in found)

    return of_kind(after) < of_kind(before) and errors(after) <= errors(before)
