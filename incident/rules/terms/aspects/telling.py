"""Notices: what they tell and hold back, who acknowledges them, and who is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from incident.rules.case import TLP
from incident.rules.commitment import Limits, OnCall
from incident.rules.escalation import climbed
from incident.rules.terms import plain_language as plain
from incident.rules.terms.aspects.judging import Effect, Pair, Said, alike, covers, judged, more, ordered, periods

_NOBODY = "nothing"
_WEEK = 7 * 1440
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def contains(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.contains, pair.new.contains
    if set(old) != set(new):
        yield Said("what it must contain", plain.fields(old), plain.fields(new), more(set(old), set(new)))


def notice(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.tell, pair.new.tell
    if old is None or new is None:
        if old != new:
            words = [_NOBODY if each is None else plain.fields(each.fields) for each in (old, new)]
            yield Said("notice", words[0], words[1], "weaker" if new is None else "stronger")
        return
    if set(old.fields) != set(new.fields):
        effect = ordered(covers(old.fields, new.fields), covers(new.fields, old.fields))
        yield Said("what the notice tells", plain.fields(old.fields), plain.fields(new.fields), effect)
    if old.release != new.release:
        words = [
            "at once, by this clause" if each.release == "pre_authorised" else "once an officer has released it" for each in (old, new)
        ]
        yield Said("release", words[0], words[1], "stronger" if new.release == "pre_authorised" else "weaker")
    if old.channels != new.channels:
        yield Said("channels", ", then ".join(old.channels), ", then ".join(new.channels), "different")


def acknowledging(pair: Pair) -> Iterator[Said]:
    """The recipient is bound by it, so that what is stronger is to the gain of whoever sends."""
    old, new = pair.old.acknowledge_within, pair.new.acknowledge_within
    if old is not None and new is not None and pair.old.acknowledged_by != pair.new.acknowledged_by:
        words = ["the first recipient, for all" if each.acknowledged_by == "first" else "each recipient" for each in (pair.old, pair.new)]
        yield Said("who acknowledges", words[0], words[1], "weaker" if pair.new.acknowledged_by == "first" else "stronger", gains="debtor")
    by_day = old is not None and old.unit in ("d", "bd", "mo")
    if old == new and not (by_day and pair.old.counting != pair.new.counting):
        return
    words = ["no acknowledgement" if each is None else plain.length(each) for each in (old, new)]
    if old is None or new is None:
        yield Said("acknowledgement within", words[0], words[1], "weaker" if new is None else "stronger", gains="debtor")
        return
    yield Said("acknowledgement within", words[0], words[1], *judged(periods(pair, old, new), pair.after.zone), gains="debtor")


def ladder(pair: Pair) -> Iterator[Said]:
    old, new = ({(step.contact, step.before) for step in climbed(each.ladder, each.ladder_again)} for each in (pair.old, pair.new))
    if old != new:
        yield Said("ladder", plain.rungs(pair.old), plain.rungs(pair.new), more(old, new), gains="none")


def silent(pair: Pair) -> Iterator[Said]:
    """Who falls silent is asked again; sooner is stronger, to the gain of whoever waits for an answer."""
    old, new = pair.old.silent_after, pair.new.silent_after
    if old == new or None in (pair.old.acknowledge_within, pair.new.acknowledge_within):
        return
    sooner = new is not None and (old is None or new < old)
    yield Said("silence after acknowledging", plain.silence(old), plain.silence(new), "stronger" if sooner else "weaker", gains="debtor")


def on_call(pair: Pair) -> Iterator[Said]:
    """Who is called is nobody's gain; that the same people are called at every minute of the week is no change."""
    old, new = pair.old.on_call, pair.new.on_call
    if old == new:
        return
    effect, because = _called(old, new)
    yield Said("on call", plain.on_call(old), plain.on_call(new), effect, because, "none")


def _called(old: tuple[OnCall, ...], new: tuple[OnCall, ...]) -> tuple[Effect, str]:
    if len({each.zone_of for each in (*old, *new)}) > 1:
        return "different", "they go by the clocks of several places"
    for minute in sorted({edge for each in (*old, *new) for edge in _edges(each)}):
        before, after = (_contact(windows, minute) for windows in (old, new))
        if before != after:
            day, clock = divmod(minute, 1440)
            time = f"{_DAYS[day]} at {clock // 60:02}:{clock % 60:02}"
            return "different", f"on {time} it is the {plain.desk(after)} instead of the {plain.desk(before)}"
    return "same", "the same people at every minute of the week"


def _edges(window: OnCall) -> Iterator[int]:
    length = (window.until - window.since) % 1440 or 1440
    for day in window.days:
        yield from (each % _WEEK for each in (day * 1440 + window.since, day * 1440 + window.since + length))


