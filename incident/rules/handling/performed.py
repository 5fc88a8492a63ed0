"""The clauses that a notice performs, as handling looks at them."""

from __future__ import annotations

from dataclasses import dataclass

from incident.rules.case import Party
from incident.rules.commitment import Limits


@dataclass(frozen=True, slots=True)
class Performed:
    """One clause: as people cite it, who must tell, what it tells, and its own limits."""

    cite: str
    sender: Party
    fields: tuple[str, ...]
    limits: Limits


def covers(names: tuple[str, ...], name: str) -> bool:
    """Whether a rule about the fields `names` is one about this field; one about `facts` is about every single fact too."""
    return name in names or (name.startswith("fact:") and "facts" in names)


def holds(name: str, names: tuple[str, ...]) -> bool:
    """Whether the field carries something of `names`: it is one of them, or it is `facts` and one of them is a fact."""
    return covers(names, name) or (name == "facts" and any(each.startswith("fact:") for each in names))
