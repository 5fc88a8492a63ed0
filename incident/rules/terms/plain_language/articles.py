"""What a document says beside its clauses, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from incident.rules.conditions import ALWAYS
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.articles import Articles, Ending, Membership, Reference
from incident.rules.terms.plain_language.marks import NOWHERE, At
from incident.rules.terms.plain_language.words import fields, joined, said, span, titled
from incident.rules.terms.schema.document import LAYERS

Told = tuple[str, str, str, str, str]
"""Id, pointer, place in the text, title and words of one article."""


def articles(agreement: Agreement) -> Iterator[Told]:
    """Every article, in the order in which the guide explains them; none of what the document does not say."""
    given, document = agreement.articles, agreement.document
    if "layer" in document:
        yield "article:layer", "/layer", "", "Layer", f"It is of the {agreement.layer} layer{_below(agreement.layer)}."
    yield from _standing_on(given)
    yield from _changing(agreement)
    yield from _kept(agreement)
    yield from _who(given)
    yield from _leaving(agreement)
    if given.languages:
        prevails = f"{given.prevails} prevails" if given.prevails else "none of them prevails"
        yield "article:languages", "/languages", document["languages"].get("cite", ""), "Languages", _languages(given, prevails)
    if given.transcription is not None:
        yield "article:transcription", "/transcription", "", "Transcription", " ".join(_transcribed(agreement))


def _below(layer: str) -> str:
    lower = LAYERS[: LAYERS.index(layer)]
    return f", above the {joined(lower, 'and')} layer{'s' if len(lower) > 1 else ''}" if lower else ", on which all others stand"


def _languages(given: Articles, prevails: str) -> str:
    texts = "text" if len(given.languages) == 1 else "texts"
    verb = "is" if len(given.languages) == 1 else "are"
    return f"The {texts} in {joined(given.languages, 'and')} {verb} authentic" + (f"; {prevails}." if len(given.languages) > 1 else ".")


def _standing_on(given: Articles) -> Iterator[Told]:
    for place, each in enumerate(given.includes):
        digest = f", the document {each.digest}" if each.digest else ""
        at = At(f"includes:{each.name}", f"/includes/{place}")
        words = f"The {each.kind} {each.name} is included as of version {at.below('version').mark(each.version)}{digest}."
        yield at.clause, at.pointer, each.cite, f"Baseline {each.name}", words


def _changing(agreement: Agreement) -> Iterator[Told]:
    for place, each in enumerate(agreement.articles.relaxations):
        at = At(f"relaxation:{place}", f"/relaxations/{place}")
        when = "" if each.when == ALWAYS else f", when {said(each.when, at.below('when'))}"
        time = span(each.period, at.below("within")) + (f", by {at.below('within', 'at').mark(each.period.at)}" if each.period.at else "")
        words = f"For {reference(each.of)} there are {time}{when}, as far as it allows more time."
        yield at.clause, at.pointer, each.cite, f"More time for {reference(each.of)}", words
    for place, other in enumerate(agreement.articles.displacements):
        words = f"{titled(other.by, agreement, linked=True)} stands in the place of {reference(other.of)}, as far as that allows it."
        yield f"displacement:{place}", f"/displacements/{place}", other.cite, f"In the place of {reference(other.of)}", words


def reference(of: Reference) -> str:
    """A clause of another layer."""
    return f"clause {of.clause} of {of.source}" if of.source else f"the duty {of.clause}"


def _kept(agreement: Agreement) -> Iterator[Told]:
    for place, each in enumerate(agreement.restrictions):
        at = At(each.id, f"/restrictions/{place}")
        when = "" if each.when == ALWAYS else f", as long as it may be that {said(each.when, at.below('when'))}"
        words = f"Whatever a clause tells, {fields(each.fields)} may leave to {joined(each.only_to, 'and')} alone{when}."
        yield at.clause, at.pointer, each.source.cite, each.title, words


def _who(given: Articles) -> Iterator[Told]:
    for place, (name, members) in enumerate(given.groups.items()):
        yield f"group:{name}", f"/groups/{place}", "", f"The group {name}", f"It is {joined(members, 'and')}."
    for place, (uri, keys) in enumerate(given.keys.items()):
        words = f"{uri} signs by the key{'s' if len(keys) > 1 else ''} {joined(keys, 'or')}."
        yield f"keys:{place}", f"/keys/{place}", "", "Keys", words


def _leaving(agreement: Agreement) -> Iterator[Told]:
    given = agreement.articles
    for name, title, verb, ending in (
        ("suspension", "Suspension", "suspend", given.suspension),
        ("exit", "Exit", "leave", given.exit),
    ):
        if ending is not None:
            words = f"A party may {verb} it {_notice(ending, At(f'article:{name}', f'/{name}'))}."
            yield f"article:{name}", f"/{name}", ending.cite, title, words
    if given.survival is not None:
        at = At("article:survival", "/survival")
        names = [titled(each, agreement, linked=True) for each in agreement.document["survival"]["clauses"]]
        limit = f"for {span(given.survival.period, at.below('within'))}" if given.survival.period else "without an end"
        bind = "binds" if len(names) == 1 else "bind"
        yield at.clause, at.pointer, given.survival.cite, "Survival", f"{joined(names, 'and')} {bind} beyond the end, {limit}."


def _notice(ending: Ending, at: At = NOWHERE) -> str:
    return "at once" if ending.notice is None else f"by a notice of {span(ending.notice, at.below('notice'))}"


def _transcribed(agreement: Agreement) -> Iterator[str]:
    given = agreement.articles.transcription
    assert given is not None
    at = At("article:transcription", "/transcription")
    on = at.below("certified_on").mark(given.certified_on.isoformat())
    yield f"It says what “{given.of}” says, which was concluded elsewhere; {given.certified_by} certified that on {on}."
    yield f"The authentic text is that of {given.source}, {given.text_digest}."
    spoken = agreement.document["transcription"]["parties"]
    for place, (each, written) in enumerate(zip(given.parties, spoken, strict=True)):
        yield from _member(each, written, agreement, at.below("parties", place))


def _member(each: Membership, written: Any, agreement: Agreement, at: At) -> Iterator[str]:
    days = (("signed_on", "signed on", each.signed_on), ("provisional_from", "applies it provisionally from", each.provisional_from),
            ("in_force_from", "is bound from", each.in_force_from), ("exit_on", "leaves on", each.exit_on))  # fmt: skip
    did = [f"{words} {at.below(key).mark(day.isoformat())}" for key, words, day in days if day is not None]
    yield f"{each.party} {joined(did, 'and') if did else 'is named without dates'}."
    for reservation in written.get("reservations", ()):
        names = joined([titled(name, agreement, linked=True) for name in reservation["clauses"]], "and")
        yield f"It does not accept {names}: {reservation['text'].rstrip('.')}."
