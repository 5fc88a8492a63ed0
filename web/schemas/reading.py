"""From the bytes of a JSON body to a value that means the same to everybody, and from a value to what a schema makes of it.

JSON lets one text mean two things (repeated keys), grow without bounds (depth), lose digits (fractions, long numbers) and
carry what no database keeps (NUL, lone surrogates). Each is refused, by name and place.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from marshmallow import RAISE, Schema, ValidationError

from incident.errors import Fault, Invalid
from web.problems import Malformed

T = TypeVar("T")
DEEPEST: Final = 20  # levels of lists and objects
SAFE: Final = 2**53 - 1  # beyond it JSON readers round
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)  # an unclosed string reaches to the end: one pass, whatever is sent
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")


class Said(str):
    """A message of a field that also has a stable code; marshmallow carries it as it is."""

    code: str

    def __new__(cls, code: str, text: str) -> Said:
        """`text` with `code`."""
        made = super().__new__(cls, text)
        made.code = code
        return made

    def format(self, *args: object, **kwargs: object) -> Said:
        """Filled in, with the code kept."""
        return Said(self.code, super().format(*args, **kwargs))


_OF_THE_WHOLE: dict[str, str] = {
    "unknown": Said("unknown_field", "there is no such field"),
    "type": Said("wrong_type", "expected an object"),
}


class Strict(Schema):
    """A schema that refuses every field it does not know."""

    error_messages = _OF_THE_WHOLE

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE


@dataclass(frozen=True, slots=True)
class _Odd:
    """Stands in a read value where something was that cannot be accepted."""

    code: str
    message: str


def read_json(body: bytes, *, fractions: bool = False) -> tuple[object, list[Fault]]:
    """The value of a JSON body, and what in it cannot be kept as it is: fractions, repeated keys, control characters.

    In such places the value holds something that no field accepts, so that all other faults can still be named. With
    `fractions` a plain one such as 0.5 is a number, for calls that count with it and keep nothing.

    Raises:
        Malformed: it is not UTF-8 or not JSON, or it is nested too deeply to be read.
    """
    _check_depth(body)
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer, parse_float=_plain if fractions else _fraction,
            parse_constant=_constant,
        )  # fmt: skip
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8: the byte at position {error.start} cannot be read.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"The body is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at {where}.") from error
    return value, list(_faults_in(value, ""))


def understood(value: object, odd: list[Fault], read: Callable[[object], T]) -> T:
    """What `read` makes of a value that `read_json` gave, together with what was odd in it.

    Raises:
        Invalid: with the faults of both, each place once.
    """
    try:
        made = read(value)
    except Invalid as refused:
        places = {fault.pointer for fault in odd}
        raise Invalid([*odd, *(fault for fault in refused.faults if fault.pointer not in places)], refused.message) from refused
    if odd:
        raise Invalid(odd)
    return made


def load(schema: Schema, value: object) -> Any:
    """What `schema` makes of a value that was read.

    Raises:
        Invalid: with every bad field by its JSON pointer.
    """
    try:
        return schema.load(value)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Invalid(list(faults_of(error.messages, "", schema))) from error


def faults_of(messages: object, pointer: str, schema: Schema | None = None) -> Iterator[Fault]:
    """The faults in what marshmallow collected, depth first."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            yield from faults_of(below, pointer if key == "_schema" else f"{pointer}/{token(key)}", schema)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, Mapping):
            yield from faults_of(message, pointer, schema)
        else:
            code = getattr(message, "code", "invalid")
            yield Fault(pointer, code, str(message) + (_nearest(pointer, schema) if code == "unknown_field" else ""))


def token(key: object) -> str:
    """One token of an RFC 6901 JSON pointer."""
    shown = CONTROL.sub(_spelt, SURROGATE.sub(_spelt, str(key)))  # what cannot be printed is spelt out
    return shown.replace("~", "~0").replace("/", "~1")


def _nearest(pointer: str, schema: Schema | None) -> str:
    """For a misspelt field at the top: what it may have been meant to be."""
    if schema is None or pointer.count("/") != 1:
        return ""
    known = [field.data_key or name for name, field in schema.fields.items()]
    close = difflib.get_close_matches(pointer[1:], known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; expected only {', '.join(known)}"


def _check_depth(body: bytes) -> None:
    depth = 0
    for found in _BRACKETS.finditer(body):
        mark = found[0][:1]
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Malformed(f"The body is nested deeper than {DEEPEST} levels.", code="too_deep")
        elif mark in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        made[key] = _Odd("duplicate_key", "the key is given more than once; expected it once") if key in made else value
    return made


def _integer(text: str) -> int | _Odd:
    if len(text) > 17 or abs(int(text)) > SAFE:
        return _Odd("number_too_large", "expected a whole number within ±(2**53 - 1), or text")
    return int(text)


def _fraction(text: str) -> _Odd:
    return _Odd("fraction", "expected a whole number; fractions and exponents are not accepted")


def _plain(text: str) -> float | _Odd:
    if len(text) > 17 or not _DECIMAL.fullmatch(text):
        return _Odd("number_too_large", "expected a number of at most 17 characters without an exponent")
    return float(text)


def _constant(text: str) -> _Odd:
    return _Odd("not_a_number", f"{text} is not JSON; expected a value")


def _faults_in(value: object, pointer: str) -> Iterator[Fault]:
    if isinstance(value, _Odd):
        yield Fault(pointer, value.code, value.message)
    elif isinstance(value, str):
        yield from _faults_in_text(value, pointer)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _faults_in_text(key, f"{pointer}/{token(key)}")
            yield from _faults_in(below, f"{pointer}/{token(key)}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _faults_in(below, f"{pointer}/{index}")


def _faults_in_text(text: str, pointer: str) -> Iterator[Fault]:
    if found := SURROGATE.search(text):
        yield Fault(pointer, "lone_surrogate", f"the text has half a character, U+{ord(found[0]):04X}; expected whole ones")
    if found := CONTROL.search(text):
        yield Fault(pointer, "control_character", f"the text has the control character U+{ord(found[0]):04X}; expected it without")


def _spelt(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
