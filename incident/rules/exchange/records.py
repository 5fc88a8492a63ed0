"""What the open formats have in common: a record as read, why one cannot be used, and the report it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeGuard

from incident.errors import Fault

Kind = Literal["veris", "atlas"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its file holds it. `path` is where it was found, `digest` the SHA-256 of its bytes in hex."""

    kind: Kind
    path: str
    content: Mapping[str, object]
    digest: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that cannot be filed, and why. `pointer` (JSON pointer) is where; empty for the whole file."""

    path: str
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """The body of `POST /api/v1/reports`, and every fault of the record that it was made in spite of.

    `weeks` is how far the dates were moved; the original ones then stand in the summary, as do the faults.
    """

    body: Mapping[str, object]
    faults: tuple[Fault, ...]
    weeks: int = 0


@dataclass(slots=True)
class Reading:
    """Asks a record for values of an expected type. What has another type counts as absent, and becomes a fault."""

    content: Mapping[str, object]
    found: dict[Fault, None] = field(default_factory=dict)

    def fault(self, pointer: str, code: str, message: str) -> None:
        """Note a fault, once."""
        self.found[Fault(pointer, code, message)] = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault found so far, in the order of finding."""
        return tuple(self.found)

    def value(self, pointer: str) -> object:
        """Whatever stands at `pointer`; None when it is absent, or when its way there leads through a non-object."""
        here: object = self.content
        walked = ""
        for key in pointer.split("/")[1:]:
            if not isinstance(here, Mapping):
                self._expected(walked, "an object", here)
                return None
            if (here := here.get(key)) is None:
                return None
            walked += f"/{key}"
        return here

    def section(self, pointer: str) -> Mapping[str, object]:
        """The object at `pointer`, or an empty one."""
        found = self.value(pointer)
        if found is None or isinstance(found, Mapping):
            return found or {}
        self._expected(pointer, "an object", found)
        return {}

    def word(self, pointer: str) -> str | None:
        """The text at `pointer`."""
        found = self.value(pointer)
        if found is None or isinstance(found, str):
            return found
        self._expected(pointer, "text", found)
        return None

    def words(self, pointer: str) -> tuple[str, ...]:
        """The texts of the list at `pointer`, in their order; a bare text counts as a list of one."""
        found = self.value(pointer)
        listed = [found] if isinstance(found, str) else self._listed(pointer, found)
        return tuple(item for index, item in enumerate(listed) if self._is_text(item, f"{pointer}/{index}"))

    def objects(self, pointer: str) -> tuple[Mapping[str, object], ...]:
        """The objects of the list at `pointer`, in their order."""
        listed = self._listed(pointer, self.value(pointer))
        return tuple(item for index, item in enumerate(listed) if self._is_object(item, f"{pointer}/{index}"))

    def whole(self, pointer: str) -> int | None:
        """The whole number at `pointer`; neither a boolean nor a fraction is one."""
        found = self.value(pointer)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self._expected(pointer, "a whole number", found)
        return None

    def _listed(self, pointer: str, found: object) -> list[object]:
        if found is None or isinstance(found, list):
            return found or []
        self._expected(pointer, "a list", found)
        return []

    def _is_text(self, item: object, pointer: str) -> TypeGuard[str]:
        if not isinstance(item, str):
            self._expected(pointer, "text", item)
        return isinstance(item, str)

    def _is_object(self, item: object, pointer: str) -> TypeGuard[Mapping[str, object]]:
        if not isinstance(item, Mapping):
            self._expected(pointer, "an object", item)
        return isinstance(item, Mapping)

    def _expected(self, pointer: str, wanted: str, found: object) -> None:
        self.fault(pointer, "wrong_type", f"{wanted} was expected, not {_named(found)}; left out")


def escaped(key: str) -> str:
    """`key` as one token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def digest_of(data: bytes) -> str:
    """SHA-256 in hex; what a record without an id of its own is known by."""
    return sha256(data).hexdigest()


def _named(found: object) -> str:
    match found:
        case bool():
            return "a boolean"
        case int() | float():
            return f"the number {str(found)[:40]}"
        case str():
            return "text"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case None:
            return "null"
    return type(found).__name__
