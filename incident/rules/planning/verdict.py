"""Verdicts: derived from a deadline, the acts and the time; looking late, or twice, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident.rules.commitment import Discharge


class Verdict(StrEnum):
    """Where an obligation stands."""

    RUNNING = "running"
    MET = "met"
    MET_LATE = "met_late"
    MISSED = "missed"
    WAIVED = "waived"
    LAPSED = "lapsed"
    UNRESOLVED = "unresolved"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Done:
    """An act, as far as verdicts care: what kind, when it is said to have happened, when it was recorded."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What an obligation asks. `due_at` None: a duty without a number, or one whose clock has not started."""

    due_at: datetime | None
    discharged_by: Discharge
    provisional: bool = False
    predicted: bool = False
    superseded: bool = False


_DISCHARGING: dict[Discharge, frozenset[str]] = {
    Discharge.SENT: frozenset({"sent", "received", "acknowledged", "submitted"}),
    Discharge.RECEIVED: frozenset({"received", "acknowledged"}),
    Discharge.ACKNOWLEDGED: frozenset({"acknowledged"}),
    Discharge.SUBMITTED: frozenset({"submitted", "confirmed"}),
    Discharge.CONFIRMED: frozenset({"confirmed"}),
}


def discharges(kind: str, asked: Discharge) -> bool:
    """Whether an act of that kind ends a duty that asks for `asked`: proof of more counts for less."""
    return kind in _DISCHARGING[asked]


def verdict(standing: Standing, acts: Iterable[Done], now: datetime) -> Verdict:
    """Where an obligation stands at `now`.

    A discharging act counts from when it occurred; a waiver only if it was recorded by the due instant (a later one stands
    beside the miss). A provisional duty is never missed, only unresolved; a predicted date binds nobody until it is real.
    So is one of which it was recorded by the due instant that it may not be performed: whether that is so, no clock decides.
    As long as it stands by another's word that it was acknowledged, as was recorded by the due instant, it is unresolved in the same way.
    A pause is in `due_at` already; an excuse stands beside the verdict and is no part of it.
    """
    ordered = sorted(acts, key=lambda act: act.recorded_at)
    due_at = standing.due_at
    if standing.superseded:
        return Verdict.SUPERSEDED
    done = [act.occurred_at for act in ordered if discharges(act.kind, standing.discharged_by)]
    if done:
        return Verdict.MET if due_at is None or standing.predicted or min(done) <= due_at else Verdict.MET_LATE
    ended = [act.kind for act in ordered if act.kind in ("lapsed", "met_elsewhere", "revived")]
    if ended and ended[-1] != "revived":
        return Verdict.LAPSED
    if any(act.kind == "waived" and (due_at is None or act.recorded_at <= due_at) for act in ordered):
        return Verdict.WAIVED
    if due_at is None or now <= due_at or standing.predicted:
        return Verdict.RUNNING
    prohibited = any(act.kind == "prohibited" and act.recorded_at <= due_at for act in ordered)
    return Verdict.UNRESOLVED if standing.provisional or prohibited or _by_word(ordered, due_at) else Verdict.MISSED


def _by_word(ordered: Iterable[Done], due_at: datetime) -> bool:
    """Whether it was said in time by one party, and stands, that the other acknowledged."""
    said = [act for act in ordered if act.kind in ("acknowledged_by_word", "word_disputed", "word_taken_back")]
    return bool(said) and said[-1].kind == "acknowledged_by_word" and said[-1].recorded_at <= due_at
