"""What a refusal says beside what was expected: the nearest known word, and a character that cannot be told by eye."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable

_LONGEST = 80  # characters; comparing words is quadratic
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Control characters, and what reorders or hides text without being seen; marks that scripts need to be written are not among them."""


class Expected(str):
    """The words of a refusal, with what was given and what would have been known; the nearest is looked for only when it is told."""

    given: object
    known: Callable[[], Iterable[str]]

    def __new__(cls, words: str, known: Callable[[], Iterable[str]], given: object = "") -> Expected:
        """`words` say what was expected."""
        made = super().__new__(cls, words)
        made.known, made.given = known, given
        return made


def told(message: str, name: str) -> str:
    """The message as people get it; `name` is the key that it is about, for one that knows nothing of its own."""
    if not isinstance(message, Expected):
        return message
    given = message.given or name
    if not isinstance(given, str):
        return str(message)
    return " ".join(filter(None, (str(message), _nearest(given, message.known()), _strange(given))))


def named(character: str) -> str:
    """`U+202E (RIGHT-TO-LEFT OVERRIDE)`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _nearest(given: str, known: Iterable[str]) -> str:
    if len(given) > _LONGEST:
        return ""
    words = {each.lower(): each for each in known}
    close = difflib.get_close_matches(given.lower(), words, n=1)
    return f"Did you mean {words[close[0]]}?" if close else ""


def _strange(given: str) -> str:
    """Of the first character that is not ASCII, where every known word is: it may look like another."""
    found = next((each for each in given if not each.isascii()), None)
    return f"What is written has {named(found)} in it." if found else ""
