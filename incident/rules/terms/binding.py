"""What binds a case: the commitments of the agreements and laws together, with what the agreements plan them for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from incident.rules.commitment import Commitment, Target
from incident.rules.terms.agreement import Agreement


def bound(agreed: Iterable[Agreement], laws: Iterable[Commitment]) -> list[Commitment]:
    """Every commitment of these agreements and laws, each with the planning targets that any of the agreements sets for it."""
    agreements = list(agreed)
    found = [*(each for agreement in agreements for each in agreement.commitments), *laws]
    targets: dict[str, tuple[Target, ...]] = {}
    for agreement in agreements:
        for name, target in agreement.targets:
            targets[name] = (*targets.get(name, ()), target)
    return [replace(each, targets=(*each.targets, *targets[each.id])) if each.id in targets else each for each in found]
