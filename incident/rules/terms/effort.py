"""How much work one answer may take, so that what cannot be decided within it is said to be undecided and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 1_500_000
"""Steps for one comparison of two documents. One step is one test of one fact, some three microseconds."""


@dataclass(slots=True)
class Effort:
    """What is left, in steps, and what was worked out already."""

    left: int = MOST
    kept: dict[str, Any] = field(default_factory=dict)

    def spend(self, steps: int) -> bool:
        """Take that many steps; False, and nothing is taken, when fewer are left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True

    def once(self, key: str, made: Callable[[], T]) -> T:
        """What `made` gives, or gave under that key before."""
        if key not in self.kept:
            self.kept[key] = made()
        found: T = self.kept[key]
        return found
