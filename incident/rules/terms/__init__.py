"""The agreement document: load, lint, mend, say it in plain language, compare two. docs/agreements.md is the author's guide."""

from incident.rules.terms.agreement import Agreement, load
from incident.rules.terms.binding import bound
from incident.rules.terms.diff import Change, diff
from incident.rules.terms.json_schema import json_schema
from incident.rules.terms.linting import CASE_FACTS, RULES, Edit, Finding, Rule, fixed, fixed_text, lint
from incident.rules.terms.mending import Mended, mended
from incident.rules.terms.plain_language import Clause, as_text, render
from incident.rules.terms.source import MAX_BYTES, MAX_DEPTH
from incident.rules.terms.writing import Written, label, lines_of, mended_by, written

__all__ = [
    "CASE_FACTS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "RULES",
    "Agreement",
    "Change",
    "Clause",
    "Edit",
    "Finding",
    "Mended",
    "Rule",
    "Written",
    "as_text",
    "bound",
    "diff",
    "fixed",
    "fixed_text",
    "json_schema",
    "label",
    "lines_of",
    "lint",
    "load",
    "mended",
    "mended_by",
    "render",
    "written",
]
