"""`demarche due --batch`: cases of legal time from a file, each with its deadline and the reasons."""

from __future__ import annotations

from pathlib import Path

from incident.answers import Json
from incident.answers import due as as_answered
from incident.errors import Fault, Invalid
from incident.rules.legaltime import Refusal, Worked, calendars_of, worked
from web.cli import source
from web.cli.outcome import DONE, REFUSED, Answer
from web.cli.paper import Paper

_LARGEST = 64 * 2**20
_COLUMNS = ("case", "due (local)", "due (UTC)", "strictest reading (UTC)", "basis")


def answered(path: Path) -> Answer:
    """Every case of the file in its order; exit code 1 when one of them cannot be worked.

    Raises:
        Invalid: the document is not a list of cases, or an object with `vectors` or `cases` and perhaps `calendars`.
    """
    document = source.value(source.text(path, largest=_LARGEST), quick=True)
    under, cases, block = _parts(document)
    known = calendars_of(block)
    found = [worked(case, known, id=str(place)) for place, case in enumerate(cases)]
    refused = any(isinstance(each, Refusal) for each in found)
    answers = [as_answered(each, f"{under}/{place}") for place, each in enumerate(found)]
    return Answer(answers, lambda paper: _draw(paper, found, answers), REFUSED if refused else DONE)


def _parts(document: object) -> tuple[str, list[object], object]:
    """Where the cases stand, the cases, and the block of calendars."""
    if isinstance(document, list):
        return "", document, None
    if isinstance(document, dict):
        for key in ("vectors", "cases"):
            if isinstance(document.get(key), list):
                return f"/{key}", document[key], document.get("calendars")
    expected = "expected a list of cases, or an object with the list under vectors or cases"
    raise Invalid([Fault("", "type", f"{expected}, found {source.kind(document)}")], "The file holds no cases.")


def _draw(paper: Paper, found: list[Worked | Refusal], answers: list[Json]) -> None:
    rows = [
        (each.id, each.due_local, each.due_utc, each.target_utc, each.deadline.basis)
        if isinstance(each, Worked)
        else (each.id, f"{answer['pointer']}: {answer['error']}", "", "", "")
        for each, answer in zip(found, answers, strict=True)
    ]
    paper.table(_COLUMNS, rows, empty="No cases.", spare=("basis",))
