"""`demarche due --batch`: cases of legal time from a file, each with its deadline and the reasons."""

from __future__ import annotations

from pathlib import Path

from incident.answers import Json
from incident.rules.legaltime import Refusal, Worked
from web.cli import source
from web.cli.outcome import DONE, REFUSED, Answer
from web.cli.paper import Paper
from web.schemas.due import cases_of

_LARGEST = 64 * 2**20
_COLUMNS = ("case", "due (local)", "due (UTC)", "strictest reading (UTC)", "basis")


def answered(path: Path) -> Answer:
    """Every case of the file in its order; exit code 1 when one of them cannot be worked.

    Raises:
        Invalid: the document is not a list of cases, or an object with `vectors` or `cases` and perhaps `calendars`.
    """
    document = source.value(source.text(path, largest=_LARGEST), quick=True)
    found, answers = cases_of(document).answered()
    refused = any(isinstance(each, Refusal) for each in found)
    return Answer(answers, lambda paper: _draw(paper, found, answers), REFUSED if refused else DONE)


def _draw(paper: Paper, found: list[Worked | Refusal], answers: list[Json]) -> None:
    rows = [
        (each.id, each.due_local, each.due_utc, each.target_utc, each.deadline.basis)
        if isinstance(each, Worked)
        else (each.id, f"{answer['pointer']}: {answer['error']}", "", "", "")
        for each, answer in zip(found, answers, strict=True)
    ]
    paper.table(_COLUMNS, rows, empty="No cases.", spare=("basis",))
