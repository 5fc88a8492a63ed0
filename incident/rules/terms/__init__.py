"""The agreement document: load, lint, mend, say it in plain language, compare two. docs/agreements.md is the author's guide."""

from incident.rules.terms.agreement import Agreement, load
from incident.rules.terms.binding import bound
from incident.rules.terms.diff import Change, diff
from incident.rules.terms.json_schema import json_schema
from incident.rules.terms.linting import CASE_FACTS, RULES, Edit, Finding, Rule, fixed, fixed_text, lint
from incident.rules.terms.membership import Act, Standing, as_bound, by_party, standings, survives_until
from incident.rules.terms.mending import Mended, mended
from incident.rules.terms.plain_language import Clause, Part, as_text, render
from incident.rules.terms.reaching import among
from incident.rules.terms.source import MAX_BYTES, MAX_DEPTH, decoded, line_of, lines
from incident.rules.terms.writing import Written, label, lines_of, mended_by, written

__all__ = [
    "CASE_FACTS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "RULES",
    "Act",
    "Agreement",
    "Change",
    "Clause",
    "Edit",
    "Finding",
    "Mended",
    "Part",
    "Rule",
    "Standing",
    "Written",
    "among",
    "as_bound",
    "as_text",
    "bound",
    "by_party",
    "decoded",
    "diff",
    "fixed",
    "fixed_text",
    "json_schema",
    "label",
    "line_of",
    "lines",
    "lines_of",
    "lint",
    "load",
    "mended",
    "mended_by",
    "render",
    "standings",
    "survives_until",
    "written",
]
