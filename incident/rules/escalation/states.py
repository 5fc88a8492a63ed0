"""How far a notification came, in one word; the table holds the same in its checks."""

from __future__ import annotations

from typing import Final

WAITING: Final = ("pending", "claimed")
"""On its way: it is looked at again."""
ARRIVED: Final = ("sent", "delivered", "opened", "acknowledged")
"""A carrier took it; its endpoint took it, or it was collected from the inbox; somebody at the recipient opened it; acknowledged it."""
STATES: Final = (*WAITING, *ARRIVED, "failed", "dead", "withheld", "cancelled")
"""And what did not arrive: this way gave up; none is left, a person's task; may not be carried this way; no longer needed."""
