"""What is said of one difference, and how two sets, periods or conditions are judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from incident.rules.commitment import Commitment, Counting
from incident.rules.conditions import ALWAYS, Condition
from incident.rules.handling.fields import FACT
from incident.rules.legaltime import Period, spoken, zone
from incident.rules.terms import plain_language as plain
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.effort import Effort
from incident.rules.terms.implying import implied
from incident.rules.terms.timing import Compared, Counted, Witness, compared

Effect = Literal["stronger", "weaker", "different", "same"]
"""Stronger: it asks at least as much in every case, and more in some. Weaker: the reverse. Same: worded otherwise, and no more.
Different: neither, or not decided; `because` says which."""

Whose = Literal["creditor", "debtor", "none"]
_MIRRORED: dict[Effect, Effect] = {"stronger": "weaker", "weaker": "stronger", "different": "different", "same": "same"}
_SOMEWHERE = Counting("owed_to", "owed_to")


@dataclass(frozen=True, slots=True)
class Said:
    """One difference. `gains` is who gains when it is stronger; when it is weaker, the other side does."""

    aspect: str
    before: str
    after: str
    effect: Effect
    because: str = ""
    gains: Whose = "creditor"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two wordings of one clause, with the documents that they stand in and what work may still be done."""

    old: Commitment
    new: Commitment
    before: Agreement
    after: Agreement
    effort: Effort
    names: dict[str, str]
    """New ids of clauses, by the old ones."""

    @property
    def spoken(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The two as they are written."""
        sides = ((self.before, self.old.id), (self.after, self.new.id))
        old, new = (next(each for each in agreement.document["commitments"] if each["id"] == id_) for agreement, id_ in sides)
        return old, new

    @property
    def term(self) -> tuple[datetime, datetime | None]:
        """The term of the new version: what it would bind in."""
        return self.after.in_force_from, self.after.in_force_until


def turned(effect: Effect) -> Effect:
    """Where more of something asks less."""
    return _MIRRORED[effect]


def more(old: Collection[object], new: Collection[object]) -> Effect:
    """Of two sets: the one that has more is stronger."""
    return ordered(set(old) <= set(new), set(new) <= set(old))


def ordered(keeps_all: bool, adds_nothing: bool) -> Effect:
    """Of two sets: whether the new one has all of the old, and the old one all of the new."""
    if keeps_all and adds_nothing:
        return "same"
    return "stronger" if keeps_all else "weaker" if adds_nothing else "different"


def alike(effects: Collection[Effect]) -> Effect:
    """Of several effects of one change: what all of them are, those apart that are none."""
    found = set(effects) - {"same"}
    return "same" if not found else found.pop() if len(found) == 1 else "different"


def covers(less: Sequence[str], wider: Sequence[str]) -> bool:
    """Whether `wider` tells everything that `less` does; `facts` is every single one."""
    return all(each in wider or ("facts" in wider and FACT.fullmatch(each) is not None) for each in less)


def when(condition: Condition) -> str:
    """The condition in words."""
    return "always" if condition == ALWAYS else f"when {plain.said(condition)}"


def conditions(old: Condition, new: Condition, effort: Effort) -> tuple[Effect, str]:
    """Of two conditions that differ: the one that holds in more cases is stronger; and why."""
    found = effort.once(repr((old, new)), lambda: implied(old, new, effort))
    if found.not_compared is not None:
        return "different", f"not compared: {found.not_compared}"
    if found.more is not None and found.less is not None:
        return "different", f"it applies in other cases: newly when {plain.facts(found.more)}, and less when {plain.facts(found.less)}"
    if found.more is not None:
        return "stronger", f"it applies in more cases, such as when {_supposed(found.more)}"
    if found.less is not None:
        return "weaker", f"it applies in fewer cases; no longer, or less surely, when {_supposed(found.less)}"
    return "same", "it applies in the same cases"


def _supposed(facts: Any) -> str:
    return plain.facts(facts) if facts else "anything is so"


def periods(pair: Pair, old: Period, new: Period) -> Compared:
    """Two periods, each counted as its clause says, from every start in the term."""
    before, after = (Counted(each, _counted_for(by)) for each, by in ((old, pair.old), (new, pair.new)))
    return lengths(before, after, pair.after, pair.effort)


def lengths(before: Counted, after: Counted, agreement: Agreement, effort: Effort) -> Compared:
    """Two counted periods, from every start in the term of that agreement."""
    term = agreement.in_force_from, agreement.in_force_until
    key = repr((before, after))  # the term and the zone are those of the document
    return effort.once(key, lambda: compared(before, after, term, agreement.zone, effort))


def spans(old: Period, new: Period, agreement: Agreement, effort: Effort) -> tuple[Effect, str]:
    """Of two periods that nothing says whose clocks count: the one that ends earlier is stronger; and why."""
    return judged(lengths(Counted(old, _SOMEWHERE), Counted(new, _SOMEWHERE), agreement, effort), agreement.zone)


def judged(found: Compared, home: str) -> tuple[Effect, str]:
    """What a comparison comes to, with the starts that show it."""
    if found.how is None:
        return "different", f"not compared: {found.because}"
    seen = [_seen(word, each, home) for word, each in (("earlier", found.earlier), ("later", found.later)) if each is not None]
    because = "; ".join([found.because, *seen])
    if found.supposing is not None:
        return "different", f"not decided for every place; supposing {found.supposing}, {because}"
    if found.how == "never":
        return ("weaker" if found.later_too else "same"), because
    return ("different" if found.later_too else "stronger"), because


def _counted_for(each: Commitment) -> Counting:
    """Whose clocks and calendar, with who that is: the same word for another party is another place."""
    who = {"owed_by": each.owed_by, "owed_to": each.owed_to}
    zone_of, calendar_of = (f"{word} {who[word]}" if word in who else word for word in (each.counting.zone_of, each.counting.calendar_of))
    return Counting(zone_of, calendar_of)


def _seen(word: str, at: Witness, home: str) -> str:
    start, old, new = (spoken(each, zone(home)) for each in (at.start, at.old, at.new))
    return f"from {start} it ends {word}: {old} → {new}"
