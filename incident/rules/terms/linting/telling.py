"""Notices: what they carry, what handling leaves of them, and whether they end the duty."""

from __future__ import annotations

from collections.abc import Iterator

from incident.rules.case import TLP
from incident.rules.commitment import Commitment, Parties, Role
from incident.rules.conditions import Test
from incident.rules.handling.fields import FACT, MINIMAL
from incident.rules.terms.linting.finding import NOTICES, Answers, Book, Edit, Look, Said, Stage
from incident.rules.terms.linting.reach import answers_for, spoken_for

BOOK = Book()
_OWN = (Role.OPERATOR, Role.FILER)  # they see every field that a clause tells


@BOOK.rule(
    "no_notice",
    "error",
    """The duty ends when a notice is sent or received, but the clause sends none: nothing that anybody could do would discharge it.
    Add `tell`, or let another act discharge it.""",
)
def _no_notice(look: Look) -> Iterator[Said]:
    if look.clause.tell is None and look.clause.discharged_by in NOTICES:
        message = f"is discharged when a notice is {look.clause.discharged_by}, but sends none; add tell."
        yield look.say("/discharged_by", message)


@BOOK.rule(
    "acknowledges_nothing",
    "error",
    """An acknowledgement runs from the delivery of the clause's notice. Without `tell` there is no notice, no delivery and nothing to
    acknowledge. Add `tell`, or drop `acknowledge_within`.""",
)
def _acknowledges_nothing(look: Look) -> Iterator[Said]:
    if look.clause.tell is None and look.clause.acknowledge_within is not None:
        stage = Stage((look.clause.id,), afterwards=f"{look.clause.id}.acknowledge")
        yield look.say("/acknowledge_within", "asks for an acknowledgement of a notice that it does not send; add tell.", stage)


@BOOK.rule(
    "notice_ends_nothing",
    "warning",
    """The clause sends a notice, yet something else discharges it: a notice that arrives in time leaves the duty open, and it is missed.
    Let the notice discharge it (`received`), or put what else is owed into a clause of its own.""",
)
def _notice_ends_nothing(look: Look) -> Iterator[Said]:
    if look.clause.tell is not None and look.clause.discharged_by not in NOTICES:
        message = f"sends a notice, but only “{look.clause.discharged_by}” of its debtor ends the duty."
        yield look.say("/discharged_by", message, fix=look.replacing("/discharged_by", "received"))


@BOOK.rule(
    "unlabelled_notice",
    "warning",
    """The notice does not carry its TLP label, so its recipient does not know how far it may pass on what it reads. Tell `tlp`.""",
)
def _unlabelled(look: Look) -> Iterator[Said]:
    if look.clause.tell is not None and "tlp" not in look.told:
        fix = look.replacing("/tell/fields", [*look.told, "tlp"])
        yield look.say("/tell/fields", "the notice goes out without its TLP label; add tlp.", fix=fix)


@BOOK.rule(
    "pre_authorised_but_withheld",
    "error",
    """The same clause lets a field go out without an officer and withholds it. Withholding wins, so what was promised never arrives; and a
    reader of the clause who trusts the promise is wrong. Drop one of the two.""",
)
def _pre_authorised_but_withheld(look: Look) -> Iterator[Said]:
    if look.clause.tell is None or look.clause.tell.release != "pre_authorised":
        return
    for place, field in _told_and_withheld(look):
        message = f"{field} goes out without an officer, yet handling withholds it; drop one of the two."
        yield look.say(f"/tell/fields/{place}", message, fix=_untold(look, field))


@BOOK.rule(
    "told_but_withheld",
    "warning",
    """A field that an officer would release is withheld by the same clause, so no officer can ever release it. Drop one of the two.""",
)
def _told_but_withheld(look: Look) -> Iterator[Said]:
    if look.clause.tell is None or look.clause.tell.release == "pre_authorised":
        return
    for place, field in _told_and_withheld(look):
        yield look.say(f"/tell/fields/{place}", f"{field} is told and withheld at once.", fix=_untold(look, field))


@BOOK.rule(
    "contains_untold",
    "error",
    """The notice must contain a field that the clause does not tell: however it is sent, it is not the notice that is owed.""",
)
def _contains_untold(look: Look) -> Iterator[Said]:
    if look.clause.tell is None or look.clause.discharged_by not in NOTICES:
        return
    for place, field in enumerate(look.clause.contains):
        if field not in look.told and not ("facts" in look.told and FACT.fullmatch(field)):
            fix = look.replacing("/tell/fields", [*look.told, field])
            yield look.say(f"/must_contain/{place}", f"the notice must contain {field}, but does not tell it.", fix=fix)


