"""How much work one answer may take, so that what cannot be decided within it is said to be undecided and never guessed."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 300_000
"""Steps for one comparison of two documents: one combination of facts is one step. Some three seconds at most."""


@dataclass(slots=True)
class Effort:
    """What is left, in steps."""

    left: int = MOST

    def spend(self, steps: int) -> bool:
        """Take that many steps; False, and nothing is taken, when fewer are left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True
