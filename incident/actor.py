"""Who is asking: a party, through one of its people, keys or links; or the node itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Means = Literal["key", "session", "link", "node", "nobody"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`party` is None for the node and for nobody. `slug` and `uri` are the party's; `name` the person's or key's, for people to
    read and for payloads that can be erased."""

    means: Means
    party: UUID | None = None
    slug: str = ""
    uri: str = ""
    name: str = ""
    notice: UUID | None = None
    """Set for the holder of a link: the one notice that the link opens."""
    notification: UUID | None = None
    """Set for the holder of a link: the notification that carried it."""

    @property
    def how(self) -> str | None:
        """Through which door something was said: `api`, `session` or `link`; None for the node and nobody."""
        return {"key": "api", "session": "session", "link": "link"}.get(self.means)

    @property
    def is_node(self) -> bool:
        """True for the node's own work: sweeps, the command line on the node."""
        return self.means == "node"


NODE = Actor("node", name="node")
NOBODY = Actor("nobody", name="nobody")
