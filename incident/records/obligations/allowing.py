"""What a clause lets its parties do about its clock, as it is kept with each obligation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from incident.rules.commitment import Again, Commitment, Discharge, Excuse, Extension, Rung
from incident.rules.legaltime.values import Period
from incident.rules.planning import runs_from

Row = sa.Row[Any]


def kept(commitment: Commitment) -> dict[str, Any]:
    """As plain values: the excuses, who may extend and how far, whether anything follows a miss, and on what its clock hangs."""
    given = commitment.extension
    return {
        "excuses": [
            {"kind": each.kind, "ground": each.ground, "by": each.by, "cite": each.cite, "most": _plain(each.most)}
            for each in commitment.excuses
        ],
        "extension": {"by": given.by, "grounds": list(given.grounds), "most": _plain(given.most)},
        "on_miss": commitment.on_miss is not None,
        "excused": [],
        "runs_from": runs_from(commitment),
        "comes_again": commitment.repeat is not None,
    }


def kept_ladder(commitment: Commitment, *, laddered: bool) -> dict[str, Any]:
    """The ladder as plain values, none where it is another obligation's; how often it is climbed, and when silence is noticed."""
    again, silent = commitment.ladder_again, commitment.silent_after
    return {
        "ladder": [[rung.contact, int(rung.before.total_seconds())] for rung in commitment.ladder] if laddered else [],
        **({"again": [again.times, int(again.every.total_seconds())]} if again and laddered else {}),
        **({"silent_after": int(silent.total_seconds())} if silent and commitment.discharged_by is Discharge.ACKNOWLEDGED else {}),
    }


def ladder(spec: Mapping[str, Any]) -> list[Rung]:
    """The rungs that an obligation keeps."""
    return [Rung(contact, timedelta(seconds=before)) for contact, before in spec["ladder"]]


def again(spec: Mapping[str, Any]) -> Again | None:
    """How often its ladder is climbed anew."""
    kept = spec.get("again")
    return Again(kept[0], timedelta(seconds=kept[1])) if kept else None


def silent_after(spec: Mapping[str, Any]) -> timedelta | None:
    """After how long without an act whoever acknowledged is taken to be silent; None: never."""
    kept = spec.get("silent_after")
    return timedelta(seconds=kept) if kept else None


def excuses(row: Row, kind: str) -> list[Excuse]:
    """The grounds of that kind that the clause of this obligation names."""
    return [
        Excuse(each["kind"], each["ground"], each["by"], each["cite"], _period(each["most"]))
        for each in row.spec.get("excuses", ())
        if each["kind"] == kind
    ]


def extension(row: Row) -> Extension:
    """Who may extend this obligation, on which grounds, by how much at most."""
    given = row.spec.get("extension")
    return Extension(given["by"], tuple(given["grounds"]), _period(given["most"])) if given else Extension()


def follows_a_miss(row: Row) -> bool:
    """Whether its clause asks for something when it is missed."""
    return bool(row.spec.get("on_miss"))


def _plain(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return {"n": period.n, "unit": period.unit, "rule": period.rule, "at": period.at, "options": dict(period.options)}


def _period(given: Mapping[str, Any] | None) -> Period | None:
    return None if given is None else Period(given["n"], given["unit"], given["rule"], given["at"], dict(given["options"]))
