"""Data files that ship with the rules, read strictly: plain values only, no key twice, and every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

import yaml


class ShippedFault(ValueError):
    """A shipped file says something that cannot be accepted. The message names the file and the place in it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a shipped file, and where it stands, such as `certin.yaml: stages[0].within.n`."""

    where: str
    value: object

    def fault(self, message: str) -> ShippedFault:
        """The error to raise about this place."""
        return ShippedFault(f"{self.where}: {message}")

    def only(self, *allowed: str) -> None:
        """Refuse keys that nobody reads: a misspelt key would otherwise be a silent change of the law."""
        for key in self._mapping():
            if key not in allowed:
                raise self.fault(f"unknown key {key!r}; expected one of {', '.join(sorted(allowed))}")

    def has(self, key: str) -> bool:
        """Whether the key is there with something other than null."""
        return self._mapping().get(key) is not None

    def at(self, key: str) -> Spot:
        """The value under `key`, which must be there."""
        mapping = self._mapping()
        if key not in mapping:
            raise self.fault(f"{key!r} is missing")
        return Spot(f"{self.where}{'' if self.where.endswith(': ') else '.'}{key}", mapping[key])

    def entries(self) -> tuple[str, ...]:
        """The keys of a mapping, in file order."""
        return tuple(self._mapping())

    def items(self) -> Iterator[Spot]:
        """The members of a list, in file order."""
        if not isinstance(self.value, Sequence) or isinstance(self.value, str):
            raise self.fault(f"expected a list, found {self.value!r}")
        for index, member in enumerate(self.value):
            yield Spot(f"{self.where}[{index}]", member)

    def many(self, key: str) -> Iterator[Spot]:
        """The members of the list under `key`; nothing when it is absent."""
        return self.at(key).items() if self.has(key) else iter(())

    def text(self) -> str:
        """A non-empty text."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault(f"expected a text, found {self.value!r}")
        return " ".join(self.value.split())

    def text_or(self, key: str, otherwise: str) -> str:
        """The text under `key`, or `otherwise` when it is absent."""
        return self.at(key).text() if self.has(key) else otherwise

    def one_of(self, *words: str) -> str:
        """One of a closed set of words."""
        found = self.text()
        if found not in words:
            raise self.fault(f"{found!r} is none of {', '.join(words)}")
        return found

    def whole(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.fault(f"expected a whole number, found {self.value!r}")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.fault(f"expected true or false, found {self.value!r}")
        return self.value

    def day(self) -> date:
        """A date written as YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.text())
        except ValueError as error:
            raise self.fault(f"expected a date such as 2026-11-22, found {self.value!r}") from error

    def _mapping(self) -> Mapping[str, object]:
        if not isinstance(self.value, dict):
            raise self.fault(f"expected a mapping, found {self.value!r}")
        return self.value


def read(package: str, name: str) -> Spot:
    """The document in file `name` of `package`.

    Raises:
        ShippedFault: when it is not YAML, has a key twice, or a tag or value that this reader does not know.
    """
    return parse(resources.files(package).joinpath(name).read_text(encoding="utf-8"), name)


def parse(text: str, name: str) -> Spot:
    """As `read`, from text already at hand; `name` is used in faults."""
    try:
        return Spot(f"{name}: ", yaml.load(text, Loader=_Strict))  # noqa: S506 - a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise ShippedFault(f"{name}: {error}") from error


def names(package: str) -> tuple[str, ...]:
    """The YAML files of `package`, sorted."""
    return tuple(sorted(file.name for file in resources.files(package).iterdir() if file.name.endswith(".yaml")))


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without its guesses: `NO` stays Norway, `17:30` stays a time of day, and a date stays text until asked for.

    With libyaml where it is there: the catalogue is read in a tenth of the time.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the loader's own attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """As the base class, but a key that is not text or stands twice is refused."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                problem = f"the key {key!r} stands twice or is not text"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        made: dict[object, object] = super().construct_mapping(node, deep=deep)
        return made


_Strict.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Strict.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Strict.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
