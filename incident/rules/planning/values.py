"""What planning is given beside the case, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from incident.rules.case import Party
from incident.rules.commitment import Commitment
from incident.rules.legaltime.values import Because, Deadline, Moment
from incident.rules.planning.clock import Clock

NOT_PLANNED = "not planned"
"""The occurrence of an obligation that only asks its filer to look at a clause which could not be planned."""
FIRST = "first"
"""The occurrence of a duty that does not come again, and the first one of a duty that does."""

STATED = "stated"
"""The reading by the facts that stand; the name of any other reading is the id of the claim that it rests on."""


class Key(NamedTuple):
    """What makes an obligation this one and no other, within its case."""

    source: str
    commitment: str
    debtor: UUID
    creditor: UUID | None
    occurrence: str
    reading: str = STATED

    @property
    def stated(self) -> Key:
        """The same obligation in the stated reading."""
        return self if self.reading == STATED else self._replace(reading=STATED)


@dataclass(frozen=True, slots=True)
class Happened:
    """What has been done so far, each time the instants in order.

    `submitted` and `received` by (source, stage or commitment, debtor); `delivered` by (source, commitment, from, to);
    `done` is when the obligation of that key, in whichever reading, was discharged; its keys are those of the stated reading.
    `missed` are the due instants that were recorded as missed, in the order in which they were recorded, by the key of the reading.
    """

    submitted: Mapping[tuple[str, str, UUID], tuple[datetime, ...]] = field(default_factory=dict)
    received: Mapping[tuple[str, str, UUID], tuple[datetime, ...]] = field(default_factory=dict)
    delivered: Mapping[tuple[str, str, UUID, UUID], datetime] = field(default_factory=dict)
    done: Mapping[Key, datetime] = field(default_factory=dict)
    missed: Mapping[Key, tuple[datetime, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Anchored:
    """One anchor as it stands in this case: its name, the moment, whether that is only predicted, and why this one."""

    name: str
    moment: Moment
    predicted: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Planned:
    """A commitment applied to one case, one debtor, one creditor, one occurrence and one reading.

    `deadline` None: a duty without a number, or one whose clock has not started (`because` says which). `planned_for` is then
    what it is planned for, if that was agreed; it is no legal instant. `provisional`: whether it binds at all is not known.
    `predicted`: it is dated from an instant that has not happened yet. `anchored` and `clock` are what it was dated from.
    """

    commitment: Commitment
    debtor: Party
    creditor: Party | None
    deadline: Deadline | None
    started_at: datetime | None
    because: tuple[Because, ...]
    provisional: bool
    predicted: bool
    occurrence: str = FIRST
    group: str | None = None
    planned_for: datetime | None = None
    anchored: tuple[Anchored, ...] = ()
    clock: Clock | None = None
    reading: str = STATED
    relay_to: str | None = None
    """The affected state that it tells of the case."""

    @property
    def target_at(self) -> datetime | None:
        """The instant to work to, legal or agreed; None for a duty that has neither."""
        return self.deadline.target_at if self.deadline else self.planned_for

    @property
    def stage(self) -> str:
        """The last word of the commitment's id: the stage, for laws."""
        return self.commitment.id.rsplit(".", 1)[-1]

    @property
    def key(self) -> Key:
        """What makes it this obligation and no other, within its case."""
        source, creditor = self.commitment.source.name, self.creditor
        return Key(source, self.commitment.id, self.debtor.id, creditor.id if creditor else None, self.occurrence, self.reading)
