"""What two documents differ in beside their clauses: what they stand on and change there, and how parties come, stay and leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from incident.rules.commitment import Restriction
from incident.rules.terms import plain_language as plain
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Ending, Include, Relaxation
from incident.rules.terms.aspects.judging import Effect, Said, alike, conditions, covers, more, ordered, spans, turned, when
from incident.rules.terms.effort import Effort

K = TypeVar("K")
T = TypeVar("T")
_NONE = "nothing"
_SAME: tuple[Effect, str] = ("same", "")
_NOT_READ = "what it brings is not compared here"


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference: of which article (its id in the plain language), where it stands, and who gains and loses when it is stronger."""

    id: str
    cite: str
    title: str
    said: Said
    sides: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Documents:
    """The two, and what work may still be done."""

    old: Agreement
    new: Agreement
    effort: Effort


def differences(both: Documents) -> Iterator[Changed]:
    """Everything that differs in what the articles mean."""
    for article in _ARTICLES:
        yield from article(both)


def _layer(both: Documents) -> Iterator[Changed]:
    if both.old.layer != both.new.layer:
        said = Said("layer", both.old.layer, both.new.layer, "different", "other layers stand above and below it", "none")
        yield Changed("article:layer", "", "Layer", said)


def _includes(both: Documents) -> Iterator[Changed]:
    old, new = (_grouped(of.articles.includes, lambda each: each.name) for of in (both.old, both.new))
    for name, before, after in _beside(old, new):
        words = [", ".join(sorted(map(_included, each or []))) or _NONE for each in (before, after)]
        said = Said("baseline", words[0], words[1], *(_SAME if words[0] == words[1] else ("different", _NOT_READ)), "none")
        yield Changed(f"includes:{name}", _cite([*(after or []), *(before or [])][0]), f"Baseline {name}", said)


def _included(each: Include) -> str:
    return f"version {each.version}" + (f", {each.digest}" if each.digest else "")


def _relaxations(both: Documents) -> Iterator[Changed]:
    """Of one clause below there is one relaxation as a rule, and then the two are compared; else they are told one by one."""
    old, new = (_grouped(of.articles.relaxations, lambda each: each.of) for of in (both.old, both.new))
    for of in dict.fromkeys([*new, *old]):
        before, after = old.get(of, []), new.get(of, [])
        name = plain.reference(of)
        sides = (f"whoever is owed {name}", f"whoever owes {name}")
        for one, other in [(before[0], after[0])] if len(before) == len(after) == 1 else _unmatched(before, after):
            if one != other:
                words = ["no more time" if each is None else _relaxed(each) for each in (one, other)]
                said = Said("more time", words[0], words[1], *_relaxing(one, other, both))
                yield Changed(f"relaxation:{name}", _cite(other or one), f"More time for {name}", said, sides)


def _relaxing(old: Relaxation | None, new: Relaxation | None, both: Documents) -> tuple[Effect, str]:
    if old is None or new is None:
        return "weaker" if old is None else "stronger", "as far as the clause below allows it"
    time, why = _SAME if old.period == new.period else spans(old.period, new.period, both.new, both.effort)
    cases, which = _SAME if old.when == new.when else conditions(old.when, new.when, both.effort)
    return alike([time, turned(cases)]), "; ".join(filter(None, (why, which)))


def _relaxed(each: Relaxation) -> str:
    return f"{plain.length(each.period)}, {when(each.when)}"


def _displacements(both: Documents) -> Iterator[Changed]:
    old, new = ({(each.of, each.by): each for each in of.articles.displacements} for of in (both.old, both.new))
    for (of, by), before, after in _beside(old, new):
        words = [_NONE if each is None else f"the clause {by}" for each in (before, after)]
        effect: Effect = "same" if before and after else "different"
        said = Said("clause in the place of another", words[0], words[1], effect, "" if before and after else _NOT_READ, "none")
        yield Changed(f"displacement:{by}", _cite(after or before), f"In the place of {plain.reference(of)}", said)


