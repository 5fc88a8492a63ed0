"""Computing an obligation's instants again from what was kept with it, and naming every difference.

Nothing is looked up: neither today's calendars and zone data nor today's law. Whoever doubts an instant needs what was kept and
this program, and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from incident.canonical import digest, instant
from incident.rules.commitment import Target
from incident.rules.legaltime import Moment, Period, Place, calendar, tzdata_version, zone
from incident.rules.legaltime.freezing import frozen_calendar, frozen_zone, span_of, thawed_calendar, thawed_zone
from incident.rules.legaltime.values import Basis
from incident.rules.planning.clock import Clock, Counted, count
from incident.rules.planning.values import Planned

Plain = dict[str, Any]
FORMAT = 1


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

    `digest` is over all the rest, so that a change shows even where it moves no instant.
    """
    clock = each.clock
    if clock is None:
        return None
    found = [at for at in (each.target_at, each.deadline and each.deadline.due_at) if at]
    first, last = span_of([*(at for _, moment in clock.moments for at in (moment.earliest, moment.latest)), *found])
    kept = {
        "format": FORMAT,
        "period": _period(clock.period) if clock.period else None,
        "targets": [{"period": _period(target.period), "cite": target.cite} for target in clock.targets],
        "combine": clock.combine,
        "moments": [{"name": name, **_moment(moment)} for name, moment in clock.moments],
        "place": asdict(clock.place),
        "basis": clock.basis.value,
        "cite": clock.cite,
        "zone": _kept_zone(clock.place.zone, first.date().toordinal(), last.date().toordinal()),
        "calendar": _kept_calendar(clock.place.calendar, first.date().toordinal(), last.date().toordinal()),
        "result": {
            "target_at": each.target_at and instant(each.target_at),
            "due_at": each.deadline and instant(each.deadline.due_at),
            "basis": each.deadline and each.deadline.basis.value,
            "rule_version": each.deadline and each.deadline.rule_version,
        },
    }
    return kept | {"digest": digest(kept)}


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
        return count(clock, thawed_zone(kept), thawed_calendar(inputs["calendar"]), kept["version"])
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
    if (now := digest({key: value for key, value in inputs.items() if key != "digest"})) != inputs.get("digest"):
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
    return {**asdict(moment), "earliest": instant(moment.earliest), "latest": instant(moment.latest)}


def _thawed_moment(kept: Mapping[str, Any]) -> Moment:
    said = {key: value for key, value in kept.items() if key != "name"}
    return replace(Moment(**said), earliest=datetime.fromisoformat(kept["earliest"]), latest=datetime.fromisoformat(kept["latest"]))


@lru_cache(maxsize=512)
def _kept_zone(name: str, first: int, last: int) -> Plain:
    return frozen_zone(zone(name), tzdata_version(), _midnight(first), _midnight(last))


@lru_cache(maxsize=512)
def _kept_calendar(id: str, first: int, last: int) -> Plain:
    return frozen_calendar(calendar(id), _midnight(first), _midnight(last))


def _midnight(ordinal: int) -> datetime:
    return datetime.combine(date.fromordinal(ordinal), time(), UTC)
