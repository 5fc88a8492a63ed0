"""Arm a regime or a stage of one that ships unarmed, with the source that was checked."""

from __future__ import annotations

from datetime import date

from incident import answers
from incident.actions import permission
from incident.errors import Conflict, Fault, Invalid, NotFound
from incident.records.agreements import armings
from incident.rules import regimes
from incident.work import Work


def arm_regime(work: Work, regime: str, stage: str | None, *, source: str, binds_from: date) -> answers.Json:
    """From now on its clocks start in the cases that the caller's party files, for what happened on or after `binds_from`.

    Raises:
        NotFound: there is no such regime or stage.
        Invalid: no source is named.
        Conflict: it needs no arming, is a proposal or a template, which no source makes law, or stands armed already.
    """
    party = permission.speaks_for(work, what="arm a regime")
    law = regimes.regime(regime)
    part = law.stage(stage) if law and stage else None
    if law is None or (stage and part is None):
        raise NotFound(f"There is no regime {regime!r}{f' with a stage {stage!r}' if stage else ''}.")
    if not source.strip():
        raise Invalid([Fault("/source", "required", "expected the source that was checked, so that somebody else can find it")])
    if law.status.state in ("proposed", "template"):
        raise Conflict(f"{law.name} is {law.status.state}: no source makes it law. Change the catalogue when it is.", code="not_law")
    if not (part.unarmed_because if part else law.unarmed_because or law.status.template):
        raise Conflict("Its clocks start by themselves; there is nothing to arm.", code="not_unarmed")
    stage = part.id if part else None
    if any((row.regime, row.stage) == (law.id, stage) for row in armings.standing(work.connection, party)):
        raise Conflict("It stands armed already; withdraw that first to name another source.", code="already_armed")
    by = work.actor.name
    id_ = armings.arm(work.connection, party, law.id, stage, digest=law.digest, binds_from=binds_from, source=source, by=by, now=work.now)
    shown = {"id": str(id_), "regime": law.id, "stage": stage, "source": source, "binds_from": binds_from.isoformat()}
    work.record("regime.armed", party, shown | {"digest": law.digest})
    return shown | {"armed_by": by, "armed_at": answers.at(work.now)}
