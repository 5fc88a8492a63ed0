"""What a well-formed agreement may still get wrong: clauses that cannot run, cannot be met, or would tell nobody.

Each rule is a function with a stable code, a level and an explanation; `docs/lint.md` lists them. Each finding comes with a
case that the planner was given and what it made of it, and with edits where the fault can be mended mechanically.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting import (
    anchoring,
    binding,
    ladders,
    layering,
    leaving,
    missing,
    pairing,
    reachable,
    restricting,
    signing,
    spans,
    targets,
    telling,
)
from incident.rules.terms.linting.binding import CASE_FACTS
from incident.rules.terms.linting.finding import Edit, Finding, Known, Look, Rule, Said, Whole
from incident.rules.terms.linting.fixing import fixed, fixed_text, is_sound
from incident.rules.terms.linting.staging import example

__all__ = ["CASE_FACTS", "RULES", "Edit", "Finding", "Rule", "fixed", "fixed_text", "lint"]

_BOOKS = (telling, ladders, anchoring, pairing, spans, targets, binding, reachable, missing, restricting, layering, signing, leaving)
RULES: Mapping[str, Rule] = {each.code: each for book in _BOOKS for each in book.BOOK.rules}
"""Every rule by its code, in the order in which they are asked of a clause."""


def lint(
    agreement: Agreement,
    known_facts: Collection[str] | None = None,
    known_duties: Mapping[str, Period | None] | Collection[str] | None = None,
    known_regimes: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Findings in the order of the clauses. Names of facts, of laws and of their duties are checked where the known ones are given.

    `known_duties` may give the period of each; targets and clauses are then compared with it. `known_regimes` gives the version of each.
    """
    duties = dict(known_duties) if isinstance(known_duties, Mapping) else dict.fromkeys(known_duties or ())
    known = Known(known_facts, duties, known_regimes)
    looks = [Look(each, place, agreement, known) for place, each in enumerate(agreement.commitments)]
    rules = RULES.values()
    of_clauses = [_found(rule, said, agreement) for look in looks for rule in rules if rule.check for said in rule.check(look)]
    whole = Whole(agreement, known)
    of_document = [_found(rule, said, agreement) for rule in rules if rule.of_document for said in rule.of_document(whole)]
    return (*of_clauses, *of_document)


def _found(rule: Rule, said: Said, agreement: Agreement) -> Finding:
    fix = said.fix if is_sound(agreement.document, said.fix) else ()
    return Finding(rule.code, rule.level, said.pointer, said.message, example(agreement, said.stage), fix)
