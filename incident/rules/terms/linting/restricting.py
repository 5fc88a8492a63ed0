"""What must be told against what must not be transferred."""

from __future__ import annotations

from collections.abc import Iterator

from incident.rules.commitment import Restriction, Role
from incident.rules.handling.fields import FACT, MINIMAL
from incident.rules.terms.linting.finding import NOTICES, Book, Look, Said, Stage
from incident.rules.terms.linting.reach import answers_for, spoken_for

BOOK = Book()
_OWN = (Role.OPERATOR, Role.FILER)  # they see every field that a clause tells


@BOOK.rule(
    "restriction_against_content",
    "warning",
    """The notice must contain a field that a restriction of the same document keeps from recipients in other countries, and both bind in
    the
    same case: they get the minimal lawful notice, and the duty to notify them in full can never be performed. Ask for minimal fields alone,
    allow the recipients' countries, or let the conditions exclude each other.""",
)
def _restriction_against_content(look: Look) -> Iterator[Said]:
    clause = look.clause
    if clause.tell is None or clause.owed_to.role in _OWN or clause.discharged_by not in NOTICES:
        return
    for each in look.agreement.restrictions:
        kept = [field for field in clause.contains if field in look.told and field not in MINIMAL and _keeps(each, field)]
        if not kept:
            continue
        both = answers_for(spoken_for(clause), each.when)
        if both is not None:
            places, fields = ", ".join(each.only_to), ", ".join(kept)
            remark = f"{each.id}: {fields} must stay in {places}, and {clause.id} must tell it."
            message = f"must tell {fields}, which {each.id} lets leave to {places} alone."
            yield look.say("/must_contain", message, Stage((clause.id,), both, remarks=(remark,)))


def _keeps(restriction: Restriction, field: str) -> bool:
    return field in restriction.fields or ("facts" in restriction.fields and FACT.fullmatch(field) is not None)
