"""What two wordings of one clause differ in, aspect by aspect, and which of the two asks more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from incident.rules.case import TLP
from incident.rules.commitment import Commitment, Counting, Discharge, Parties
from incident.rules.conditions import ALWAYS, Condition
from incident.rules.handling.fields import FACT
from incident.rules.legaltime import Period, spoken, zone
from incident.rules.terms import plain_language as plain
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.effort import Effort
from incident.rules.terms.implying import implied
from incident.rules.terms.renaming import following
from incident.rules.terms.timing import Compared, Counted, Witness, compared

Effect = Literal["stronger", "weaker", "different", "same"]
"""Stronger: it asks at least as much in every case, and more in some. Weaker: the reverse. Same: worded otherwise, and no more.
Different: neither, or not decided; `because` says which."""

Whose = Literal["creditor", "debtor", "none"]

_HARDER = {(Discharge.SENT, Discharge.RECEIVED), (Discharge.SUBMITTED, Discharge.CONFIRMED)}
_LOOSER_MODES = {("each", "any"), ("each", "lead")}
_NOBODY = "nothing"


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


def differences(pair: Pair) -> Iterator[Said]:
    """Everything that differs in what the clause means. Order alone, and a default that is spelt out, is nothing."""
    for aspect in _ASPECTS:
        yield from aspect(pair)


def _debtor(pair: Pair) -> Iterator[Said]:
    yield from _parties("who owes", pair.old.owed_by, pair.new.owed_by)


def _creditor(pair: Pair) -> Iterator[Said]:
    yield from _parties("who is owed", pair.old.owed_to, pair.new.owed_to)


def _parties(aspect: str, old: Parties, new: Parties) -> Iterator[Said]:
    if old == new:
        return
    effect: Effect = "different"
    if (old.role, old.competence) == (new.role, new.competence):
        effect = "weaker" if (old.mode, new.mode) in _LOOSER_MODES else effect
        effect = "stronger" if (new.mode, old.mode) in _LOOSER_MODES else effect
    yield Said(aspect, plain.party(old), plain.party(new), effect)


def _condition(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.when, pair.new.when
    if old == new:
        return
    found = pair.effort.once(repr((old, new)), lambda: implied(old, new, pair.effort))
    before, after = _when(old), _when(new)
    if found.not_compared is not None:
        yield Said("condition", before, after, "different", f"not compared: {found.not_compared}")
    elif found.more is not None and found.less is not None:
        because = f"it applies in other cases: newly when {plain.facts(found.more)}, and less when {plain.facts(found.less)}"
        yield Said("condition", before, after, "different", because)
    elif found.more is not None:
        yield Said("condition", before, after, "stronger", f"it applies in more cases, such as when {_supposed(found.more)}")
    elif found.less is not None:
        yield Said(
            "condition", before, after, "weaker", f"it applies in fewer cases; no longer, or less surely, when {_supposed(found.less)}"
        )
    else:
        yield Said("condition", before, after, "same", "it applies in the same cases")


def _supposed(facts: Any) -> str:
    return plain.facts(facts) if facts else "anything is so"


def _when(condition: Condition) -> str:
    return "always" if condition == ALWAYS else f"when {plain.said(condition)}"


def _anchors(pair: Pair) -> Iterator[Said]:
    old, new = {following(each, pair.names) for each in pair.old.anchors}, set(pair.new.anchors)
    how = pair.old.combine, pair.new.combine
    if old == new and (how[0] == how[1] or len(old) == 1):
        return
    effect: Effect = "different"
    ways = {each for each, anchors in zip(how, (old, new), strict=True) if len(anchors) > 1}
    if ways == {"earliest"} and old != new:
        # One more that may be the earliest never makes the start later, where it is known and where it is not.
        effect = "stronger" if old < new else "weaker" if new < old else effect
    word = {"stronger": "later", "weaker": "earlier"}.get(effect)
    because = f"from what is known to the instant, the clock never starts {word}" if word else ""
    yield Said("start of the clock", plain.start(pair.old, pair.before), plain.start(pair.new, pair.after), effect, because)


def _period(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.period, pair.new.period
    if old is None or new is None:
        if old != new:
            words = ["no fixed period" if each is None else plain.length(each) for each in (old, new)]
            yield Said("period", words[0], words[1], "weaker" if new is None else "stronger")
        return
    moved = pair.old.counting != pair.new.counting
    if old == new and not moved:
        return
    found = _compared(pair, old, new)
    before, after = plain.length(old), plain.length(new)
    if moved:
        before, after = f"{before} ({plain.counted(pair.old.counting)})", f"{after} ({plain.counted(pair.new.counting)})"
    yield Said("period" if old != new else "zone and calendar", before, after, *_judged(found, pair.after.zone))


def _compared(pair: Pair, old: Period, new: Period) -> Compared:
    before, after = (Counted(each, _counted_for(by)) for each, by in ((old, pair.old), (new, pair.new)))
    key = repr((before, after))  # the term and the zone are those of the document
    return pair.effort.once(key, lambda: compared(before, after, pair.term, pair.after.zone, pair.effort))


def _counted_for(each: Commitment) -> Counting:
    """Whose clocks and calendar, with who that is: the same word for another party is another place."""
    who = {"owed_by": each.owed_by, "owed_to": each.owed_to}
    zone_of, calendar_of = (f"{word} {who[word]}" if word in who else word for word in (each.counting.zone_of, each.counting.calendar_of))
    return Counting(zone_of, calendar_of)


def _judged(found: Compared, home: str) -> tuple[Effect, str]:
    if found.how is None:
        return "different", f"not compared: {found.because}"
    seen = [_seen(word, each, home) for word, each in (("earlier", found.earlier), ("later", found.later)) if each is not None]
    because = "; ".join([found.because, *seen])
    if found.supposing is not None:
        return "different", f"not decided for every place; supposing {found.supposing}, {because}"
    if found.how == "never":
        return ("weaker" if found.later_too else "same"), because
    return ("different" if found.later_too else "stronger"), because


def _seen(word: str, at: Witness, home: str) -> str:
    start, old, new = (spoken(each, zone(home)) for each in (at.start, at.old, at.new))
    return f"from {start} it ends {word}: {old} → {new}"


def _discharge(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.discharged_by, pair.new.discharged_by
    if old != new:
        effect: Effect = "stronger" if (old, new) in _HARDER else "weaker" if (new, old) in _HARDER else "different"
        yield Said("what ends the duty", plain.discharged(old), plain.discharged(new), effect)


def _contains(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.contains, pair.new.contains
    if set(old) != set(new):
        yield Said("what it must contain", plain.fields(old), plain.fields(new), _more(set(old), set(new)))


def _notice(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.tell, pair.new.tell
    if old is None or new is None:
        if old != new:
            words = [_NOBODY if each is None else plain.fields(each.fields) for each in (old, new)]
            yield Said("notice", words[0], words[1], "weaker" if new is None else "stronger")
        return
    if set(old.fields) != set(new.fields):
        effect = _ordered(_covers(old.fields, new.fields), _covers(new.fields, old.fields))
        yield Said("what the notice tells", plain.fields(old.fields), plain.fields(new.fields), effect)
    if old.release != new.release:
        words = [
            "at once, by this clause" if each.release == "pre_authorised" else "once an officer has released it" for each in (old, new)
        ]
        yield Said("release", words[0], words[1], "stronger" if new.release == "pre_authorised" else "weaker")
    if old.channels != new.channels:
        yield Said("channels", ", then ".join(old.channels), ", then ".join(new.channels), "different")


def _covers(less: Sequence[str], more: Sequence[str]) -> bool:
    """Whether `more` tells everything that `less` does; `facts` is every single one."""
    return all(each in more or ("facts" in more and FACT.fullmatch(each) is not None) for each in less)


def _acknowledging(pair: Pair) -> Iterator[Said]:
    """The recipient is bound by it, so that what is stronger is to the gain of whoever sends."""
    old, new = pair.old.acknowledge_within, pair.new.acknowledge_within
    by_day = old is not None and old.unit in ("d", "bd", "mo")
    if old == new and not (by_day and pair.old.counting != pair.new.counting):
        return
    words = ["no acknowledgement" if each is None else plain.length(each) for each in (old, new)]
    if old is None or new is None:
        yield Said("acknowledgement within", words[0], words[1], "weaker" if new is None else "stronger", gains="debtor")
        return
    yield Said("acknowledgement within", words[0], words[1], *_judged(_compared(pair, old, new), pair.after.zone), gains="debtor")


def _ladder(pair: Pair) -> Iterator[Said]:
    old, new = ({(rung.contact, rung.before) for rung in each.ladder} for each in (pair.old, pair.new))
    if old != new:
        yield Said("ladder", plain.rungs(pair.old), plain.rungs(pair.new), _more(old, new), gains="none")


def _limits(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.limits, pair.new.limits
    if old.max_tlp != new.max_tlp:
        ranks = [list(TLP).index(each.max_tlp) for each in (old, new)]
        yield Said("highest TLP label", old.max_tlp, new.max_tlp, "stronger" if ranks[1] > ranks[0] else "weaker")
    if set(old.withhold) != set(new.withhold):
        effect = _ordered(_covers(new.withhold, old.withhold), _covers(old.withhold, new.withhold))
        yield Said("what is held back", plain.fields(old.withhold), plain.fields(new.withhold), effect)
    if set(old.residency) != set(new.residency):
        words = [", ".join(sorted(each.residency)) or "anywhere" for each in (old, new)]
        effect = _more(set(old.residency), set(new.residency))
        effect = "weaker" if not old.residency else "stronger" if not new.residency else effect
        yield Said("where the full notice may go", words[0], words[1], effect)


def _changing(pair: Pair) -> Iterator[Said]:
    for aspect, old, new in (
        ("extension", pair.old.extendable, pair.new.extendable),
        ("waiver", pair.old.waivable, pair.new.waivable),
    ):
        if old != new:
            effect: Effect = "weaker" if old is None else "stronger" if new is None else "different"
            because = "it takes the creditor's word" if effect != "different" else ""
            yield Said(
                aspect, f"under {old}" if old else "not possible", f"under {new}" if new else "not possible", effect, because, "none"
            )


def _wording(pair: Pair) -> Iterator[Said]:
    """What is owed is in words, and two wordings are not compared."""
    before, after = pair.spoken
    if before["owes"] != after["owes"]:
        yield Said("what is owed", before["owes"], after["owes"], "different", "two wordings are not compared")
    for aspect, old, new in (
        ("id", pair.old.id, pair.new.id),
        ("title", pair.old.title, pair.new.title),
        ("place in the text", pair.old.source.cite, pair.new.source.cite),
    ):
        if old != new:
            yield Said(aspect, old, new, "same", gains="none")


def _more(old: Collection[object], new: Collection[object]) -> Effect:
    return _ordered(set(old) <= set(new), set(new) <= set(old))


def _ordered(keeps_all: bool, adds_nothing: bool) -> Effect:
    """Of two sets: whether the new one has all of the old, and the old one all of the new."""
    if keeps_all and adds_nothing:
        return "same"
    return "stronger" if keeps_all else "weaker" if adds_nothing else "different"


_ASPECTS: tuple[Callable[[Pair], Iterator[Said]], ...] = (
    _debtor,
    _creditor,
    _condition,
    _anchors,
    _period,
    _discharge,
    _contains,
    _notice,
    _acknowledging,
    _ladder,
    _limits,
    _changing,
    _wording,
)
