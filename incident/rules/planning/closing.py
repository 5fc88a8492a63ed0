"""What becomes of a running obligation when its case is closed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    """`act`: lapsed, stays or met_elsewhere; `why` for the record."""

    act: str
    why: str


def fate(closed_as: str, source_kind: str) -> Fate:
    """By how the case was closed, and whether the duty is the law's or an agreement's.

    Closing decides nothing about the law: a report that is withdrawn ends what rests on the report, not what rests on the
    incident, so a legal duty stays until somebody says that there was no incident or that it is under the threshold.
    """
    match closed_as, source_kind:
        case "false_alarm", _:
            return Fate("lapsed", "There was no incident.")
        case "below_threshold", _:
            return Fate("lapsed", "The incident is below the threshold.")
        case "duplicate", _:
            return Fate("met_elsewhere", "It goes on in the incident that this one duplicates.")
        case "withdrawn", "agreement":
            return Fate("lapsed", "The report was withdrawn.")
        case "withdrawn", _:
            return Fate("stays", "Withdrawing a report does not end a legal duty.")
        case _:
            return Fate("stays", "The incident is over; what is owed because of it is still owed.")