def _restrictions(both: Documents) -> Iterator[Changed]:
    old, new = ({each.id: each for each in of.restrictions} for of in (both.old, both.new))
    for name, before, after in _beside(old, new):
        some = after or before
        assert some is not None
        words = ["no restriction" if each is None else _restricted(each) for each in (before, after)]
        effect, because = _restricting(before, after, both.effort)
        if before and after and words[0] == words[1] and before.title == after.title and before.source.cite == after.source.cite:
            continue  # only the version of the document is another
        sides = ("whoever the data is about", "recipients elsewhere")
        yield Changed(name, some.source.cite, some.title, Said("what must stay", words[0], words[1], effect, because), sides)


def _restricting(old: Restriction | None, new: Restriction | None, effort: Effort) -> tuple[Effect, str]:
    if old is None or new is None:
        return "stronger" if old is None else "weaker", ""
    fields = ordered(covers(old.fields, new.fields), covers(new.fields, old.fields))
    cases, why = _SAME if old.when == new.when else conditions(old.when, new.when, effort)
    return alike([fields, turned(more(old.only_to, new.only_to)), cases]), why


def _restricted(each: Restriction) -> str:
    return f"{plain.fields(sorted(each.fields))} only to {', '.join(sorted(each.only_to))}, {when(each.when)}"


def _groups(both: Documents) -> Iterator[Changed]:
    old, new = (of.articles.groups for of in (both.old, both.new))
    for name, before, after in _beside(old, new):
        members = [", ".join(sorted(each or ())) or _NONE for each in (before, after)]
        if members[0] == members[1]:
            continue
        used = ", ".join(each.id for each in both.new.commitments if name in (each.owed_by.group, each.owed_to.group))
        because = f"who is in it owes and is owed what {used} says" if used else "no clause names it as debtor or creditor"
        joins, leaves = ([each for each in some or () if each not in (others or ())] for some, others in ((after, before), (before, after)))
        told = [f"{', '.join(each)} {word}" for each, word in ((joins, "joins"), (leaves, "leaves")) if each]
        said = Said("members", members[0], members[1], "different", "; ".join([*told, because]), "none")
        yield Changed(f"group:{name}", "", f"The group {name}", said)


def _keys(both: Documents) -> Iterator[Changed]:
    for party, before, after in _beside(both.old.articles.keys, both.new.articles.keys):
        words = [", ".join(sorted(each or ())) or "none that is named" for each in (before, after)]
        if words[0] != words[1]:
            said = Said(f"keys of {party}", words[0], words[1], "different", "by which it signs; it asks nothing of anybody", "none")
            yield Changed(f"keys:{party}", "", "Keys", said)


def _endings(both: Documents) -> Iterator[Changed]:
    for name, verb in (("suspension", "suspends it"), ("exit", "leaves")):
        old, new = (getattr(of.articles, name) for of in (both.old, both.new))
        if old != new:
            words = ["not possible" if each is None else _noticed(each) for each in (old, new)]
            said = Said(name, words[0], words[1], *_ending(old, new, both))
            yield Changed(f"article:{name}", _cite(new or old), name.capitalize(), said, ("whoever relies on it", f"whoever {verb}"))


def _ending(old: Ending | None, new: Ending | None, both: Documents) -> tuple[Effect, str]:
    if old is None or new is None:
        return "weaker" if old is None else "stronger", "a party may" if old is None else "no party may"
    if old.notice is None or new.notice is None:
        return "same" if old.notice == new.notice else "weaker" if new.notice is None else "stronger", ""
    effect, because = _SAME if old.notice == new.notice else spans(old.notice, new.notice, both.new, both.effort)
    return turned(effect), f"of the notice: {because}" if because else ""


def _noticed(each: Ending) -> str:
    return "at once" if each.notice is None else f"by a notice of {plain.length(each.notice)}"