@BOOK.rule(
    "tlp_never_leaves",
    "error",
    """The clause binds only for labels that may never leave under it: those above its `max_tlp`, or RED, which leaves to nobody but the
    filer and the operator. Every notice under it stays whole, and the duty to notify is missed each time.""",
)
def _tlp_never_leaves(look: Look) -> Iterator[Said]:
    if not _told_to_others(look.clause):
        return
    leaving = TLP[: min(TLP.index(look.clause.limits.max_tlp), TLP.index("AMBER+STRICT")) + 1]
    if _answers(look.clause) is not None and _answers(look.clause, leaving) is None:
        message = f"binds only for labels above TLP:{leaving[-1]}, and nothing of those leaves under it."
        yield look.say("/handling/max_tlp" if "handling" in _spoken(look) else "/when", message, Stage((look.clause.id,)))


@BOOK.rule(
    "tlp_below_content",
    "warning",
    """The notice tells more than the minimal lawful notice, which a case of consequence labels AMBER, but the clause carries out GREEN at
    most: above it not even the reference leaves. Raise `max_tlp` to AMBER, or add a clause that tells the minimal notice above GREEN.""",
)
def _tlp_below_content(look: Look) -> Iterator[Said]:
    more = [field for field in look.told if field not in MINIMAL]
    if not more or not _told_to_others(look.clause) or look.clause.limits.max_tlp not in ("CLEAR", "GREEN"):
        return
    leaving = TLP[: TLP.index(look.clause.limits.max_tlp) + 1]
    at_amber = _answers(look.clause, ("AMBER",))
    if at_amber is not None and _answers(look.clause, leaving) is not None:
        message = f"tells {', '.join(more)}, but nothing leaves once the case is TLP:AMBER."
        fix = look.replacing("/handling/max_tlp", "AMBER")
        yield look.say("/handling/max_tlp", message, Stage((look.clause.id,), at_amber), fix)


@BOOK.rule(
    "residency_against_content",
    "warning",
    """The notice must contain what `residency` keeps from recipients in other countries: they get the minimal lawful notice, and the
    duty to notify them in full can never be performed. Ask for minimal fields alone, or name the recipients' countries.""",
)
def _residency_against_content(look: Look) -> Iterator[Said]:
    if not _told_to_others(look.clause) or not look.clause.limits.residency or look.clause.discharged_by not in NOTICES:
        return
    kept = [field for field in look.clause.contains if field in look.told and field not in MINIMAL]
    if kept:
        message = f"must tell {', '.join(kept)}, which no recipient outside {', '.join(look.clause.limits.residency)} may get."
        yield look.say("/handling/residency", message)


@BOOK.rule(
    "conflicting_handling",
    "warning",
    """Two clauses for the same pair of parties bind in the same case and are performed by one notice. The stricter handling wins, so a
    field that one of them tells is withheld because of the other. Withhold it in both, or in neither.""",
)
def _conflicting_handling(look: Look) -> Iterator[Said]:
    for other in look.agreement.commitments:
        kept = _withheld_of(other, look.clause)
        if other.id == look.clause.id or not kept or not _one_notice(other, look.clause):
            continue
        both = answers_for(spoken_for(other), spoken_for(look.clause))
        if both is not None:
            message = f"withholds {', '.join(kept)}, which {other.id} tells the same recipient in the same notice."
            yield look.say("/handling/withhold", message, Stage((other.id, look.clause.id), both))


def _one_notice(one: Commitment, other: Commitment) -> bool:
    same = _who(one.owed_by) == _who(other.owed_by) and _who(one.owed_to) == _who(other.owed_to)
    return same and one.tell is not None and other.tell is not None and one.tell.release == other.tell.release and _told_to_others(one)


def _withheld_of(told: Commitment, withholding: Commitment) -> list[str]:
    fields = () if told.tell is None else told.tell.fields
    return [field for field in fields if _withholds(withholding, field) and not _withholds(told, field)]


def _withholds(clause: Commitment, field: str) -> bool:
    return field in clause.limits.withhold or ("facts" in clause.limits.withhold and FACT.fullmatch(field) is not None)


def _told_and_withheld(look: Look) -> Iterator[tuple[int, str]]:
    return ((place, field) for place, field in enumerate(look.told) if _withholds(look.clause, field))


def _untold(look: Look, field: str) -> Edit | None:
    """Telling it no longer changes nothing for whom it is withheld, unless the notice would then lack it, or all."""
    left = [each for each in look.told if not _withholds(look.clause, each)]
    return look.replacing("/tell/fields", left) if left and field not in look.clause.contains else None


def _told_to_others(clause: Commitment) -> bool:
    return clause.tell is not None and clause.owed_to.role not in _OWN


def _answers(clause: Commitment, labels: tuple[str, ...] = TLP) -> Answers | None:
    """Answers for which it binds under one of these labels; none too where that was not analysed, which is said elsewhere."""
    return answers_for(spoken_for(clause), Test("tlp", "in", labels))


def _who(parties: Parties) -> tuple[Role, str | None, tuple[str, ...]]:
    return parties.role, parties.competence, parties.named


def _spoken(look: Look) -> dict[str, object]:
    spoken: dict[str, object] = look.agreement.document["commitments"][look.place]
    return spoken
