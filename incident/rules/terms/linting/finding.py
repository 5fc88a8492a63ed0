"""What a rule of the lint says, and what every rule carries: its code, its level and its explanation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from incident.rules.commitment import Commitment, Discharge
from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement

Level = Literal["error", "warning"]
Asked = tuple[str, str]
"""A fact, and whose: as `conditions.named` gives them."""
Answers = Mapping[Asked, object]
"""What a case says, by fact and whose."""

NOTICES = (Discharge.SENT, Discharge.RECEIVED)
_LEAST = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "bd": timedelta(days=1)}


def least(span: Period) -> timedelta | None:
    """The least that the period can last, where that is plain; months are long enough for any comparison made here."""
    return span.n * _LEAST[span.unit] if span.unit in _LEAST else None


def elapsed(span: Period | None) -> timedelta | None:
    """How long the period lasts, where that does not depend on when it starts."""
    return span.n * _LEAST[span.unit] if span is not None and span.unit in ("min", "h") else None


@dataclass(frozen=True, slots=True)
class Edit:
    """One mechanical change of the document, as in RFC 6902: `replace` the value at the pointer, or `remove` it."""

    op: Literal["replace", "remove"]
    path: str
    value: object = None

    def as_document(self) -> dict[str, object]:
        """As JSON Patch writes it."""
        document: dict[str, object] = {"op": self.op, "path": self.path}
        return document if self.op == "remove" else document | {"value": self.value}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend before signing. An `error` cannot work as written; a `warning` may be meant.

    `counter_example` is what the planner made of a case that shows the fault, line by line. `fix`, where one is
    mechanical, are edits that take the finding away; empty where only the parties can say what they meant.
    """

    code: str
    level: Level
    pointer: str
    message: str
    counter_example: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """The case that shows a fault: the clauses to watch, what it says, and when it is filed.

    `answers` None: whatever makes the first clause bind. `as_written`: roles are given to signatories in the order in which
    the document names them, else those of the watched clauses come first.
    """

    watched: tuple[str, ...]
    answers: Answers | None = None
    at: datetime | None = None
    as_written: bool = False
    beside: tuple[Commitment, ...] = ()
    """Duties of laws that are planned with the agreement's."""
    remarks: tuple[str, ...] = ()
    """What the analysis found, said before the case."""
    afterwards: str | None = None
    """The obligation whose clock is looked at again when everything else has been done."""
    acted: Literal["", "missed", "paused", "extended"] = ""
    """What then happens to the watched obligations."""
    ground: str = ""
    """On which ground they are paused, or who extends them."""
    about: tuple[str, ...] = ()
    """The parties, by URI, for whom the case shows what is planned; each has a part in it."""
    only_read: bool = False
    """The fault lies in the document alone, and no case could show it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One finding before it has its code, its level and its counter-example."""

    pointer: str
    message: str
    stage: Stage
    fix: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the document. `facts` None: names of facts are not checked; `duties` likewise.

    `duties` gives the period of each, None where the law has no number or it was not given.
    """

    facts: Collection[str] | None = None
    duties: Mapping[str, Period | None] = field(default_factory=dict)
    regimes: Mapping[str, str] | None = None
    """The version of each law that is known here, by its id."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The document, as a rule looks at it that asks about no single clause."""

    agreement: Agreement
    known: Known


@dataclass(frozen=True, slots=True)
class Look:
    """One clause, as a rule looks at it."""

    clause: Commitment
    place: int
    agreement: Agreement
    known: Known

    @property
    def at(self) -> str:
        """The clause's own pointer."""
        return f"/commitments/{self.place}"

    @property
    def told(self) -> tuple[str, ...]:
        """The fields of its notice."""
        return () if self.clause.tell is None else self.clause.tell.fields

    def never_starting(self, *beside: str) -> Stage:
        """A case in which this clause's clock has not started when everything else has been done."""
        return Stage((self.clause.id, *beside), afterwards=self.clause.id)

    def say(self, below: str, message: str, stage: Stage | None = None, fix: Edit | None = None) -> Said:
        """A finding at that place in the clause; the case that shows it is one to which the clause applies."""
        staged = stage or Stage((self.clause.id,))
        return Said(self.at + below, f"{self.clause.id}: {message}", staged, () if fix is None else (fix,))

    def replacing(self, below: str, value: object) -> Edit:
        """An edit in the clause."""
        return Edit("replace", self.at + below, value)

    def removing(self, below: str) -> Edit:
        """An edit in the clause."""
        return Edit("remove", self.at + below)


ClauseCheck = Callable[[Look], Iterator[Said]]
DocumentCheck = Callable[[Whole], Iterator[Said]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `code` is stable; `explanation` is one paragraph for whoever wrote the clause."""

    code: str
    level: Level
    explanation: str
    check: ClauseCheck | None = None
    of_document: DocumentCheck | None = None
    """What it asks of the document as a whole, once; in place of `check`, or beside it."""


class Book:
    """The rules of one subject, in the order in which they are asked."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(self, code: str, level: Level, explanation: str) -> Callable[[ClauseCheck], ClauseCheck]:
        """Enter a function as the rule of that code; it is asked about every clause."""

        def enter(check: ClauseCheck) -> ClauseCheck:
            self.rules.append(Rule(code, level, " ".join(explanation.split()), check))
            return check

        return enter

    def document_rule(self, code: str, level: Level, explanation: str) -> Callable[[DocumentCheck], DocumentCheck]:
        """Enter a function as the rule of that code; it is asked about the document, once."""

        def enter(check: DocumentCheck) -> DocumentCheck:
            self.rules.append(Rule(code, level, " ".join(explanation.split()), of_document=check))
            return check

        return enter

    def also(self, code: str) -> Callable[[DocumentCheck], DocumentCheck]:
        """Enter what a rule of clauses, entered before, asks of the document as a whole."""

        def enter(check: DocumentCheck) -> DocumentCheck:
            self.rules = [replace(each, of_document=check) if each.code == code else each for each in self.rules]
            return check

        return enter