def _survival(both: Documents) -> Iterator[Changed]:
    old, new = both.old.articles.survival, both.new.articles.survival
    if old == new:
        return
    sides = ("the creditors of these clauses", "their debtors")
    words = [_NONE if each is None else f"{', '.join(sorted(each.clauses))}, {_lasting(each.period)}" for each in (old, new)]
    time: Effect = "same"
    because = ""
    if old and new and old.period != new.period:
        if old.period is None or new.period is None:
            time = "weaker" if old.period is None else "stronger"
        else:
            found, because = spans(old.period, new.period, both.new, both.effort)
            time = turned(found)
    effect = alike([more(old.clauses if old else (), new.clauses if new else ()), time])
    said = Said("what binds beyond the end", words[0], words[1], effect, f"of how long: {because}" if because else "")
    yield Changed("article:survival", _cite(new or old), "Survival", said, sides)


def _lasting(period: Any) -> str:
    return "without an end" if period is None else f"for {plain.length(period)}"


def _languages(both: Documents) -> Iterator[Changed]:
    old, new = (of.articles for of in (both.old, both.new))
    cites = [of.document.get("languages", {}).get("cite", "") for of in (both.old, both.new)]
    if all(cites) and cites[0] != cites[1]:
        yield Changed("article:languages", "", "Languages", Said("place in the text", cites[0], cites[1], "same", "", "none"))
    words = [", ".join(sorted(each.languages)) or "none is named" for each in (old, new)]
    if words[0] != words[1]:
        yield Changed("article:languages", "", "Languages", Said("authentic languages", words[0], words[1], "different", "", "none"))
    if old.prevails != new.prevails:
        words = [each.prevails or "none" for each in (old, new)]
        yield Changed("article:languages", "", "Languages", Said("text that prevails", words[0], words[1], "different", "", "none"))


def _transcription(both: Documents) -> Iterator[Changed]:
    """As it is written: who certifies what, and each party's acts by its URI."""
    old, new = (of.document.get("transcription", {}) for of in (both.old, both.new))
    for key in dict.fromkeys([*new, *old]):
        if key != "parties" and old.get(key) != new.get(key):
            said = Said(_ABOUT[key], old.get(key, _NONE), new.get(key, _NONE), "different", "", "none")
            yield Changed("article:transcription", "", "Transcription", said)
    before, after = ({each["party"]: each for each in of.get("parties", ())} for of in (old, new))
    for party, one, other in _beside(before, after):
        words = [_NONE if each is None else _acts(each) for each in (one, other)]
        if words[0] != words[1]:
            yield Changed(
                "article:transcription", "", "Transcription", Said(f"acts of {party}", words[0], words[1], "different", "", "none")
            )


_ABOUT = {
    "of": "text that it says", "text_digest": "hash of the authentic text", "source": "where the authentic text is kept",
    "certified_by": "who certified it", "certified_on": "when it was certified",
}  # fmt: skip


def _acts(member: Mapping[str, Any]) -> str:
    dated = [key for key in ("signed_on", "provisional_from", "in_force_from", "exit_on") if key in member]
    days = [f"{key.replace('_', ' ')} {member[key]}" for key in dated]
    kept = [f"does not accept {', '.join(sorted(each['clauses']))}: {each['text']}" for each in member.get("reservations", ())]
    return "; ".join([*days, *sorted(kept)]) or "no dates"


def _beside(old: Mapping[Any, T], new: Mapping[Any, T]) -> Iterator[tuple[Any, T | None, T | None]]:
    """What differs, by its name; None on the side that does not have it."""
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _grouped(items: Sequence[T], by: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = {}
    for each in items:
        found.setdefault(by(each), []).append(each)
    return found


def _unmatched(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    yield from ((None, each) for each in new if each not in old)
    yield from ((each, None) for each in old if each not in new)


def _cite(each: Any) -> str:
    return str(each.cite)


_ARTICLES: tuple[Callable[[Documents], Iterator[Changed]], ...] = (
    _layer,
    _includes,
    _relaxations,
    _displacements,
    _restrictions,
    _groups,
    _keys,
    _endings,
    _survival,
    _languages,
    _transcription,
)
