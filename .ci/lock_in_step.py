#!/usr/bin/env python3
"""Are the locks in step with pyproject.toml? Prints what is not, and what to do, and exits 1; works offline.

Every requirement must be pinned with hashes to a version that satisfies it, with all that it needs in turn as far as the installed
packages tell, and nothing must be pinned that nobody needs. `requirements-runtime.lock` is the part of `requirements.lock` that
runs in production.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FULL, RUNTIME = "requirements.lock", "requirements-runtime.lock"
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry of a lock: the version, where it applies, and the hashes of its files."""

    version: Version
    marker: str
    hashes: tuple[str, ...]


def main(root: Path) -> int:
    """0 when everything is in step."""
    faults = list(faults_in(root))
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    if faults:
        sys.stdout.write("Run `make lock`, read the difference, and commit both locks with pyproject.toml.\n")
    return 1 if faults else 0


def faults_in(root: Path) -> Iterable[str]:
    """Everything that is out of step, one line each."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(each) for each in project["dependencies"]]
    also = [Requirement(each) for each in project["optional-dependencies"]["test"]]
    locks = {}
    for name in (FULL, RUNTIME):
        try:
            locks[name] = read_lock((root / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            yield f"{name} is missing."
        except ValueError as error:
            yield f"{name}: {error}"
    if len(locks) == 2:
        yield from _in_lock(FULL, locks[FULL], [*wanted, *also])
        yield from _in_lock(RUNTIME, locks[RUNTIME], wanted)
        yield from _agree(locks[FULL], locks[RUNTIME])


def read_lock(text: str) -> dict[str, Pin]:
    """The pins of a lock by canonical name.

    Raises:
        ValueError: for an entry that is not `name==version` with SHA-256 hashes, or that stands there twice.
    """
    pins: dict[str, Pin] = {}
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        head, *options = entry.split(" --")
        try:
            said = Requirement(head.strip())
        except InvalidRequirement as error:
            raise ValueError(f"{head.strip()!r} is not an entry of the form name==version") from error
        name, pinned = canonicalize_name(said.name), [each.version for each in said.specifier if each.operator == "=="]
        hashes = tuple(f"--{option.strip()}" for option in options)
        if len(pinned) != 1 or len(said.specifier) != 1:
            raise ValueError(f"{name} is not pinned to one version")
        if not hashes or not all(_HASH.fullmatch(each) for each in hashes):
            raise ValueError(f"{name} has no SHA-256 hashes, or something else beside them")
        if name in pins:
            raise ValueError(f"{name} stands there twice")
        pins[name] = Pin(Version(pinned[0]), str(said.marker or ""), hashes)
    return pins


def _in_lock(lock: str, pins: dict[str, Pin], wanted: Iterable[Requirement]) -> Iterable[str]:
    reached: set[str] = set()
    known = True
    todo = [(each, "pyproject.toml") for each in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        each, by = todo.pop()
        name = canonicalize_name(each.name)
        pin = pins.get(name)
        if pin is None:
            yield f"{lock}: {each} is asked for by {by} and missing."
            continue
        if not each.specifier.contains(pin.version, prereleases=True):
            yield f"{lock}: {name} is pinned to {pin.version}; {by} asks for {each.specifier}."
        reached.add(name)
        key = (name, frozenset(each.extras))
        if key not in seen:
            seen.add(key)
            needs = _needs(name, pin.version, each.extras)
            known = known and needs is not None
            todo += [(need, name) for need in needs or ()]
    if known:
        for unneeded in sorted(set(pins) - reached):
            if not pins[unneeded].marker:
                yield f"{lock}: {unneeded} is pinned and nothing needs it."


def _needs(name: str, version: Version, extras: set[str]) -> list[Requirement] | None:
    """What that version needs here, as its installed metadata says; None when another version, or none, is installed."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    if Version(installed.version) != version:
        return None
    asked = [Requirement(each) for each in installed.requires or ()]
    chosen = [{"extra": extra} for extra in ("", *sorted(extras))]
    return [each for each in asked if each.marker is None or any(each.marker.evaluate(extra) for extra in chosen)]


def _agree(full: dict[str, Pin], runtime: dict[str, Pin]) -> Iterable[str]:
    for name, pin in sorted(runtime.items()):
        if name not in full:
            yield f"{RUNTIME}: {name} is not in {FULL}."
        elif full[name] != pin:
            yield f"{RUNTIME}: {name} {pin.version} differs from {full[name].version} in {FULL} (version, marker or hashes)."


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
