"""What was done about the obligations of a case, in the form in which planning and verdicts ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incident.rules.commitment import Discharge
from incident.rules.planning.pausing import Pause
from incident.rules.planning.values import Happened, Key
from incident.rules.planning.verdict import Done, discharges


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One obligation on record, by its key, and the acts about it.

    `agreed`: it rests on an agreement, not on a law. `live`: nothing stands in its place. `due_at` is the instant that it has now,
    and `extended_until` the one to which its creditor moved it in time, if it did. `pauses` are the times that it stood still.
    """

    key: Key
    agreed: bool
    discharged_by: Discharge
    acts: tuple[Done, ...] = ()
    live: bool = True
    due_at: datetime | None = None
    extended_until: datetime | None = None
    pauses: tuple[Pause, ...] = ()


def happened(records: Iterable[OnRecord]) -> Happened:
    """What has been done so far, as planning asks for it; of each obligation the first time counts."""
    submitted: dict[tuple[str, str, UUID], set[datetime]] = {}
    received: dict[tuple[str, str, UUID], set[datetime]] = {}
    delivered: dict[tuple[str, str, UUID, UUID], datetime] = {}
    done: dict[Key, datetime] = {}
    missed: dict[Key, tuple[datetime, ...]] = {}
    for each in records:
        source, commitment, debtor, creditor = each.key[:4]
        ended = _first(act for act in each.acts if discharges(act.kind, each.discharged_by))
        # The last word of an agreement's duty is no stage of its own: a review after a miss is not the clause `review`.
        for name in {commitment} if each.agreed else {commitment, commitment.rsplit(".", 1)[-1]}:
            _add(submitted, (source, name, debtor), _first(act for act in each.acts if act.kind == "submitted") or ended)
            _add(received, (source, name, debtor), _first(act for act in each.acts if act.kind in ("received", "confirmed")))
        if ended:
            done[each.key.stated] = min(done.get(each.key.stated, ended), ended)  # one act does it in every reading
        if passed := [act for act in each.acts if act.kind == "missed"]:
            in_order = tuple(act.occurred_at for act in sorted(passed, key=lambda act: act.recorded_at))
            missed[each.key] = (*missed.get(each.key, ()), *in_order)
        if creditor and (handed := _first(act for act in each.acts if act.kind in ("sent", "received"))):
            pair = (source, commitment, debtor, creditor)
            delivered[pair] = min(delivered.get(pair, handed), handed)
    return Happened(_in_order(submitted), _in_order(received), delivered, done, missed)


def _first(acts: Iterable[Done]) -> datetime | None:
    return min((each.occurred_at for each in acts), default=None)


def _add(found: dict[tuple[str, str, UUID], set[datetime]], key: tuple[str, str, UUID], at: datetime | None) -> None:
    if at is not None:
        found.setdefault(key, set()).add(at)


def _in_order(found: Mapping[tuple[str, str, UUID], set[datetime]]) -> dict[tuple[str, str, UUID], tuple[datetime, ...]]:
    return {key: tuple(sorted(instants)) for key, instants in found.items()}
