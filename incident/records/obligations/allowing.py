"""What a clause lets its parties do about its clock, as it is kept with each obligation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from incident.rules.commitment import Commitment, Excuse, Extension
from incident.rules.legaltime.values import Period

Row = sa.Row[Any]


def kept(commitment: Commitment) -> dict[str, Any]:
    """As plain values: the excuses, who may extend and how far, and whether anything follows a miss."""
    given = commitment.extension
    return {
        "excuses": [
            {"kind": each.kind, "ground": each.ground, "by": each.by, "cite": each.cite, "most": _plain(each.most)}
            for each in commitment.excuses
        ],
        "extension": {"by": given.by, "grounds": list(given.grounds), "most": _plain(given.most)},
        "on_miss": commitment.on_miss is not None,
        "excused": [],
    }


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
