"""Refusals. Every one has a code that a program can match and a sentence that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (an RFC 6901 JSON pointer), which rule, and what was expected.

    `line`: of a document that has lines, on which, counted from 1.
    """

    pointer: str
    code: str
    message: str
    line: int | None = None


class Refused(Exception):
    """Nothing was done. `code` is stable, `message` says what is wrong and what was expected."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Invalid(Refused):
    """The input cannot be accepted; `faults` names every bad field."""

    code = "invalid"

    def __init__(self, faults: list[Fault], message: str = "The input has faults.") -> None:
        super().__init__(message)
        self.faults = faults


class NotAllowed(Refused):
    """Known to the caller, but not theirs to do."""

    code = "not_allowed"


class NotFound(Refused):
    """Absent, or not visible to the caller; the two cannot be told apart."""

    code = "not_found"


class Gone(Refused):
    """It was there for the caller, and is no more: a link that has expired, was revoked, or whose notice was withdrawn."""

    code = "gone"


class Conflict(Refused):
    """It contradicts what is already on record."""

    code = "conflict"


class Unavailable(Refused):
    """Nothing is wrong with the request; the node cannot serve it now. Try again."""

    code = "unavailable"
