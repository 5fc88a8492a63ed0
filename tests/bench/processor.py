"""Processor time of other processes, from /proc."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def family(roots: Iterable[int]) -> set[int]:
    """These processes and all that they started."""
    parents = {int(entry.name): _fields(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, grown = set(roots), True
    while grown:
        more = {pid for pid, fields in parents.items() if fields and int(fields[1]) in found} - found
        found, grown = found | more, bool(more)
    return found


def backends(line: psycopg.Connection[tuple[object, ...]], database: str) -> set[int]:
    """The PostgreSQL backends that serve a database."""
    rows = line.execute("select pid from pg_stat_activity where datname = %s", (database,)).fetchall()
    return {int(str(row[0])) for row in rows}


class Spent:
    """Seconds of processor, in user and system mode, that a changing set of processes spends from now on."""

    def __init__(self, who: Callable[[], set[int]]) -> None:
        self._who = who
        self._before = {pid: _seconds(pid) for pid in who()}

    def so_far(self) -> float:
        """Until now; what a process that has ended spent is lost."""
        return sum(_seconds(pid) - self._before.get(pid, 0.0) for pid in self._who())


def memory(pids: Iterable[int]) -> float:
    """Megabytes that these processes hold, what they share counted once (proportional set size)."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += next(int(row.split()[1]) for row in text.splitlines() if row.startswith("Pss:"))
    return total / 1024


def _seconds(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK if fields else 0.0


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
