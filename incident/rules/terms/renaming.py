"""Clauses that only got another id: the same in everything that they ask, and in what is owed word by word."""

from __future__ import annotations

from dataclasses import replace

from incident.rules.commitment import Anchor, Commitment, Source
from incident.rules.terms.agreement import Agreement

_NOWHERE = Source("agreement", "", "", "", "")
_ROUNDS = 16


def renamed(old: Agreement, new: Agreement) -> dict[str, str]:
    """New ids by the old ones. Clauses that wait for renamed ones are followed, `_ROUNDS` deep; of several alike each is taken once."""
    found: dict[str, str] = {}
    come: dict[str, list[str]] = {}
    for each in new.commitments:
        if old.commitment(each.id) is None:
            come.setdefault(_bare(each, new, {}), []).append(each.id)
    waiting = [each for each in old.commitments if new.commitment(each.id) is None]
    for _ in range(_ROUNDS):
        before = len(found)
        for each in waiting:
            if each.id not in found and (alike := come.get(_bare(each, old, found))):
                found[each.id] = alike.pop(0)
        if len(found) == before:
            break
    return found


def following(anchor: Anchor, names: dict[str, str]) -> Anchor:
    """The anchor, with the new id of the clause that it waits for."""
    return replace(anchor, name=names.get(anchor.name, anchor.name)) if anchor.kind in ("after", "delivery") else anchor


def _bare(each: Commitment, agreement: Agreement, names: dict[str, str]) -> str:
    """All that it asks, without what it is called, where it stands and between whom; to wait for itself is to wait for no name."""
    owes = next(spoken["owes"] for spoken in agreement.document["commitments"] if spoken["id"] == each.id)
    anchors = tuple(following(anchor, {**names, each.id: ""}) for anchor in each.anchors)
    bare = replace(each, id="", title="", source=_NOWHERE, signatories=None, because_applies="", anchors=anchors)
    return repr((owes, bare))
