"""What may be changed, excused or put in a clause's place, and what follows a miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incident.rules.commitment import Excuse, Yields
from incident.rules.legaltime import Period
from incident.rules.terms import plain_language as plain
from incident.rules.terms.aspects.judging import Effect, Pair, Said, Whose, alike, judged, more, periods, turned

_SIDES = {"owed_by": "the debtor", "owed_to": "the creditor", "both": "both sides"}
_REACH = {"owed_by": {"owed_by"}, "owed_to": {"owed_to"}, "both": {"owed_by", "owed_to"}}
_WORD = "it takes the creditor's word"


def extending(pair: Pair) -> Iterator[Said]:
    """More that may be extended asks less; where it takes the creditor's word, that is nobody's gain."""
    old, new = pair.old, pair.new
    if old.extendable != new.extendable:
        yield _possible("extension", old.extendable, new.extendable, {old.extension.by, new.extension.by} == {"owed_to"})
    if old.extendable is None or new.extendable is None:
        return
    before, after = old.extension, new.extension
    gains: Whose = "none" if before.by == after.by == "owed_to" else "creditor"
    if before.by != after.by:
        yield Said("who may extend", _SIDES[before.by], _SIDES[after.by], _wider(before.by, after.by))
    if set(before.grounds) != set(after.grounds):
        words = [_grounds(each.grounds) for each in (before, after)]
        yield Said("grounds of an extension", words[0], words[1], _fewer_grounds(before.grounds, after.grounds), gains=gains)
    yield from _most("longest extension", before.most, after.most, pair, gains)


def waiving(pair: Pair) -> Iterator[Said]:
    if pair.old.waivable != pair.new.waivable:
        yield _possible("waiver", pair.old.waivable, pair.new.waivable, True)


def _possible(aspect: str, old: str | None, new: str | None, takes_word: bool) -> Said:
    effect: Effect = "weaker" if old is None else "stronger" if new is None else "different"
    because = _WORD if effect != "different" and takes_word else ""
    words = [f"under {each}" if each else "not possible" for each in (old, new)]
    return Said(aspect, words[0], words[1], effect, because, "none" if takes_word or effect == "different" else "creditor")


def _wider(old: str, new: str) -> Effect:
    """Of who may: whoever more may excuse, the less is asked."""
    return turned(more(_REACH[old], _REACH[new]))


def _grounds(names: Sequence[str]) -> str:
    return ", ".join(sorted(plain.ground(name) for name in names)) or "any ground"


def _fewer_grounds(old: Sequence[str], new: Sequence[str]) -> Effect:
    if not old or not new:
        return "weaker" if not new else "stronger"
    return turned(more(old, new))


def _most(aspect: str, old: Period | None, new: Period | None, pair: Pair, gains: Whose) -> Iterator[Said]:
    """A limit of what is given: none is the most."""
    if old == new:
        return
    words = ["without a limit" if each is None else plain.length(each) for each in (old, new)]
    if old is None or new is None:
        yield Said(aspect, words[0], words[1], "weaker" if new is None else "stronger", gains=gains)
        return
    yield Said(aspect, words[0], words[1], *judged(periods(pair, old, new), pair.after.zone), gains=gains)


def excusing(pair: Pair) -> Iterator[Said]:
    """Excuses of one kind on one ground are compared with each other; one more asks less."""
    before, after = _by_ground(pair.old.excuses), _by_ground(pair.new.excuses)
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key, ()), after.get(key, ())
        if old != new:
            yield from _excused(" on the ground of ".join((_KINDS[key[0]], plain.ground(key[1]))), old, new, pair)


_KINDS = {"pause": "stopping the clock", "excuse": "excusing a miss"}


def _by_ground(excuses: Sequence[Excuse]) -> dict[tuple[str, str], tuple[Excuse, ...]]:
    found: dict[tuple[str, str], tuple[Excuse, ...]] = {}
    for each in excuses:
        found[each.kind, each.ground] = (*found.get((each.kind, each.ground), ()), each)
    return found


def _excused(aspect: str, old: Sequence[Excuse], new: Sequence[Excuse], pair: Pair) -> Iterator[Said]:
    takes_word = all(each.by == "owed_to" for each in (*old, *new))
    words = ["; ".join(sorted(plain.excused(each) for each in some)) or "not possible" for some in (old, new)]
    effect, because = turned(more(old, new)), _WORD if takes_word else ""
    if len(old) == len(new) == 1:
        longest = list(_most("", old[0].most, new[0].most, pair, "none"))
        effect = alike([_wider(old[0].by, new[0].by), *(each.effect for each in longest)])
        because = "; ".join(each.because for each in longest if each.because) or ("" if effect == "same" else because)
    if words[0] != words[1] or effect != "same":
        yield Said(aspect, words[0], words[1], effect, because, "none" if takes_word else "creditor")


def missing(pair: Pair) -> Iterator[Said]:
    """A notice of breach is owed by the creditor, the cure by the debtor, and both meet."""
    old, new = pair.old.on_miss, pair.new.on_miss
    told: tuple[tuple[str, str, Whose], ...] = (
        ("notice of breach after a miss", "notice_of_breach", "debtor"),
        ("cure of a miss", "cure", "creditor"),
        ("review after a miss", "review", "none"),
    )
    for aspect, name, gains in told:
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before == after:
            continue
        words = ["none" if each is None else f"within {plain.length(each)}" for each in (before, after)]
        if before is None or after is None:
            yield Said(aspect, words[0], words[1], "weaker" if after is None else "stronger", gains=gains)
        else:
            yield Said(aspect, words[0], words[1], *judged(periods(pair, before, after), pair.after.zone), gains=gains)
    if old is not None and new is not None and old.cite != new.cite:
        yield Said("place of what follows a miss", old.cite, new.cite, "same", gains="none")


def yielding(pair: Pair) -> Iterator[Said]:
    """What a layer above may change is not safe from it, so that more of it asks less."""
    yield from _yields("relaxation by a layer above", "give more time", pair.old.relaxable, pair.new.relaxable, pair)
    place = "put a clause in its place"
    yield from _yields("displacement by a layer above", place, pair.old.displaceable, pair.new.displaceable, pair)


def _yields(aspect: str, what: str, old: Yields | None, new: Yields | None, pair: Pair) -> Iterator[Said]:
    if old == new:
        return
    words = ["not possible" if each is None else plain.yielding(what, each) for each in (old, new)]
    if old is None or new is None:
        yield Said(aspect, words[0], words[1], "weaker" if old is None else "stronger")
        return
    most = list(_most("", old.most, new.most, pair, "creditor"))
    effect = alike([turned(more(old.by, new.by)), *(each.effect for each in most)])
    if words[0] != words[1]:
        yield Said(aspect, words[0], words[1], effect, "; ".join(each.because for each in most if each.because))


def grouping(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.duty, pair.new.duty
    if old != new:
        because = "it is shown beside other clauses, and asks no more and no less"
        yield Said("duty that it is about", old or "its own", new or "its own", "same", because, "none")


def wording(pair: Pair) -> Iterator[Said]:
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
