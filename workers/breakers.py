"""How many letters may be under way to one address, by how it has answered this process lately.

An address that took its last letter gets several at once. One of which nothing is known yet, or whose last try failed, gets one
at a time, and all of those together only a share of the threads. After three failures in a row it is left alone for a while,
longer each time, and then gets one letter to show whether it is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from incident.records.outbox.sending import Room

PROVEN = 4
"""Letters at once to an address that took its last one."""
UNPROVEN_SHARE = 2
"""One in so many of the threads may wait for addresses that have not shown that they answer."""
OPENS_AFTER = 3
FIRST_REST, LONGEST_REST = 5.0, 60.0
"""Seconds; each failure more doubles it. Short beside the retry schedule, which no breaker may outlast by much."""
_FORGOTTEN_AFTER = 3600.0
AT_HOME = "inbox "
"""The place of every letter that only waits to be collected: it is nobody's address, and keeps no thread."""


@dataclass(frozen=True, slots=True)
class _Known:
    failures: int
    until: float
    at: float


@dataclass(slots=True)
class Breakers:
    """What one process knows of the addresses it writes to. Not for several threads at once."""

    threads: int
    _known: dict[str, _Known] = field(default_factory=dict)

    def took(self, address: str, now: float) -> None:
        """It took a letter."""
        self._known[address] = _Known(0, now, now)

    def failed(self, address: str, now: float) -> None:
        """It did not, or nobody knows whether it did."""
        failures = (self._known[address].failures if address in self._known else 0) + 1
        rest = 0.0 if failures < OPENS_AFTER else min(FIRST_REST * 2 ** min(failures - OPENS_AFTER, 10), LONGEST_REST)
        self._known[address] = _Known(failures, now + rest, now)

    def is_proven(self, address: str) -> bool:
        """Whether it took the last letter that it was sent."""
        return address == AT_HOME or (address in self._known and self._known[address].failures == 0)

    def room(self, under_way: Mapping[str, int], now: float) -> Room:
        """What may be claimed beside the letters that are under way to each address."""
        self._forget(now)
        waiting = sum(count for address, count in under_way.items() if not self.is_proven(address))
        known = {address: self._allowed(address, now) - under_way.get(address, 0) for address in {*self._known, *under_way, AT_HOME}}
        return Room(
            {address: max(0, left) for address, left in known.items()},
            frozenset(address for address in known if self.is_proven(address)),
            max(0, self.threads // UNPROVEN_SHARE - waiting),
            {address: each.until - now for address, each in self._known.items() if each.until > now},
        )

    def _allowed(self, address: str, now: float) -> int:
        if address == AT_HOME:
            return self.threads
        if self.is_proven(address):
            return PROVEN
        return 0 if address in self._known and self._known[address].until > now else 1

    def _forget(self, now: float) -> None:
        for address in [address for address, known in self._known.items() if now - max(known.at, known.until) > _FORGOTTEN_AFTER]:
            del self._known[address]
