"""Numbers in a text and the places in the document that they come from.

While a sentence is made its numbers are kept between control characters, which no document may contain (see `source`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile("\x01([^\x01\x02\x03]*) ([^\x01\x02\x03]*)\x02([^\x01\x02\x03]*)\x03")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text. `clause` is the `Clause.id` that it links to and `pointer` its place in the document; both "" for mere text."""

    text: str
    clause: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class At:
    """A place in a document: of which clause, by its JSON pointer."""

    clause: str = ""
    pointer: str = ""

    def below(self, *keys: str | int) -> At:
        """A place inside this one; nowhere stays nowhere."""
        return At(self.clause, "/".join((self.pointer, *map(str, keys)))) if self.clause else self

    def mark(self, text: str) -> str:
        """The text, kept together with this place."""
        return f"\x01{self.clause} {self.pointer}\x02{text}\x03" if self.clause else text


NOWHERE = At()


def parts(text: str) -> tuple[Part, ...]:
    """A finished text taken apart; joined again, the parts are `bare` of it."""
    found: list[Part] = []
    end = 0
    for each in _MARK.finditer(text):
        found += [Part(text[end : each.start()])] if each.start() > end else []
        found.append(Part(each[3], each[1], each[2]))
        end = each.end()
    return (*found, Part(text[end:])) if end < len(text) else tuple(found)


def bare(text: str) -> str:
    """The text without the places."""
    return _MARK.sub(r"\3", text)
