"""What a typical case says, before anybody plays in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from incident.rules.case import Deployment, Party
from incident.rules.facts import Scalar


@dataclass(frozen=True, slots=True)
class Said:
    """A fact of the operator, or of every supplier. `value` is a timedelta for an instant, counted from the operator's awareness."""

    of: Literal["operator", "suppliers"]
    name: str
    value: Scalar | timedelta


@dataclass(frozen=True, slots=True)
class Later:
    """What the case says from some time after awareness on: then these countries are affected."""

    after: timedelta
    affected_countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typical:
    """One typical case. `deployment` is of the shipped cast. Somebody else's deployment can stand in its place
    where its operator is what `needs` lists and it is in one of `countries`, if any are named.

    `week_of` is a Monday; the operator becomes aware on `weekday` (0 is Monday) of that week at `clock` by its own clocks.
    """

    id: str
    title: str
    purpose: str
    deployment: str
    needs: tuple[str, ...]
    countries: tuple[str, ...]
    week_of: date
    weekday: int
    clock: str
    filed_after: timedelta
    stage: str
    severity: str
    tlp: str
    affected_countries: tuple[str, ...]
    exercise: bool
    summary: str
    said: tuple[Said, ...]
    later: tuple[Later, ...]


@dataclass(frozen=True, slots=True)
class Troupe:
    """The shipped cast: everybody that a role may resolve to, and the deployments, by slug."""

    parties: tuple[Party, ...]
    deployments: Mapping[str, Deployment]
