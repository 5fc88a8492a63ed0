"""What an agreement comes to, and costs, beside the other versions in force that its parties share, and the laws of the day."""

from __future__ import annotations

from uuid import UUID

from incident import answers, layers
from incident.errors import Fault, Invalid, NotFound
from incident.records import agreements as records
from incident.records.agreements import layers as neighbours
from incident.rules import regimes, terms, typical
from incident.rules.terms import burden as costs
from incident.work import Work


def composition(work: Work, id_: UUID) -> answers.Json:
    """One version on record, composed with what stands beside it.

    Raises:
        NotFound: there is none, or the caller is not party to it.
    """
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such agreement.")
    return _composed(work, terms.load(row.text))


def composition_of_text(work: Work, text: str) -> answers.Json:
    """The same of a document that is on no record yet.

    Raises:
        Invalid: the document has faults.
    """
    return _composed(work, terms.load(text))


def burden(work: Work, text: str, add: str) -> answers.Json:
    """What the document `add` costs beside the document `text` and what is in force for its parties, on the typical cases.

    Raises:
        Invalid: one of the two has faults; those of `text` and `add` below these names.
    """
    base, overlay = (_loaded(each, pointer) for each, pointer in ((text, "/text"), (add, "/add")))
    documents = [base, *(each for each in (*beside(work, base), *beside(work, overlay)) if each.name != base.name)]
    return layers.burden(costs.burden(typical.in_full(), documents, overlay, typical.together))


def beside(work: Work, agreement: terms.Agreement) -> list[terms.Agreement]:
    """The versions in force that the caller sees and that bind two of its parties too, or that it names; none of its own name."""
    return neighbours.beside(work.connection, agreement, work.now)


def _loaded(text: str, pointer: str) -> terms.Agreement:
    try:
        return terms.load(text)
    except Invalid as refused:
        raise Invalid([Fault(pointer + each.pointer, each.code, each.message) for each in refused.faults], refused.message) from refused


def _composed(work: Work, agreement: terms.Agreement) -> answers.Json:
    laws = regimes.commitments(work.now.date())
    others = beside(work, agreement)
    found = layers.composition([agreement, *others], laws, neighbours.places(work.connection))
    return {"agreement": layers.document(agreement), "beside": [layers.document(each) for each in others], **found}
