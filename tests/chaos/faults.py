"""What is done to the node: the matrix, fault by fault, and the schedule that a seed draws."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis
import rich_click as click

from incident import crash
from tests.chaos.receivers import HOSTILE, Behaviour
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
    yield Named("Redis takes nothing (read-only)", lambda site: _redis_reads_only(site, seconds))
    yield Named("Redis slow (2 s)", _redis_slow)
    yield Named("PostgreSQL killed and recovered", _postgres_killed)
    yield Named("PostgreSQL stopped fast and started", lambda site: _postgres_stopped(site, signal.SIGINT))
    yield Named("PostgreSQL stopped immediately and started", lambda site: _postgres_stopped(site, signal.SIGQUIT))
    yield Named("disk of PostgreSQL full", lambda site: _disk_full(site, seconds))
    yield Named("two timekeepers and two beats", lambda site: _several(site, ("timekeeper.2", "beat.2"), seconds))
    yield Named("five timekeepers", lambda site: _several(site, tuple(f"timekeeper.{n}" for n in range(2, 6)), seconds))
    yield Named("no timekeeper and no beat", lambda site: _without(site, ("timekeeper", "beat"), seconds))
    for name in PROCESSES:
        yield Named(f"SIGTERM {name} and started again", lambda site, name=name: _asked_to_end(site, name))  # type: ignore[misc]
    for how in HOSTILE:
        said = how.__name__.strip("_").replace("_", " ")
        yield Named(f"receivers: {said}", lambda site, how=how: _misbehaving(site, seconds, how))  # type: ignore[misc]
    yield Named("receivers misbehave, each as it likes", lambda site: _misbehaving(site, seconds))


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


def _redis_reads_only(site: Site, seconds: float) -> int:
    site.redis.only_reads()
    time.sleep(seconds)
    site.redis.only_reads(False)
    return 0


def _redis_slow(site: Site) -> int:
    site.redis.slow(2000)
    time.sleep(2.5)
    return 0


def _postgres_stopped(site: Site, how: signal.Signals) -> int:
    site.crash_postgres(how)
    return 1


def _disk_full(site: Site, seconds: float) -> int:
    if not site.has_small_disk:
        click.echo("           left out: a disk that can be filled takes root")
        return 0
    with site.full_disk():
        time.sleep(seconds)
    return 0


def _several(site: Site, names: tuple[str, ...], seconds: float) -> int:
    for name in names:
        site.start(name)
    time.sleep(seconds)
    for name in names:
        site.kill(name)
    return len(names)


def _without(site: Site, names: tuple[str, ...], seconds: float) -> int:
    for name in names:
        site.kill(name)
    time.sleep(seconds)
    for name in names:
        site.start(name)
    return len(names)


def _asked_to_end(site: Site, name: str) -> int:
    """As a rolling restart does it."""
    code = site.node.stop(name)
    site.start(name)
    assert code == 0, f"{name} ended with {code} when it was asked to end"
    return 0


def _misbehaving(site: Site, seconds: float, only: Behaviour | None = None) -> int:
    for receiver in site.receivers.values():
        receiver.misbehave(True, only)
    time.sleep(seconds)
    for receiver in site.receivers.values():
        receiver.misbehave(False)
    return 0
