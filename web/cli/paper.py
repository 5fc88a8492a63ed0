"""What people read: tables on a terminal, tab-separated lines in a pipe, and never a control character of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

# Control characters, and those that turn the direction of writing: they could make a terminal show what is not there.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")
_PROSE = 18  # characters that a column of words can be narrowed to
STYLES = {
    "missed": "bold red", "broken": "bold red", "dead": "bold red", "error": "bold red", "unresolved": "yellow", "warning": "yellow",
    "running": "cyan", "pending": "cyan", "claimed": "cyan", "met": "green", "delivered": "green", "met_late": "yellow",
    "ok": "green", "warn": "yellow", "bad": "bold red",
}  # fmt: skip
"""How a word is coloured where it stands alone in a cell."""


def clean(text: object) -> str:
    """On one line, with U+FFFD in place of what a terminal would obey instead of show."""
    return _UNSEEN.sub("\ufffd", re.sub(r"[\t\r\n]+", " ", str(text)))


def instant(at: str | None) -> str:
    """An instant of the API for a table: its fraction of a second left out, nothing when there is none."""
    return re.sub(r"\.\d+", "", at) if at else ""


def verdict(obligation: dict[str, Any]) -> str:
    """Where an obligation of the API stands; marked where it may not apply, its miss is held, or only its claimant sees it so."""
    stands = "overdue, being verified" if obligation.get("held") else str(obligation["verdict"])
    said = f"{stands} (provisional)" if obligation["provisional"] else stands
    return said if obligation.get("reading", "stated") == "stated" else f"{said} (as claimed)"


class Paper:
    """Standard output for people."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)

    def line(self, text: object = "", style: str | None = None) -> None:
        """One line, as long as it is."""
        self.console.print(Text(clean(text), style=style or ""), soft_wrap=True)

    def paragraphs(self, text: str) -> None:
        """Several lines, wrapped at the width of a terminal."""
        for each in text.splitlines():
            self.console.print(Text(clean(each)), soft_wrap=not self.console.is_terminal)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "Nothing.", spare: Sequence[str] = ()
    ) -> None:
        """A table, or `empty` on a terminal when it has no rows. In a pipe: the header and the rows, tabs between the cells.

        A terminal too narrow for all columns gets them without the first of `spare`, or the first two, and so on.
        """
        cells = [["" if cell is None else clean(cell) for cell in row] for row in rows]
        if not self.console.is_terminal:
            for row in [list(columns), *cells]:
                self.console.file.write("\t".join(row) + "\n")
        elif not cells:
            self.line(empty, "dim")
        else:
            self._draw([(name, *(row[place] for row in cells)) for place, name in enumerate(columns)], list(spare))

    def _draw(self, columns: list[tuple[str, ...]], spare: list[str]) -> None:
        """Each column begins with its name."""
        while (too_narrow := sum(map(_needs, columns)) > self.console.width) and spare:
            name = spare.pop(0)
            columns = [column for column in columns if column[0] != name]
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for name, *cells in columns:
            keep = None if too_narrow or _folds(cells) else max(map(len, (name, *cells)))  # an id stays on a line where it can
            table.add_column(Text(name), overflow="fold", min_width=keep)
        for row in zip(*(cells for _, *cells in columns), strict=True):
            table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
        self.console.print(table)


def _folds(cells: Sequence[str]) -> bool:
    return any(" " in cell for cell in cells)


def _needs(column: tuple[str, ...]) -> int:
    """Characters for a column and the space beside it: prose may fold, ids may not."""
    longest = max(map(len, column))
    return 3 + (min(longest, _PROSE) if _folds(column[1:]) else longest)


@contextmanager
def progress(doing: str, total: int) -> Iterator[Progress]:
    """A progress bar on stderr, when that is a terminal; `advance(0)` moves its one task."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        bar.add_task(doing, total=total)
        yield bar
