"""The catalogue of regimes: laws as data, one file each, every number cited, dated, and compiled to commitments.

`catalogue()` is all of them, for reading. `applicable(on)` is what bound on a date, for planning.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

from incident.rules.commitment import Commitment
from incident.rules.legaltime.shipped import names, read
from incident.rules.regimes import reading
from incident.rules.regimes.compiling import compiled
from incident.rules.regimes.values import Regime

_COUNTRIES = "countries.yaml"


@cache
def catalogue() -> tuple[Regime, ...]:
    """Every regime, in the order of its file names; read and validated once.

    Raises:
        ShippedFault: when a file says something that cannot be accepted; names the file and the place.
    """
    lists = reading.country_lists(read(__name__, _COUNTRIES))
    return tuple(reading.regime(read(__name__, name), lists) for name in names(__name__) if name != _COUNTRIES)


@lru_cache(maxsize=1024)
def applicable(on: date) -> tuple[Commitment, ...]:
    """The commitments that applied on that date, by the law as this catalogue knows it.

    Those of a regime whose date of application is deferred or disputed carry `provisional_because`; before its first
    possible date, and for a proposal, there are none.
    """
    return compiled(catalogue(), on)


commitments = applicable
