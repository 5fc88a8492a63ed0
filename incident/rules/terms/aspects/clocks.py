"""Who owes whom, in which cases, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from incident.rules.commitment import Discharge, Parties, Role
from incident.rules.terms import plain_language as plain
from incident.rules.terms.aspects.judging import Effect, Pair, Said, conditions, judged, periods, turned, when
from incident.rules.terms.renaming import following

_HARDER = {(Discharge.SENT, Discharge.RECEIVED), (Discharge.SUBMITTED, Discharge.CONFIRMED)}
_LOOSER_MODES = {("each", "any"), ("each", "lead")}


def debtor(pair: Pair) -> Iterator[Said]:
    yield from _parties("who owes", pair.old.owed_by, pair.new.owed_by)


def creditor(pair: Pair) -> Iterator[Said]:
    yield from _parties("who is owed", pair.old.owed_to, pair.new.owed_to)


def _parties(aspect: str, old: Parties, new: Parties) -> Iterator[Said]:
    if _same_group(old, new):
        new = replace(new, named=old.named)  # who joins and leaves is told of the group, once
    if old == new:
        return
    effect: Effect = "different"
    if (old.role, old.competence, old.named) == (new.role, new.competence, new.named):
        effect = "weaker" if (old.mode, new.mode) in _LOOSER_MODES else "same" if old.mode == new.mode else effect
        effect = "stronger" if (new.mode, old.mode) in _LOOSER_MODES else effect
    yield Said(aspect, plain.party(old), plain.party(new), effect, "the same parties" if effect == "same" else "")


def _same_group(old: Parties, new: Parties) -> bool:
    """By its name; or another one that has the same members in another order."""
    return old.role is new.role is Role.GROUP and (old.group == new.group or set(old.named) == set(new.named))


def condition(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.when, pair.new.when
    if old != new:
        yield Said("condition", when(old), when(new), *conditions(old, new, pair.effort))


def anchors(pair: Pair) -> Iterator[Said]:
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


def repeating(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.repeat, pair.new.repeat
    if old == new:
        return
    words = [_repeated(each) for each in (old, new)]
    if old is None or new is None:
        yield Said("repetition", words[0], words[1], "weaker" if new is None else "stronger")
    elif old.every != new.every:
        yield Said("repetition", words[0], words[1], "different")
    elif old.until is None or new.until is None:
        yield Said("repetition", words[0], words[1], "weaker" if old.until is None else "stronger")
    else:
        effect, because = conditions(old.until, new.until, pair.effort)
        yield Said("repetition", words[0], words[1], turned(effect), f"of the condition that ends it: {because}")


def _repeated(each: object) -> str:
    every, until = getattr(each, "every", None), getattr(each, "until", None)
    words = {None: "once", "fact": "for each new instant that starts it", "submission": "after each submission of it"}[every]
    return words if until is None else f"{words}, until {plain.said(until)}"


def period(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.period, pair.new.period
    if old is None or new is None:
        if old != new:
            words = ["no fixed period" if each is None else plain.length(each) for each in (old, new)]
            yield Said("period", words[0], words[1], "weaker" if new is None else "stronger")
        return
    moved = pair.old.counting != pair.new.counting
    if old == new and not moved:
        return
    found = periods(pair, old, new)
    before, after = plain.length(old), plain.length(new)
    if moved:
        before, after = f"{before} ({plain.counted(pair.old.counting)})", f"{after} ({plain.counted(pair.new.counting)})"
    yield Said("period" if old != new else "zone and calendar", before, after, *judged(found, pair.after.zone))


def discharge(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.discharged_by, pair.new.discharged_by
    if old != new:
        effect: Effect = "stronger" if (old, new) in _HARDER else "weaker" if (new, old) in _HARDER else "different"
        yield Said("what ends the duty", plain.discharged(old), plain.discharged(new), effect)
