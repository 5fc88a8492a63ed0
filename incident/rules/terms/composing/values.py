"""What composing gives: the clauses of all layers, how each of them stands, and what had no effect or cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from incident.rules.commitment import Commitment, Source
from incident.rules.legaltime.values import Period
from incident.rules.terms.schema.document import LAYERS

REGIME = "regime"
FROM_THE_GROUND = (REGIME, *LAYERS)
"""Every layer that a clause can be of; each stands on those before it."""
State = Literal["in_force", "relaxed", "displaced"]
CODES = {
    "relaxation.law": "a law is relaxed by no agreement",
    "relaxation.absent": "the clause that is to be relaxed is in none of the layers",
    "relaxation.not_below": "only a clause of a layer below can be relaxed",
    "relaxation.no_authority": "the clause does not allow this layer to relax it",
    "relaxation.no_number": "the clause has no period that could be longer",
    "relaxation.too_long": "the period is, from some start, longer than the clause allows",
    "relaxation.shorter": "the period is no longer, or shorter from some start",
    "relaxation.undecided": "whether the period is longer, and not too long, could not be decided",
    "relaxation.not_signed": "no two parties of the clause signed the document that relaxes it",
    "relaxation.cross": "of two relaxations neither is the stricter one",
    "displacement.law": "a law is displaced by no agreement",
    "displacement.absent": "the clause that is to be displaced is in none of the layers",
    "displacement.not_below": "only a clause of a layer below can be displaced",
    "displacement.no_authority": "the clause does not allow this layer to stand in its place",
    "displacement.not_signed": "no two parties of the clause signed the document that displaces it",
    "displacement.leans": "another clause runs from the one that is displaced",
    "restriction.narrows": "a notice would carry what must not be transferred: the minimal lawful notice leaves",
    "restriction.conflict": "what must be told must not be transferred: the minimal lawful notice leaves",
    "include.absent": "what is included is not among the layers",
    "include.version": "what is included is there in another version",
    "include.digest": "what is included is there with another text",
}
"""Every code of a finding, with what it says."""
WARNINGS = ("restriction.narrows", "relaxation.cross")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a document asks of the other layers and does not get. `clause` is its own clause or restriction, if it is about one."""

    code: str
    layer: str
    source: str
    version: str
    clause: str
    cite: str
    message: str

    @property
    def level(self) -> Literal["error", "warning"]:
        """A warning may be meant."""
        return "warning" if self.code in WARNINGS else "error"


@dataclass(frozen=True, slots=True)
class Yielded:
    """By which document and provision a clause was changed, under which provision of its own.

    Of a relaxation: from which period to which. Of a displacement: the `clause` that stands in its place. `between` are the party
    URIs between whom it holds; between others the clause is as it was. `sometimes`: only while a condition holds.
    """

    by: Source
    under: str
    between: tuple[str, ...]
    clause: str = ""
    before: Period | None = None
    after: Period | None = None
    sometimes: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How one clause stands. `group` is the duty that it is about; `displaces` names the clauses in whose place it stands."""

    layer: str
    commitment: Commitment
    state: State
    group: str
    relaxed: tuple[Yielded, ...] = ()
    displaced: tuple[Yielded, ...] = ()
    displaces: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """`commitments` are what planning reads, agreements from the ground up and then the laws; `rules` are in the same order."""

    commitments: tuple[Commitment, ...]
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]


def height(layer: str) -> int:
    """How far from the ground the layer is."""
    return FROM_THE_GROUND.index(layer)


def group_of(commitment: Commitment) -> str:
    """The duty that a clause is about: the one it names, else its own id. Acknowledging is another duty than telling."""
    own = commitment.id
    if commitment.duty and own.endswith(".acknowledge") and not commitment.duty.endswith(".acknowledge"):
        return f"{commitment.duty}.acknowledge"
    return commitment.duty or own
