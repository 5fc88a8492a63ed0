"""How the lab says things: clauses with their numbers marked, findings as sentences, a text beside another line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incident.rules.terms import library as shipped
from web.page_context import Json

_SENTENCE_END = re.compile(r"(?<=[^\s.]\.)\s+(?=[A-Z“])")  # a dot in a citation such as `cl. 12.2` ends none
MOST_LINES = 3000
STATES = {"in_force": "in force", "relaxed": "relaxed", "displaced": "displaced"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the editor, counted from 1, and the worst that is found on it: `error`, `warning` or empty."""

    number: int
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A document of the library that a draft version can begin as."""

    id: str
    title: str
    about: str
    layer: str
    text: str


def by_sentence(parts: Iterable[Json]) -> list[list[Json]]:
    """What a clause says, sentence by sentence, its numbers still by themselves."""
    listed = list(parts)
    text = "".join(each["text"] for each in listed)
    found: list[list[Json]] = [[]]
    cuts = [*(each.end() for each in _SENTENCE_END.finditer(text)), len(text)]
    at = 0
    for each in listed:
        left = each["text"]
        while left:
            here, left = left[: cuts[0] - at], left[cuts[0] - at :]
            found[-1].append({**each, "text": here})
            at += len(here)
            if at == cuts[0] and len(cuts) > 1:
                cuts.pop(0)
                found.append([])
    return [each for each in found if each]


def message(finding: Json) -> str:
    """What is found, as a sentence of its own: the clause that it begins with stands beside it."""
    text = str(finding["message"])
    if finding["clause"]:
        text = text.removeprefix(f"{finding['clause']}: ")
    return text if "_" in text.partition(" ")[0] else text[:1].upper() + text[1:]  # the id of a clause is no word


def counted(findings: Sequence[Json]) -> str:
    """Such as `1 error, 2 warnings`."""
    numbers = [(level, sum(each["level"] == level for each in findings)) for level in ("error", "warning")]
    return ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in numbers if count) or "nothing found"


def lines(text: str, findings: Iterable[Json]) -> list[Line]:
    """The lines of the editor, each with what is found on it; of a text of more than `MOST_LINES`, the first."""
    on: dict[int, list[Json]] = {}
    for each in findings:
        on.setdefault(each["line"] or 1, []).append(each)
    return [_line(number, on.get(number, [])) for number in range(1, min(text.count("\n") + 1, MOST_LINES) + 1)]


def _line(number: int, found: Sequence[Json]) -> Line:
    level = min((each["level"] for each in found), default="")  # "error" comes before "warning"
    return Line(number, level, "; ".join(message(each) for each in found))


def beside(theirs: str, mine: str) -> list[tuple[str, str]]:
    """What differs, line by line: how (`+` mine alone, `-` theirs alone, ` ` both, `@` a gap) and the line.

    Empty where they say the same, and where they are too long to be compared while somebody waits.
    """
    if max(theirs.count("\n"), mine.count("\n")) > MOST_LINES:
        return []
    changed = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), lineterm="", n=2)
    return [("@", "") if each.startswith("@@") else (each[:1], each[1:]) for each in changed if not each.startswith(("---", "+++"))]


def library() -> list[Shelf]:
    """The documents that ship with the product."""
    return [Shelf(each.id, each.title, each.about, each.layer, each.text) for each in shipped.library()]


BLANK = """\
format: agreement/1
name: a-short-name
version: "1.0"
title: What people call it
zone: Europe/Brussels
in_force: {from: 2027-01-01, until: 2031-12-31}
parties:
  - PARTY
  - https://another.example/#party

commitments:
  - id: notice
    title: Notice of a severe incident
    cite: cl. 1
    owed_by: {role: home_cert}
    owed_to: {role: suppliers, mode: each}
    owes: a notice of the incident
    when: {fact: severity, in: [high, critical]}
    anchor: {filing: true}
    within: {hours: 4}
    discharged_by: received
    tell:
      fields: [reference, incident_ref, severity, tlp, stage, duties]
      release: officer
      channels: [webhook, email, inbox]
"""


def blank(uri: str) -> str:
    """A document to begin with, of that party and another."""
    return BLANK.replace("PARTY", uri)
