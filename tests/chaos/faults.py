"""What is done to the node: the matrix, fault by fault, and the schedule that a seed draws."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis

from incident import crash
from tests.chaos.site import PROCESSES, Site

Fault = Callable[[Site], int]
"""Does it and undoes it; returns how many processes and servers it killed."""

_WHERE = {"file": ("web",), "route": ("worker", "worker.2", "timekeeper"), "watch": ("worker", "worker.2", "timekeeper")}
PATIENCE = 60  # seconds for processes to start and come to a point, on a machine that has other things to do
_ELSEWHERE = ("worker", "worker.2", "timekeeper")


@dataclass(frozen=True, slots=True)
class Named:
    """A fault with its name."""

    name: str
    do: Fault


def matrix(seconds: float) -> Iterator[Named]:
    """Every named crash point, then every cut, frozen and restarted part, each once; a fault that lasts does so for `seconds`."""
    for point in crash.POINTS:
        yield Named(f"crash at {point}", _crashing(point))
    for name in PROCESSES:
        yield Named(f"SIGKILL {name}", _killing(name, 0.2))
        yield Named(f"SIGSTOP {name}", lambda site, name=name: _frozen(site, name, seconds))  # type: ignore[misc]
    for wire in ("postgres", "redis"):
        yield Named(f"wire to {wire} cut", _wired(wire, "cut", seconds))
        yield Named(f"wire to {wire} hung", _wired(wire, "hang", seconds))
    yield Named("Redis FLUSHALL", _flushed)
    yield Named("Redis killed and started empty", _redis_killed)
    yield Named("PostgreSQL killed and recovered", _postgres_killed)
    yield Named("receivers misbehave", lambda site: _misbehaving(site, seconds))


def drawn(chance: random.Random) -> Named:
    """One fault of the schedule: mostly kills."""
    name = chance.choice(PROCESSES)
    span = chance.uniform(0.2, 2.5)
    wire = chance.choice(["postgres", "redis"])
    kinds: list[tuple[int, Named]] = [
        (10, Named(f"SIGKILL {name}", _killing(name, chance.uniform(0, 1.5)))),
        (2, Named(f"SIGSTOP {name} {span:.1f} s", lambda site: _frozen(site, name, span))),
        (1, Named(f"wire to {wire} cut {span:.1f} s", _wired(wire, "cut", span))),
        (1, Named(f"wire to {wire} hung {span:.1f} s", _wired(wire, "hang", span))),
        (1, Named("Redis FLUSHALL", _flushed)),
        (1, Named("Redis killed and started empty", _redis_killed)),
        (1, Named("PostgreSQL killed and recovered", _postgres_killed)),
    ]
    weights, faults = zip(*kinds, strict=True)
    return chance.choices(faults, weights)[0]


def _crashing(point: str) -> Fault:
    """Start the processes that pass the point with its name, wait until one of them has ended there, start them as usual."""

    def do(site: Site) -> int:
        names = _WHERE.get(point.partition(".")[0], _ELSEWHERE)
        for name in names:
            site.kill(name)
            site.start(name, DEMARCHE_CRASH_AT=point)
        give_up = time.monotonic() + PATIENCE
        ended = False
        while not ended and time.monotonic() < give_up:
            ended = any(f"Ends at the crash point {point}." in site.said(name) for name in names)
            time.sleep(0.05)
        for name in names:
            site.kill(name)
            site.start(name)
        assert ended, f"no process came to {point} in {PATIENCE} s"
        return len(names)

    return do


def _killing(name: str, away: float) -> Fault:
    def do(site: Site) -> int:
        site.kill(name)
        time.sleep(away)
        site.start(name)
        return 1

    return do


def _frozen(site: Site, name: str, seconds: float) -> int:
    site.freeze(name, seconds)
    return 0


def _wired(which: str, how: str, seconds: float) -> Fault:
    def do(site: Site) -> int:
        wire = site.wires[which]
        wire.cut() if how == "cut" else wire.hang()
        time.sleep(seconds)
        wire.mend()
        return 0

    return do


def _flushed(site: Site) -> int:
    with redis.Redis(port=site.redis.port) as client:
        client.flushall()
    return 0


def _redis_killed(site: Site) -> int:
    site.restart_redis()
    return 1


def _postgres_killed(site: Site) -> int:
    site.crash_postgres()
    return 1


def _misbehaving(site: Site, seconds: float) -> int:
    for receiver in site.receivers.values():
        receiver.misbehave(True)
    time.sleep(seconds)
    for receiver in site.receivers.values():
        receiver.misbehave(False)
    return 0
