"""The summary of a report made from a record: clean text, what was noted beside, the faults, all within the limit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from incident.errors import Fault
from incident.rules.exchange.records import Reading

LIMIT = 2000
"""Characters of a summary."""
_NOTES, _FAULTS = 500, 700
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Direction overrides and isolates: they can make a summary read other than it is written."""


def clean(reading: Reading, pointer: str, text: str) -> str:
    """One printable line. Line breaks and tabs become spaces; control characters go, with a fault at `pointer`."""
    unwanted = {character for character in text if _is_control(character)}
    if unwanted:
        named = ", ".join(f"U+{ord(character):04X}" for character in sorted(unwanted)[:8])
        reading.fault(pointer, "control_characters", f"control characters removed: {named}")
    return " ".join("".join(character for character in text if character not in unwanted).split())


def compose(text: str, notes: Iterable[str], faults: Sequence[Fault]) -> tuple[str, Fault | None]:
    """`text`, the notes, then the faults by their pointers, in at most `LIMIT` characters. The text gives way first.

    The fault says where a text was cut; the summary says so too.
    """
    tail = "".join(f" [{part}]" for part in (*_fitting(notes, _NOTES), _told(faults)) if part)
    if len(text) + len(tail) <= LIMIT:
        return text + tail, None
    mark = f" [cut: the record has {len(text)} characters]"
    kept = text[: LIMIT - len(tail) - len(mark) - 1].rstrip()
    cut = Fault("/summary", "too_long", f"cut to {len(kept)} of {len(text)} characters")
    return f"{kept}…{mark}{tail}", cut


def _told(faults: Sequence[Fault]) -> str:
    lines = [f"{fault.pointer or 'the record'}: {fault.message}" for fault in faults]
    kept = _fitting(lines, _FAULTS)
    more = [f"and {len(lines) - len(kept)} more"] if len(kept) < len(lines) else []
    told = "Faults in the record: " + "; ".join([*kept, *more]) if lines else ""
    return "".join(character for character in told if not _is_control(character))


def _fitting(lines: Iterable[str], room: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        shown = line if len(line) <= room // 2 else line[: room // 2 - 1] + "…"
        if sum(len(each) + 3 for each in kept) + len(shown) > room:
            break
        kept.append(shown)
    return kept


def _is_control(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in _OVERRIDES or ord(character) & 0xFFFE == 0xFFFE
