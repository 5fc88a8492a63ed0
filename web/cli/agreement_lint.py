"""What `demarche agreement lint` finds in a file, mends in it and draws."""

from __future__ import annotations

import codecs
import difflib
import json
from pathlib import Path
from typing import Any

import rich_click as click

from incident import law
from incident.errors import Invalid
from incident.rules import terms
from incident.rules.vocabulary import vocabulary
from web.cli import source
from web.cli.outcome import Answer
from web.cli.outcome import shown as as_shown
from web.cli.paper import Paper


def explained(code: str) -> Answer:
    """The rule of that code, in one paragraph."""
    rule = terms.RULES.get(code)
    if rule is None:
        near = difflib.get_close_matches(code, terms.RULES, n=1)
        known = f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(terms.RULES))}."
        raise click.UsageError(f"No rule of the lint is called {code!r}. {known}")
    document = {"rules": [{"code": rule.code, "level": rule.level, "explanation": rule.explanation}]}
    return Answer(document, lambda paper: paper.paragraphs(f"{rule.code} ({rule.level})\n{rule.explanation}"))


def checked(path: Path, fix: bool) -> dict[str, Any]:
    """The file with its faults and findings; with `fix` what is mechanical is mended in it first, and named under `fixed`."""
    try:
        text = source.text(path, largest=terms.MAX_BYTES)
        done = _mended(path, text) if fix else terms.Mended(text, ())
        found = terms.load(done.text)
    except Invalid as invalid:
        findings = [{"level": "error", "line": each.line, **as_shown(each)} for each in invalid.faults]
        return {"file": str(path), "name": None, "version": None, "digest": None, "findings": findings, "fixed": []}
    findings = [_shown(each) for each in terms.lint(found, vocabulary(), law.duties(), law.versions())]
    return {
        "file": str(path), "name": found.name, "version": found.version, "digest": found.digest,
        "findings": findings, "fixed": [_shown(each) for each in done.mended],
    }  # fmt: skip


def draw(paper: Paper, files: list[dict[str, Any]], examples: bool) -> None:
    """What was mended, the findings that are left, and what else is known of each."""
    for each in files:
        for finding in each["fixed"]:
            paper.line(f"{each['file']}: mended {finding['code']} at {finding['pointer']}.")
    findings = [(each["file"], finding) for each in files for finding in each["findings"]]
    rows = [(file, each["level"], each["code"], _place(each), each["message"]) for file, each in findings]
    paper.table(("file", "level", "code", "pointer", "message"), rows, empty="Nothing to mend.")
    for file, each in findings:
        if edits := each.get("fix"):
            paper.line(f"{file}: {each['code']} at {each['pointer']} can be mended: {json.dumps(edits)}")
        if examples and (lines := each.get("counter_example")):
            paper.paragraphs("\n".join((f"{file}: {each['code']} at {each['pointer']}", *(f"  {line}" for line in lines))))


def _place(each: dict[str, Any]) -> str:
    return f"{each['pointer']} (line {each['line']})" if each.get("line") else str(each["pointer"])


def _mended(path: Path, text: str) -> terms.Mended:
    done = terms.mended(text, vocabulary(), law.duties(), law.versions())
    if done.mended:
        mark = codecs.BOM_UTF8 if path.read_bytes().startswith(codecs.BOM_UTF8) else b""
        path.write_bytes(mark + done.text.encode("utf-8"))
    return done


def _shown(each: terms.Finding) -> dict[str, Any]:
    return {
        "level": each.level, "code": each.code, "pointer": each.pointer, "message": each.message,
        "counter_example": list(each.counter_example), "fix": [edit.as_document() for edit in each.fix],
    }  # fmt: skip
