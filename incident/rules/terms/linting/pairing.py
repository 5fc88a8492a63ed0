"""Who owes whom, and clauses that say the same twice."""

from __future__ import annotations

from collections.abc import Iterator

from incident.rules.commitment import AFFECTED, Commitment, Role
from incident.rules.terms.linting.casting import SLOTS
from incident.rules.terms.linting.finding import Book, Look, Said, Stage
from incident.rules.terms.linting.places import Spoken, clause_of
from incident.rules.terms.linting.reach import answers_for, spoken_for

BOOK = Book()
_SEVERAL = (Role.SUPPLIERS, *AFFECTED, Role.ANY_PARTY, Role.COMPETENT)  # whose members may owe each other


@BOOK.rule(
    "owed_to_oneself",
    "warning",
    """Debtor and creditor are the same role, and one party alone fills it: nobody owes anything to itself, so the clause never binds.""",
)
def _oneself(look: Look) -> Iterator[Said]:
    by, to = look.clause.owed_by, look.clause.owed_to
    alone = len(set(by.named)) == 1 and set(by.named) == set(to.named) if by.named or to.named else by.role not in _SEVERAL
    if alone and (by.named or (by.role, by.competence) == (to.role, to.competence)):
        yield look.say("/owed_to", f"{by.role} owes this to itself.")


@BOOK.rule(
    "unfilled_role",
    "warning",
    """The clauses name more different roles than there are signatories. Whoever does not sign is neither debtor nor creditor, so in every
    case at least one of the roles is nobody, and its clauses bind nobody or are owed to nobody. Add the party, or drop the role.""",
)
def _unfilled(look: Look) -> Iterator[Said]:
    named: list[str] = []
    for each in look.agreement.commitments[: look.place]:
        named += _slots(each)
    before = list(dict.fromkeys(named))
    for key, asked in (("owed_by", look.clause.owed_by), ("owed_to", look.clause.owed_to)):
        for slot in SLOTS.get(asked.role, ()) if asked.role is not Role.ANY_PARTY else ():
            if slot not in before:
                before.append(slot)
                if len(before) > len(look.agreement.parties):
                    message = (
                        f"names the {slot}, beside {len(before) - 1} other roles, but only {len(look.agreement.parties)} parties sign."
                    )
                    yield look.say(f"/{key}", message, Stage((look.clause.id,), as_written=True))


@BOOK.rule(
    "duplicate_clause",
    "warning",
    """Two clauses say the same and differ in name, title or place alone. Each makes obligations of its own, so what is done once counts for
    one of them and the other is missed. Keep one.""",
)
def _duplicate(look: Look) -> Iterator[Said]:
    said = _substance(clause_of(look))
    for other in look.agreement.document["commitments"][: look.place]:
        if _substance(other) == said:
            fix = None if _is_referred_to(look) else look.removing("")
            yield look.say("", f"says the same as {other['id']}.", Stage((other["id"], look.clause.id)), fix)
            return


@BOOK.rule(
    "rival_periods",
    "warning",
    """Two clauses ask the same debtor for the same thing, for the same creditor and from the same start, within different periods, and can
    bind in the same case. The longer period then never decides anything. Keep one, or let their conditions exclude each other.""",
)
def _rival(look: Look) -> Iterator[Said]:
    for place, other in enumerate(look.agreement.commitments[: look.place]):
        spoken = look.agreement.document["commitments"][place]
        if spoken["owes"] != clause_of(look)["owes"] or not _rivals(other, look.clause):
            continue
        both = answers_for(spoken_for(other), spoken_for(look.clause))
        if both is not None:
            yield look.say("/within", f"{other.id} asks for the same within another period.", Stage((other.id, look.clause.id), both))


def _rivals(one: Commitment, other: Commitment) -> bool:
    if one.period is None or other.period is None or one.period == other.period:
        return False
    return (one.owed_by, one.owed_to, one.anchors, one.combine) == (other.owed_by, other.owed_to, other.anchors, other.combine)


def _slots(each: Commitment) -> list[str]:
    return [slot for asked in (each.owed_by, each.owed_to) if asked.role is not Role.ANY_PARTY for slot in SLOTS.get(asked.role, ())]


def _substance(spoken: Spoken) -> dict[str, object]:
    return {key: value for key, value in spoken.items() if key not in ("id", "title", "cite")}


def _is_referred_to(look: Look) -> bool:
    anchored = (anchor.name for each in look.agreement.commitments for anchor in each.anchors if anchor.kind in ("after", "delivery"))
    return look.clause.id in (*anchored, *(name for name, _ in look.agreement.targets))
