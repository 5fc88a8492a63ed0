"""What is said of each thing."""

from __future__ import annotations

from dataclasses import asdict, dataclass

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: `state` is one of ok, warn and bad; `do` says what to do about it, and is empty where all is well."""

    name: str
    state: str
    said: str
    do: str = ""

    def as_json(self) -> dict[str, str]:
        """`{name, state, said, do}`."""
        return asdict(self)


def graded(name: str, value: float, *, warn: float, bad: float, said: str, do: str) -> Line:
    """A line by a number of which less is worse."""
    state = BAD if value < bad else WARN if value < warn else OK
    return Line(name, state, said, "" if state == OK else do)
