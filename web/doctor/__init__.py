"""Looks a node over: each thing that can be wrong is one line, with how it stands and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from incident import logs
from incident.settings import Settings
from web.doctor.lines import BAD, OK, WARN, Line

__all__ = ["BAD", "OK", "WARN", "Line", "examined"]
_log = logs.get(__name__)


def examined(settings: Settings) -> Iterator[Line]:
    """Every line about the node of these settings, as seen from this machine. What cannot be reached is a line too, never an error."""
    from web.doctor import around, database, here

    parts: tuple[tuple[str, Callable[[Settings], Iterator[Line]]], ...] = (
        ("settings", here.settings_lines), ("home", here.home), ("law", here.law), ("clock", here.clocks), ("database", database.lines),
        ("broker", around.broker), ("certificates", around.certificates),
    )  # fmt: skip
    for name, part in parts:
        try:
            yield from part(settings)
        except Exception as fault:  # one part that cannot be looked at must not hide the others
            _log.exception("examination_failed", state=name)
            yield Line(
                name, BAD, f"could not be examined: {type(fault).__name__}", "Run it again with DEMARCHE_LOG_LEVEL=DEBUG, and report it."
            )
