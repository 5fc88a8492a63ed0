"""How many examples a property is tried on: a part of them, the same in every run of the suite; all of them, new ones, in `make deep`."""

from __future__ import annotations

import os

ALL = bool(os.environ.get("DEMARCHE_ALL_EXAMPLES"))


def examples(full: int) -> int:
    """Of `full` examples, those of this run: a fourth, and ten at least."""
    return full if ALL else max(min(full, 10), full // 4)
