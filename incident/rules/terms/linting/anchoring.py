"""Anchors: what starts a clock, and whether it can ever happen."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from incident.rules.commitment import Commitment
from incident.rules.terms.linting.finding import Book, Look, Said
from incident.rules.terms.linting.places import anchors_of, may_be_one
from incident.rules.vocabulary import vocabulary

BOOK = Book()


@BOOK.rule(
    "unknown_anchor",
    "error",
    """`after` or `delivery` names no commitment of this document, so nothing ever starts the clock.""",
)
def _unknown_anchor(look: Look) -> Iterator[Said]:
    names = [each.id for each in look.agreement.commitments if each.id != look.clause.id]
    for below, spoken in anchors_of(look):
        for kind in ("after", "delivery"):
            name = spoken.get(kind)
            if name is None or look.agreement.commitment(str(name)) is not None:
                continue
            near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.75)
            fix = look.replacing(f"{below}/{kind}", near[0]) if near else None
            yield look.say("/anchor", f"{kind} names {name}, which is no commitment.", look.never_starting(), fix)


@BOOK.rule(
    "unrecorded_anchor",
    "error",
    """The clock starts at a fact that is no instant: it is answered with yes, no, a word or a number, and nothing ever records when. Name a
    dated fact, such as `aware_at`.""",
)
def _unrecorded(look: Look) -> Iterator[Said]:
    for anchor in look.clause.anchors:
        known = vocabulary().get(anchor.name) if anchor.kind == "fact" else None
        if known is not None and known.type != "instant":
            yield look.say("/anchor", f"starts at {anchor.name}, which is no instant: nothing records when it was.", look.never_starting())


@BOOK.rule(
    "after_another_debtor",
    "error",
    """`after` means what the same debtor has submitted. The clause that it names is performed by somebody else, so for this debtor it never
    happens.""",
)
def _after_another(look: Look) -> Iterator[Said]:
    for other in _named(look, "after"):
        if not may_be_one(other.owed_by, look.clause.owed_by):
            message = f"starts when its own debtor has done {other.id}, but {other.owed_by.role} owes that."
            yield look.say("/anchor", message, look.never_starting(other.id))


@BOOK.rule(
    "delivery_of_nothing",
    "error",
    """`delivery` means the delivery of a notice. The clause that it names sends none, so nothing is ever delivered under it.""",
)
def _delivery_of_nothing(look: Look) -> Iterator[Said]:
    for other in _named(look, "delivery"):
        if other.tell is None:
            message = f"starts at the delivery of {other.id}, which sends no notice."
            yield look.say("/anchor", message, look.never_starting(other.id))


@BOOK.rule(
    "delivery_to_others",
    "error",
    """The debtor neither sends nor receives the notice from whose delivery its clock should run, so the clock never starts.""",
)
def _delivery_to_others(look: Look) -> Iterator[Said]:
    for other in _named(look, "delivery"):
        if other.tell is not None and not any(may_be_one(look.clause.owed_by, each) for each in (other.owed_by, other.owed_to)):
            message = f"its debtor neither sends nor receives the notice of {other.id}, so the clock never starts."
            yield look.say("/anchor", message, look.never_starting(other.id))


@BOOK.rule(
    "cycle",
    "error",
    """The clause waits for itself, directly or through others: none of the clocks in the circle ever starts. Let one of them start at a
    fact, or at the filing.""",
)
def _cycle(look: Look) -> Iterator[Said]:
    # Only a clause that waits for itself is named; those that merely wait for a circle are mended with it.
    waiting, seen = [look.clause.id], set[str]()
    while waiting:
        current = look.agreement.commitment(waiting.pop())
        before = () if current is None else _waits_for(current)
        if look.clause.id in before:
            yield look.say("/anchor", "waits for itself, directly or through others; no clock ever starts.")
            return
        waiting += [name for name in before if name not in seen]
        seen.update(before)


def _named(look: Look, kind: str) -> Iterator[Commitment]:
    for anchor in look.clause.anchors:
        other = look.agreement.commitment(anchor.name) if anchor.kind == kind else None
        if other is not None:
            yield other


def _waits_for(each: Commitment) -> tuple[str, ...]:
    """What must have happened first. The earliest of several starts without the others."""
    chained = tuple(anchor.name for anchor in each.anchors if anchor.kind in ("after", "delivery"))
    if each.combine == "earliest" and len(chained) < len(each.anchors):
        return ()
    # A notice goes out when the duty begins, not when it is done: one's own delivery is no circle of clauses.
    return chained
