"""Computing an obligation's instants again from what was kept with it, and naming every difference.

Nothing is looked up: neither today's calendars and zone data nor today's law. Whoever doubts an instant needs what was kept and
this program, and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from incident.canonical import digest, instant
from incident.rules.commitment import Target
from incident.rules.legaltime import Moment, Period, Place, calendar, rules, tzdata_version, zone
from incident.rules.legaltime.freezing import frozen_calendar, frozen_zone, span_of, thawed_calendar, thawed_zone
from incident.rules.legaltime.values import Basis
from incident.rules.planning.clock import Clock, Counted, count
from incident.rules.planning.values import Planned

Plain = dict[str, Any]
FORMAT = 1
_QUESTION = ("period", "targets", "combine", "moments", "place", "basis")


class InputsFault(ValueError):
    """What was kept cannot be read: names what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on record that does not follow from what was kept: what, as it is recorded, as it is computed."""

    what: str
    recorded: str | None
    computed: str | None


def frozen_inputs(each: Planned) -> Plain | None:
    """What a second computation needs to arrive at the same instants; None while the clock has not started.

    `digest` is over all the rest, so that a change shows even where it moves no instant. Several obligations of a case run by the
    same clock and share what is kept: it is not to be changed.
    """
    if each.clock is None:
        return None
    deadline = each.deadline
    legal = (deadline.due_at, deadline.basis.value, deadline.rule_version) if deadline else None
    return _frozen(each.clock, each.target_at, legal)


@lru_cache(maxsize=256)
def _frozen(clock: Clock, target_at: datetime | None, legal: tuple[datetime, str, str] | None) -> Plain:
    due_at, basis, rule_version = legal or (None, None, None)
    found = [at for at in (target_at, due_at) if at]
    first, last = span_of([*(at for _, moment in clock.moments for at in (moment.earliest, moment.latest)), *found])
    periods = [*([clock.period] if clock.period else []), *(target.period for target in clock.targets)]
    asks = any(rules()[period.rule].asks_calendar(period.options) for period in periods)
    kept_zone, zone_digest = _kept_zone(clock.place.zone, first, last)
    kept_calendar, calendar_digest = _kept_calendar(clock.place.calendar, first, last) if asks else (None, digest(None))
    kept = {
        "format": FORMAT,
        "period": _period(clock.period) if clock.period else None,
        "targets": [{"period": _period(target.period), "cite": target.cite} for target in clock.targets],
        "combine": clock.combine,
        "moments": [{"name": name, **_moment(moment)} for name, moment in clock.moments],
        "place": {"zone": clock.place.zone, "calendar": clock.place.calendar},
        "basis": clock.basis.value,
        "cite": clock.cite,
        "zone": kept_zone,
        "calendar": kept_calendar,
        "result": {
            "target_at": target_at and instant(target_at), "due_at": due_at and instant(due_at), "basis": basis,
            "rule_version": rule_version,
        },
    }  # fmt: skip
    return kept | {"digest": _digest(kept, zone_digest, calendar_digest)}


def same_question(inputs: Mapping[str, Any], each: Planned) -> bool:
    """Whether the clock of a plan asks what was kept: the same periods from the same moments in the same place.

    Then what it came to stands, whatever calendars, zone data and program say by now.
    """
    fresh = frozen_inputs(each) or {}
    return all(name in inputs and name in fresh and digest(inputs[name]) == digest(fresh[name]) for name in _QUESTION)


def recomputed(inputs: Mapping[str, Any]) -> Counted:
    """What the kept inputs come to.

    Raises:
        InputsFault: something that was kept is missing, or is not what it should be.
    """
    try:
        clock = Clock(
            period=_thawed_period(inputs["period"]) if inputs["period"] else None,
            targets=tuple(Target(_thawed_period(target["period"]), target["cite"]) for target in inputs["targets"]),
            combine=inputs["combine"],
            moments=tuple((moment["name"], _thawed_moment(moment)) for moment in inputs["moments"]),
            place=Place(**inputs["place"]),
            basis=Basis(inputs["basis"]),
            cite=inputs["cite"],
        )
        kept = inputs["zone"]
        closed = calendar("none") if inputs["calendar"] is None else thawed_calendar(inputs["calendar"])
        return count(clock, thawed_zone(kept), closed, kept["version"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputsFault(f"What was kept is incomplete: {type(error).__name__}: {error}.") from error
    except ValueError as error:
        raise InputsFault(f"What was kept contradicts itself: {error}") from error


def differences(inputs: Mapping[str, Any], told: Iterable[str]) -> list[Difference]:
    """Everything in which the record does not follow from what was kept; empty when it all does.

    `told` are the sentences of the derivation on record, among which every computed one must stand.

    Raises:
        InputsFault: as `recomputed`.
    """
    found = []
    now = _digest(inputs, digest(inputs.get("zone")), digest(inputs.get("calendar")))
    if now != inputs.get("digest"):
        found.append(Difference("the kept inputs (their digest)", inputs.get("digest"), now))
    made = recomputed(inputs)
    deadline = made.deadline
    target_at = deadline.target_at if deadline else made.planned_for
    computed: dict[str, str | None] = {
        "target_at": instant(target_at) if target_at else None,
        "due_at": instant(deadline.due_at) if deadline else None,
        "basis": deadline.basis.value if deadline else None,
        "rule_version": deadline.rule_version if deadline else None,
    }
    recorded = inputs["result"]
    found += [Difference(name, recorded.get(name), value) for name, value in computed.items() if recorded.get(name) != value]
    sentences = set(told)
    found += [Difference(f"the reason {line.code!r}", None, line.text) for line in made.because if line.text not in sentences]
    return found


def _period(period: Period) -> Plain:
    return {"n": period.n, "unit": period.unit, "rule": period.rule, "at": period.at, "options": dict(period.options)}


def _thawed_period(kept: Mapping[str, Any]) -> Period:
    return Period(kept["n"], kept["unit"], kept["rule"], kept["at"], dict(kept["options"]))


def _moment(moment: Moment) -> Plain:
    return {
        "earliest": instant(moment.earliest), "latest": instant(moment.latest), "precision": moment.precision, "text": moment.text,
        "zone": moment.zone, "fold": moment.fold,
    }  # fmt: skip


def _thawed_moment(kept: Mapping[str, Any]) -> Moment:
    said = {key: value for key, value in kept.items() if key != "name"}
    return replace(Moment(**said), earliest=datetime.fromisoformat(kept["earliest"]), latest=datetime.fromisoformat(kept["latest"]))


def _digest(kept: Mapping[str, Any], zone_digest: str, calendar_digest: str) -> str:
    """Over all of it but the digest itself; the zone and the calendar enter by digests of their own, which many deadlines share."""
    parts = {key: value for key, value in kept.items() if key not in ("digest", "zone", "calendar")}
    return digest(parts | {"zone": zone_digest, "calendar": calendar_digest})


@lru_cache(maxsize=1024)
def _kept_zone(name: str, first: date, last: date) -> tuple[Plain, str]:
    kept = frozen_zone(zone(name), tzdata_version(), first, last)
    return kept, digest(kept)


@lru_cache(maxsize=1024)
def _kept_calendar(id: str, first: date, last: date) -> tuple[Plain, str]:
    kept = frozen_calendar(calendar(id), first, last)
    return kept, digest(kept)
