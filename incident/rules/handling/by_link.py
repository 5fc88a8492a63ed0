"""What the holder of a link may be shown: who that is, nobody has checked."""

from __future__ import annotations

_SHOWN = frozenset({"CLEAR", "GREEN", "AMBER"})


def shown_by_link(tlp: str) -> bool:
    """Whether a notice under that label may be shown to whoever holds the link of the letter that carried it.

    A link reaches a mailbox and whoever reads it. AMBER may be spread within the recipient's organisation and to its clients, as
    they need it; AMBER+STRICT and RED bind to persons of that organisation, so somebody must have signed in. A label that is not
    known is not shown.
    """
    return tlp in _SHOWN
