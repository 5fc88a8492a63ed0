"""The catalogue of regimes: laws as data, one file each, every number cited, dated, and compiled to commitments.

`catalogue()` is all of them, for reading. `commitments(on)` is what bound on a date, for planning. `applicable(facts, on)`
says which of them bind on a date somebody of whom those facts are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from incident.rules.commitment import Commitment
from incident.rules.conditions import Lookup, Truth, truth
from incident.rules.legaltime.shipped import names, read
from incident.rules.regimes import laws, reading
from incident.rules.regimes.compiling import Armed, compiled
from incident.rules.regimes.overlays import laid_upon_bases
from incident.rules.regimes.values import Regime

_COUNTRIES = "countries.yaml"
_ARMED_BY_NOBODY: Armed = {}


@dataclass(frozen=True, slots=True)
class Applies:
    """A commitment that binds (`truth` True), or may bind for all that is known (None)."""

    commitment: Commitment
    truth: Truth


@cache
def catalogue() -> tuple[Regime, ...]:
    """Every regime, in the order of its file names; read and validated once.

    Raises:
        ShippedFault: when a file says something that cannot be accepted; names the file and the place.
    """
    lists = reading.country_lists(read(__name__, _COUNTRIES))
    files = [read(laws.__name__, name) for name in names(laws.__name__)]
    return tuple(reading.regime(each, lists) for each in laid_upon_bases(files))


def regime(id: str) -> Regime | None:
    """The regime of that id, or None."""
    return next((each for each in catalogue() if each.id == id), None)


def commitments(on: date, armed: Armed = _ARMED_BY_NOBODY) -> tuple[Commitment, ...]:
    """The commitments that applied on that date, by the law as this catalogue knows it.

    Those of a regime whose date of application is deferred carry `provisional_because`; before its first possible date, for a
    proposal or template, and for what is unarmed, there are none. `armed` names what officers have armed, from which day.
    """
    return _commitments(on, tuple(sorted(armed.items())))


def applicable(facts: Lookup | Mapping[str, object], on: date) -> tuple[Applies, ...]:
    """What binds on that date somebody of whom `facts` are known (by name, or by name and role), and what may.

    A fact that is not given is unknown; what it leaves open comes with `truth` None, what it rules out is left out.
    """
    lookup: Lookup = facts if callable(facts) else lambda fact, _: facts.get(fact)
    found = ((each, truth(each.when, lookup)) for each in commitments(on))
    return tuple(Applies(each, holds) for each, holds in found if holds is not False)


@lru_cache(maxsize=1024)
def _commitments(on: date, armed: tuple[tuple[str, date], ...]) -> tuple[Commitment, ...]:
    return _one_and_the_same(compiled(catalogue(), on, dict(armed)))


@lru_cache(maxsize=64)
def _one_and_the_same(found: tuple[Commitment, ...]) -> tuple[Commitment, ...]:
    """On most days the law is that of the day before: then it is the very same value, and what is kept about it holds on."""
    return found
