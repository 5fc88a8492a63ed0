"""The golden documents of the lint, and docs/lint.md as it follows from them and from the registry.

    python -m tests.rules.lint_guide

writes the guide anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from incident.rules.legaltime.values import Period
from incident.rules.terms import RULES, Finding, lint, load
from incident.rules.vocabulary import vocabulary

GUIDE = Path(__file__).parents[2] / "docs" / "lint.md"
HEAD = {
    "name": "lint-case",
    "version": '"1"',
    "title": "A case for the lint",
    "zone": "UTC",
    "in_force": "{from: 2026-01-01}",
    "parties": "[https://one.example/#party, https://two.example/#party, https://three.example/#party, https://four.example/#party]",
}
DUTIES: Mapping[str, Period | None] = {"eu.gdpr.art33.notification": Period(72, "h", "elapsed_hours")}
REGIMES: Mapping[str, str] = {"eu.gdpr.art33": "2026-11-26"}
BEGINNING = """# The rules of the lint

`demarche agreement lint FILE` looks for what a well-formed document may still get wrong. Each rule has a stable code. Each finding names
the clause by its JSON pointer, and comes with a **counter-example**: a case that was made for it, given to the planner and the router that
production uses, with the lines that show the fault. `--json` carries both, and the edits (RFC 6902) where the fault can be mended
mechanically; `--fix` applies those to the text and leaves everything else in it as it is. `--explain CODE` says what is below.

An `error` cannot work as written, a `warning` may be meant. Conditions are analysed over the finite domains of their facts, cut at the
constants that are used; where more than 20,000 combinations would have to be tried the finding is `not_analysed`, never silence.
What a clause says of a miss, a pause or more time is acted out in the case, and what a reservation or a missing signature does to a party
is planned with it and without it. A few faults lie in the document alone, such as a key that two parties share or a version that nobody
knows: no case would be planned otherwise because of them, and their example says that it is a reading of the document.
Two roles that may be the same party are taken apart, so a condition that only their being the same makes impossible is not found.

What stands in an example but for its clauses is a head like that of [the guide's example](agreements.md#a-complete-example), with four
signatories. The numbers are invented.
"""


@dataclass(frozen=True, slots=True)
class LintCase:
    """A document that triggers one rule, the mended one, and what the counter-example must show."""

    code: str
    snippet: str
    bad: str
    good: str
    shows: str


def cases() -> list[LintCase]:
    """One for each rule, in the order of the file."""
    found = yaml.safe_load((Path(__file__).with_name("lint_cases.yaml")).read_text(encoding="utf-8"))
    made = []
    for code, each in found.items():
        good = each["bad"]
        for old, new in each["mend"]:
            assert good.count(old) == 1, f"{code}: {old!r} stands {good.count(old)} times"
            good = good.replace(old, new)
        made.append(LintCase(code, each["bad"], with_head(each["bad"]), with_head(good), each["shows"]))
    return made


def with_head(body: str) -> str:
    """The whole document: the head without what the body says itself."""
    lines = [f"{key}: {value}\n" for key, value in HEAD.items() if f"\n{key}:" not in f"\n{body}"]
    return "".join(lines) + body


def linted(text: str) -> tuple[Finding, ...]:
    """The findings, with every name checked."""
    return lint(load(text), vocabulary(), DUTIES, REGIMES)


def guide() -> str:
    """docs/lint.md: every rule with its level, its explanation, what triggers it and what the planner then shows."""
    parts = [BEGINNING]
    by_code = {each.code: each for each in cases()}
    for code in sorted(RULES):
        rule, case = RULES[code], by_code[code]
        (finding, *_) = linted(case.bad)
        shown = "\n".join(finding.counter_example)
        mended = " It can be mended mechanically." if finding.fix else ""
        parts.append(f"## {code}\n\n*{rule.level}.*{mended} {rule.explanation}\n\n```yaml\n{case.snippet}```\n\n```text\n{shown}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    GUIDE.write_text(guide(), encoding="utf-8")
