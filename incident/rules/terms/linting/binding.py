"""Whether a clause ever binds: conditions that cannot be true, names and values that nobody has."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from itertools import chain

from incident.rules.conditions import Condition, named
from incident.rules.handling.fields import FACT
from incident.rules.terms.linting.casting import binding_answers
from incident.rules.terms.linting.finding import Book, Edit, Look, Said, Stage, Whole
from incident.rules.terms.linting.places import anchors_of, tests_in
from incident.rules.terms.linting.reach import BOUND, Possible, TooMuch, domains, possible, spoken_for
from incident.rules.vocabulary import FactType, vocabulary

BOOK = Book()
CASE_FACTS = frozenset({"severity", "tlp", "stage", "affected_countries", "exercise", "jurisdiction"})
"""What a condition may ask beside stated facts: what the case is, and the country of a party."""
_COUNTRY = re.compile(r"[A-Z]{2}")


@BOOK.rule(
    "unreachable",
    "error",
    """The condition can never be true: every combination of the values that its facts may have, cut at the constants that it compares
    them with, was tried. Nobody ever owes anything under the clause. Two parts of an `all` that exclude each other are the usual
    reason.""",
)
def _unreachable(look: Look) -> Iterator[Said]:
    if any(True for _ in _strange_values(look)):
        return  # said more precisely where it stands
    try:
        found = possible(spoken_for(look.clause))
    except TooMuch:
        return
    if found.answers is None:
        stage = Stage((look.clause.id,), _nearly(look), remarks=(_tried(look, found),))
        yield look.say("/when", "the condition can never be true; nobody ever owes this.", stage)


@BOOK.rule(
    "not_analysed",
    "warning",
    """Whether the condition can be true at all would need more combinations to be tried than the lint allows itself. It says so rather
    than call the clause clean. Split the clause, or ask about fewer facts at once.""",
)
def _not_analysed(look: Look) -> Iterator[Said]:
    try:
        possible(spoken_for(look.clause))
    except TooMuch as bound:
        (size,) = bound.args
        said = f"{look.clause.id}: {size} combinations would have to be tried; {BOUND} is the most."
        message = "whether the condition can be true was not analysed; it asks about too many facts at once."
        yield look.say("/when", message, Stage((look.clause.id,), {}, remarks=(said,)))


@BOOK.rule(
    "unknown_value",
    "error",
    """The condition compares a fact with a value that it cannot have, such as a severity that is no severity, or compares it in a way
    that its kind does not allow, such as `at_least` with a word. The comparison is then never true.""",
)
def _unknown_value(look: Look) -> Iterator[Said]:
    for below, message, fix in _strange_values(look):
        yield look.say(below, message, Stage((look.clause.id,)), fix)


@BOOK.rule(
    "unknown_fact",
    "error",
    """The vocabulary has no fact of that name, so nobody is ever asked for it and it stays unknown: a condition on it never becomes
    true, a clock that starts at it never starts, and a notice that tells it says nothing.""",
)
def _unknown_fact(look: Look) -> Iterator[Said]:
    known = look.known.facts
    if known is None:
        return
    asked = Stage((look.clause.id,), {key: value for key, value in binding_answers([look.clause]).items() if key[0] in known})
    for fact in sorted({fact for fact, _ in named(look.clause.when)} - set(known) - CASE_FACTS):
        places = [below for below, spoken in tests_in(look) if spoken["fact"] == fact]
        yield look.say("/when", f"no fact is called {fact}.", asked, _nearest(look, f"{places[0]}/fact", fact, known))
    for below, spoken in {str(each.get("fact")): (below, each) for below, each in anchors_of(look)}.values():
        if "fact" in spoken and spoken["fact"] not in known:
            fix = _nearest(look, f"{below}/fact", spoken["fact"], known)
            yield look.say("/anchor", f"no fact is called {spoken['fact']}.", asked, fix)
    until = look.clause.repeat.until if look.clause.repeat else None
    for fact in _absent(until, (), known):
        yield look.say("/repeat/until", f"no fact is called {fact}.", asked)
    limits = look.clause.limits
    for fact in _absent(None, (*look.told, *look.clause.contains, *limits.withhold), known):
        yield look.say("/tell", f"no fact is called {fact}.", asked)
    kept = [each for one in limits.fields for each in one.fields] + [each for one in limits.recipients for each in one.withhold]
    for fact in _absent(None, kept, known):
        yield look.say("/handling", f"no fact is called {fact}.", asked)


@BOOK.also("unknown_fact")
def _unknown_fact_of_an_article(whole: Whole) -> Iterator[Said]:
    known, clauses = whole.known.facts, tuple(each.id for each in whole.agreement.commitments[:1])
    if known is None:
        return
    restrictions = ((f"/restrictions/{place}", each.when, each.fields) for place, each in enumerate(whole.agreement.restrictions))
    relaxations = ((f"/relaxations/{place}", each.when, ()) for place, each in enumerate(whole.agreement.articles.relaxations))
    for at, when, fields in chain(restrictions, relaxations):
        for fact in _absent(when, fields, known):
            remark = f"{fact}: nobody is ever asked for it, and it stays unknown."
            yield Said(at, f"no fact is called {fact}.", Stage(clauses, remarks=(remark,)))


def _absent(condition: Condition | None, fields: Collection[str], known: Collection[str]) -> list[str]:
    """The facts that these ask about or carry, and that there are not."""
    asked = set() if condition is None else {fact for fact, _ in named(condition)} - CASE_FACTS
    carried = {found[1] for field in fields if (found := FACT.fullmatch(field))}
    return sorted((asked | carried) - set(known))


def _strange_values(look: Look) -> Iterator[tuple[str, str, Edit | None]]:
    for below, spoken in tests_in(look):
        fact = vocabulary().get(spoken["fact"])
        if fact is None:
            continue
        operator = next(each for each in ("is", "in", "at_least", "at_most", "includes", "known") if each in spoken)
        if operator == "known":
            continue
        if not _comparable(fact, operator):
            yield below, f"{operator} compares nothing with {fact.name}, which is {_is(fact)}.", None
            continue
        wanted = spoken[operator]
        several = isinstance(wanted, list)
        for place, value in enumerate(wanted if several else [wanted]):
            if not _fits(fact, value):
                at = f"{below}/{operator}{f'/{place}' if several else ''}"
                fix = _nearest(look, at, str(value), [str(each) for each in fact.domain if isinstance(each, str)])
                yield at, f"{fact.name} is never {value!r}; it is {_is(fact)}.", fix


def _comparable(fact: FactType, operator: str) -> bool:
    wanted = {"at_least": ("integer",), "at_most": ("integer",), "includes": ("countries",)}
    return fact.type in wanted.get(operator, ("boolean", "enum", "integer", "country"))


def _fits(fact: FactType, value: object) -> bool:
    if fact.type in ("country", "countries"):
        return isinstance(value, str) and _COUNTRY.fullmatch(value) is not None
    if fact.type == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, bool) if fact.type == "boolean" else isinstance(value, str) and value in fact.domain


def _is(fact: FactType) -> str:
    return {"integer": "a whole number", "countries": "a set of countries", "country": "a country", "instant": "an instant"}.get(
        fact.type, fact.expected.removesuffix(", or null for unknown").removesuffix(" or null for unknown").rstrip(",")
    )


def _nearest(look: Look, below: str, word: str, known: Collection[str]) -> Edit | None:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return look.replacing(below, near[0]) if near else None


def _nearly(look: Look) -> dict[tuple[str, str], object]:
    """Some answers, all of them known, for a case to show."""
    return {asked: next((each for each in domain if each is not None), None) for asked, domain in domains(spoken_for(look.clause)).items()}


def _tried(look: Look, found: Possible) -> str:
    asked = ", ".join(sorted({fact for fact, _ in named(look.clause.when)}))
    return f"{look.clause.id}: none of {found.tried} combinations of {asked or 'no fact'} makes the condition true."
