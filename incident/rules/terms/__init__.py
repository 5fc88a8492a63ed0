"""The agreement document: load it, lint it, mend it, say it in plain language. docs/agreements.md is the author's guide."""

from incident.rules.terms.agreement import Agreement, load
from incident.rules.terms.linting import CASE_FACTS, RULES, Edit, Finding, Rule, fixed, fixed_text, lint
from incident.rules.terms.mending import Mended, mended
from incident.rules.terms.plain_language import Clause, as_text, render
from incident.rules.terms.source import MAX_BYTES, MAX_DEPTH

__all__ = [
    "CASE_FACTS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "RULES",
    "Agreement",
    "Clause",
    "Edit",
    "Finding",
    "Mended",
    "Rule",
    "as_text",
    "fixed",
    "fixed_text",
    "lint",
    "load",
    "mended",
    "render",
]
