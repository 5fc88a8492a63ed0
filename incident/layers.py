"""The layers of an agreement as JSON: what is composed of them, and what one more of them costs.

Plain values as in `incident.answers`. Nothing here needs a node: the command line, the API and the pages say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from incident import answers
from incident.answers import Json
from incident.rules.commitment import Commitment, Source
from incident.rules.legaltime.values import Period
from incident.rules.simulate import Clock, Judged
from incident.rules.terms import Agreement, composing
from incident.rules.terms.asking import Answer
from incident.rules.terms.burden import Burden, Costs
from incident.rules.terms.composing import comparing
from incident.rules.terms.composing.restricting import Places
from incident.rules.terms.composing.values import Composed, Finding, Rule, Yielded
from incident.rules.terms.plain_language import length
from incident.rules.terms.timing import Witness

MOST_FINDINGS = 500
CHANGES = ("added", "gone", "earlier", "later", "other")


def composition(documents: Iterable[Agreement], laws: Iterable[Commitment], places: Places | None = None) -> Json:
    """What these documents and laws come to. Of the laws, only the duties that some clause is about too are listed; all are counted."""
    agreed = composing.union(documents)
    found = composing.composed(agreed, laws, places)
    groups = comparing.grouped(found.rules, agreed)
    shared = {id(rule) for group in groups for rule in group.rules}
    return {
        "layers": [_layer(name, agreed, found) for name in composing.FROM_THE_GROUND],
        "rules": [_rule(each) for each in found.rules if each.layer != composing.REGIME or id(each) in shared],
        "groups": [_group(each) for each in groups],
        "findings": [_finding(each) for each in found.findings[:MOST_FINDINGS]],
        "findings_left_out": max(len(found.findings) - MOST_FINDINGS, 0),
    }


def burden(found: Burden) -> Json:
    """What the overlay adds, as numbers, as lists, and in sentences under `says`."""
    own = found.overlay.digest
    yielded = {
        state: sum(any(way.by.digest == own for way in getattr(rule, state)) for rule in found.layers.rules)
        for state in ("relaxed", "displaced")
    }
    findings = [
        _finding(each) for each in found.layers.findings if (each.source, each.version) == (found.overlay.name, found.overlay.version)
    ]
    made: Json = {
        "overlay": document(found.overlay), "base": [document(each) for each in found.base],
        "clauses": len(found.clauses), "acknowledgements": found.acknowledgements, **yielded,
        "clocks": {change: sum(each.count(change) for each in found.cases) for change in CHANGES},
        "recipients": [{"uri": each.uri, "name": each.name} for each in found.recipients],
        "answers": [_answer(each) for each in found.answers], "reusable": [_answer(each) for each in found.reusable],
        "watches": [asdict(each) for each in found.watches], "cases": [_case(each) for each in found.cases],
        "findings": findings[:MOST_FINDINGS],
    }  # fmt: skip
    return {**made, "says": _sums(made)}


def _case(each: Costs) -> Json:
    return {
        "reference": each.reference, "counts": {change: each.count(change) for change in CHANGES},
        "clocks": [_clock(one) for one in each.clocks], "recipients": [one.name for one in each.recipients],
        "watches": [asdict(one) for one in each.watches],
    }  # fmt: skip


def _clock(each: Clock) -> Json:
    shown = each.shown.planned
    return {
        "change": each.change, "source": shown.commitment.source.name, "clause": shown.commitment.id, "title": shown.commitment.title,
        "owed_by": shown.debtor.name, "owed_to": shown.creditor.name if shown.creditor else None, "provisional": shown.provisional,
        "due_at": _due(each.then), "due_before": _due(each.before),
    }  # fmt: skip


def _due(each: Judged | None) -> str | None:
    return answers.at(each.planned.deadline.due_at) if each and each.planned.deadline else None


def _answer(each: Answer) -> Json:
    return {"name": each.name, "about": each.about}


def _sums(made: Json) -> list[str]:
    """The burden in sentences, one for each kind of cost."""
    clocks, cases = made["clocks"], made["cases"]
    new = [f"{each['counts']['added']} in {each['reference']}" for each in cases if each["counts"]["added"]]
    lines = [
        f"{made['overlay']['title']} {made['overlay']['version']} has {_many(made['clauses'], 'clause')}, "
        f"{made['acknowledgements']} of them to be acknowledged. It relaxes {made['relaxed']} and displaces {made['displaced']} of others.",
        f"In {_many(len(cases), 'case')} it starts {_many(clocks['added'], 'clock')} ({', '.join(new) or 'none'}), ends "
        f"{clocks['gone']}, and moves {clocks['earlier']} to an earlier and {clocks['later']} to a later instant.",
        f"New recipients: {_names(each['name'] for each in made['recipients'])}.",
        f"New answers to give: {_names(_question(each) for each in made['answers'])}.",
        f"Answers that are given anyway and serve it too: {_names(_question(each) for each in made['reusable'])}.",
        f"To be reachable at new hours: {_names(_watch(each) for each in made['watches'])}.",
    ]
    return lines + [f"{each['code']}: {each['message']}" for each in made["findings"]]


def _question(each: Json) -> str:
    return f"{each['name']} ({each['about']})"


def _watch(each: Json) -> str:
    return f"{each['contact']} of {each['party']} ({each['when']})"


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _names(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def document(each: Agreement) -> Json:
    """One document by its name, version and digest."""
    return {
        "name": each.name, "version": each.version, "title": each.title, "digest": each.digest, "layer": each.layer,
        "parties": list(each.parties),
    }  # fmt: skip


def _layer(name: str, agreed: Sequence[Agreement], found: Composed) -> Json:
    of = [each for each in found.rules if each.layer == name]
    counts = {state: sum(each.state == state for each in of) for state in ("in_force", "relaxed", "displaced")}
    documents = [document(each) for each in agreed if each.layer == name]
    sources = len(documents) if name != composing.REGIME else len({each.commitment.source.name for each in of})
    restrictions = sum(len(each.restrictions) for each in agreed if each.layer == name)
    return {"layer": name, "documents": documents, "sources": sources, "clauses": len(of), "restrictions": restrictions, **counts}


def _rule(each: Rule) -> Json:
    own = each.commitment
    return {
        "layer": each.layer, "source": _source(own.source), "clause": own.id, "title": own.title, "state": each.state, "duty": each.group,
        "within": _length(own.period), "relaxed": [_relaxed(one) for one in each.relaxed],
        "displaced": [{**_yielded(one), "clause": one.clause} for one in each.displaced],
        "displaces": [{"source": name, "clause": clause} for name, clause in each.displaces],
    }  # fmt: skip


def _relaxed(each: Yielded) -> Json:
    return {**_yielded(each), "from": _length(each.before), "to": _length(each.after), "sometimes": each.sometimes}


def _yielded(each: Yielded) -> Json:
    return {"by": _source(each.by), "under": each.under, "between": list(each.between)}


def _group(each: comparing.Group) -> Json:
    return {
        "duty": each.duty, "clauses": [_named(one.commitment) for one in each.rules], "left_out": each.left_out,
        "pairs": [_pair(one) for one in each.pairs],
    }  # fmt: skip


def _pair(each: comparing.Pair) -> Json:
    found = each.found
    return {
        "clause": _named(each.upper), "than": _named(each.lower), "stricter": found.how, "later_too": found.later_too,
        "same_start": each.same_start, "because": found.because, "supposing": found.supposing,
        "earlier": _witness(found.earlier), "later": _witness(found.later), "says": _says(each),
    }  # fmt: skip


def _says(each: comparing.Pair) -> str:
    upper, lower, found = each.upper, each.lower, each.found
    names = [f"{one.source.name} {one.id} ({_length(one.period) or 'no period'})" for one in (upper, lower)]
    if found.how is None:
        return f"{names[0]} and {names[1]} are not compared: {found.because}."
    from_one = "" if each.same_start else "from the same start, which they do not share, "
    return f"{names[0]} is {from_one}{found.how} stricter than {names[1]}."


def _witness(each: Witness | None) -> Json | None:
    return None if each is None else {"start": answers.at(each.start), "than": answers.at(each.old), "clause": answers.at(each.new)}


def _finding(each: Finding) -> Json:
    return {
        "level": each.level, "code": each.code, "layer": each.layer, "source": each.source, "version": each.version,
        "clause": each.clause or None, "cite": each.cite, "message": each.message, "says": composing.CODES[each.code],
    }  # fmt: skip


def _named(each: Commitment) -> Json:
    return {"layer": each.layer, "source": each.source.name, "version": each.source.version, "clause": each.id, "cite": each.source.cite}


def _source(each: Source) -> Json:
    return {"kind": each.kind, "name": each.name, "version": each.version, "cite": each.cite, "digest": each.digest}


def _length(period: Period | None) -> str | None:
    return None if period is None else length(period)