def _contact(windows: tuple[OnCall, ...], minute: int) -> str:
    """The first window that the minute of the week is in says who."""
    for each in windows:
        length = (each.until - each.since) % 1440 or 1440
        if any((minute - day * 1440 - each.since) % _WEEK < length for day in each.days):
            return each.contact
    return "duty_desk"


def limits(pair: Pair) -> Iterator[Said]:
    old, new = pair.old.limits, pair.new.limits
    if old.max_tlp != new.max_tlp:
        yield Said("highest TLP label", old.max_tlp, new.max_tlp, _labels(old.max_tlp, new.max_tlp))
    if set(old.withhold) != set(new.withhold):
        effect = ordered(covers(new.withhold, old.withhold), covers(old.withhold, new.withhold))
        yield Said("what is held back", plain.fields(old.withhold), plain.fields(new.withhold), effect)
    if set(old.residency) != set(new.residency):
        words = [", ".join(sorted(each.residency)) or "anywhere" for each in (old, new)]
        yield Said("where the full notice may go", words[0], words[1], _places(set(old.residency), set(new.residency)))
    yield from _of_fields(old, new)
    yield from _of_recipients(old, new)


def _labels(old: str | None, new: str | None) -> Effect:
    """A higher label lets more out; without one nothing is kept by it."""
    ranks = [len(TLP) if each is None else TLP.index(each) for each in (old, new)]
    return "same" if ranks[0] == ranks[1] else "stronger" if ranks[1] > ranks[0] else "weaker"


def _places(old: set[str], new: set[str]) -> Effect:
    if old == new:
        return "same"
    return "weaker" if not old else "stronger" if not new else more(old, new)


_FieldLimit = tuple[str | None, frozenset[str] | None]
_NO_FIELD_LIMIT: _FieldLimit = (None, None)


def _of_fields(old: Limits, new: Limits) -> Iterator[Said]:
    before, after = _by_field(old), _by_field(new)
    for name in dict.fromkeys([*after, *before]):
        one, other = before.get(name, _NO_FIELD_LIMIT), after.get(name, _NO_FIELD_LIMIT)
        if one != other:
            words = [plain.field_limit(label, tuple(sorted(places or ()))) for label, places in (one, other)]
            yield Said(f"where {plain.fields([name])} may go", words[0], words[1], alike([_labels(one[0], other[0]), _within(one, other)]))


def _within(one: _FieldLimit, other: _FieldLimit) -> Effect:
    """Of two sets of countries, None is every one of them, and the empty one, of limits that exclude each other, none."""
    if one[1] is None or other[1] is None:
        return "same" if one[1] == other[1] else "weaker" if one[1] is None else "stronger"
    return more(one[1], other[1])


def _by_field(limits: Limits) -> Mapping[str, _FieldLimit]:
    """Of several limits of one field the strictest of each kind."""
    found: dict[str, _FieldLimit] = {}
    for each in limits.fields:
        places = frozenset(each.residency) if each.residency else None
        for name in each.fields:
            label, before = found.get(name, _NO_FIELD_LIMIT)
            both = places if before is None else before if places is None else before & places
            found[name] = (_lower(label, each.max_tlp), both)
    return found


def _lower(one: str | None, other: str | None) -> str | None:
    return min((each for each in (one, other) if each is not None), key=TLP.index, default=None)


_RecipientLimit = tuple[str | None, frozenset[str]]
_NO_RECIPIENT_LIMIT: _RecipientLimit = (None, frozenset())


def _of_recipients(old: Limits, new: Limits) -> Iterator[Said]:
    """Recipients whose limits change alike are named together."""
    before, after = _by_recipient(old), _by_recipient(new)
    changed: dict[tuple[_RecipientLimit, _RecipientLimit], list[str]] = {}
    for uri in sorted({*before, *after}):
        both = before.get(uri, _NO_RECIPIENT_LIMIT), after.get(uri, _NO_RECIPIENT_LIMIT)
        if both[0] != both[1]:
            changed.setdefault(both, []).append(uri)
    for (one, other), uris in changed.items():
        words = [plain.recipient_limit(label, tuple(sorted(held))) for label, held in (one, other)]
        held = ordered(covers(sorted(other[1]), sorted(one[1])), covers(sorted(one[1]), sorted(other[1])))
        yield Said(f"what goes to {', '.join(uris)}", words[0], words[1], alike([_labels(one[0], other[0]), held]))


def _by_recipient(limits: Limits) -> Mapping[str, _RecipientLimit]:
    found: dict[str, _RecipientLimit] = {}
    for each in limits.recipients:
        for uri in each.to:
            label, held = found.get(uri, _NO_RECIPIENT_LIMIT)
            found[uri] = (_lower(label, each.max_tlp), held | set(each.withhold))
    return found
