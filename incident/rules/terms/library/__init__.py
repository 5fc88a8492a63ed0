"""Documents to start from. Their parties and their numbers are invented and say so; where a number is that of a law, it cites it.

`library()` lists them, `text(id)` is one as it stands, comments and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from incident.rules.terms.agreement import Agreement, load


@dataclass(frozen=True, slots=True)
class Specimen:
    """One document: `about` says in a sentence what it is, `text` is the document as it stands."""

    id: str
    title: str
    about: str
    layer: str
    text: str
    agreement: Agreement


@cache
def library() -> tuple[Specimen, ...]:
    """Every document, from the ground up: baselines first, overlays last, and by name within a layer.

    Raises:
        Invalid: a shipped document has faults.
    """
    files = sorted(each for each in resources.files(__name__).iterdir() if each.name.endswith(".yaml"))  # type: ignore[type-var]
    found = (_specimen(each.read_text(encoding="utf-8")) for each in files)
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.layer), each.id)))


def specimen(id: str) -> Specimen | None:
    """The document of that name, or None."""
    return next((each for each in library() if each.id == id), None)


def included(*agreements: Agreement) -> tuple[Agreement, ...]:
    """The shipped documents that these include by digest, and those that they include in turn; each once, none of the given."""
    shipped = {each.agreement.digest: each.agreement for each in library()}
    found: dict[str, Agreement] = {}
    asked = list(agreements)
    while asked:
        digests = [each.digest for each in asked.pop().articles.includes if each.digest in shipped and each.digest not in found]
        asked += [shipped[each] for each in digests if each]
        found |= {each: shipped[each] for each in digests if each}
    given = {each.digest for each in agreements}
    return tuple(each for digest, each in found.items() if digest not in given)


_ORDER = ("baseline", "multilateral", "bilateral", "national", "sector")


def _specimen(text: str) -> Specimen:
    """The first comment of every document says what it is; a document without one is not shipped."""
    made = load(text)
    lines = text.splitlines()
    about = [line.removeprefix("#").strip() for line in lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]]
    return Specimen(made.name, made.title, " ".join(about).removeprefix("about: "), made.layer, text, made)
