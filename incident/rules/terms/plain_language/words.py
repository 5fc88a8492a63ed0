"""Words for the parts of a clause: conditions, roles, periods, anchors, fields. With a place, its numbers are marked with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from incident.rules.commitment import Anchor, Commitment, Counting, Discharge, Parties, Role
from incident.rules.conditions import All, Condition, Not, Test
from incident.rules.conditions import Any as Either
from incident.rules.facts import Scalar
from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.plain_language.marks import NOWHERE, At


def said(condition: Condition, at: At = NOWHERE) -> str:
    """A condition in words, to follow `when`."""
    match condition:
        case Test():
            return _test(condition, at)
        case Not(Test(operator="known") as test):
            return f"{_fact(test)} is not known yet"
        case Not(part):
            return f"it is not so that {_grouped(part, at.below('not'))}"
        case All(parts):
            return joined([_grouped(part, at.below("all", place)) for place, part in enumerate(parts)], "and")
        case Either(parts):
            return joined([_grouped(part, at.below("any", place)) for place, part in enumerate(parts)], "or")


def party(parties: Parties) -> str:
    """Who a role is, such as `each supplier`."""
    one, many = _role(parties)
    if parties.competence:
        one = f"{one} competent for {parties.competence}"
    if parties.mode == "lead":
        return f"the first of {many}" if many else one
    if not many:
        return one
    return {"each": one, "any": f"any one of {many}", "joint": f"{many}, jointly,"}[parties.mode]


def owes(parties: Parties) -> str:
    """The verb for that role."""
    return "owe" if parties.mode == "joint" and _role(parties)[1] else "owes"


def _role(parties: Parties) -> tuple[str, str]:
    """One of them, and all of them where there may be several."""
    if parties.role is Role.GROUP:
        return f"each of the group {parties.group}", f"the members of the group {parties.group}"
    return (f"the party {parties.named[0]}", "") if parties.role is Role.PARTY else _ROLES[parties.role]


def length(period: Period) -> str:
    """A period in words, with its cut-off."""
    return span(period) + (f", by {period.at} on the last of them" if period.at else "")


def span(period: Period, at: At = NOWHERE) -> str:
    """The number and the unit of a period."""
    return at.mark(f"{period.n} {_UNITS.get(period.unit, period.unit)}{'' if period.n == 1 else 's'}")


def start(each: Commitment, agreement: Agreement, *, linked: bool = False) -> str:
    """What starts the clock of a commitment of that agreement; with `linked`, other clauses are marked with their places."""
    starts = [_anchor(anchor, agreement, linked) for anchor in each.anchors]
    return starts[0] if each.combine == "first" else f"the {each.combine} of {joined(starts, 'and')}"


def titled(name: str, agreement: Agreement, *, linked: bool = False) -> str:
    """A clause of the agreement by its title and where it stands; by its id where there is none."""
    place, other = next(((at, each) for at, each in enumerate(agreement.commitments) if each.id == name), (0, None))
    if other is None:
        return name
    at = At(name, f"/commitments/{place}") if linked else NOWHERE
    return at.mark(f"“{other.title}” ({other.source.cite})")


def counted(counting: Counting) -> str:
    """Whose clocks and whose calendar."""
    calendar = counting.calendar_of
    if calendar == "fixed:none":
        return f"{clocks(counting.zone_of)}, without holidays"
    days = calendar.removeprefix("fixed:") if calendar.startswith("fixed:") else f"that of {WHOSE[calendar]}"
    return f"{clocks(counting.zone_of)}; the calendar is {days}"


def clocks(zone: str) -> str:
    """Whose zone."""
    return zone.removeprefix("fixed:") if zone.startswith("fixed:") else f"the zone of {WHOSE[zone]}"


def discharged(by: Discharge) -> str:
    """What ends the duty, to follow `when`."""
    return _DISCHARGED[by]


def fields(names: Sequence[str], last: str = "and") -> str:
    """Fields of a notice, as a list in words."""
    return joined([_field(name) for name in names], last) if names else "nothing"


def rungs(each: Commitment) -> str:
    """Who is told before the due instant, and when."""
    return joined([f"the {desk(rung.contact)} {before(rung.before)}" for rung in each.ladder], "and") if each.ladder else "nobody"


def desk(contact: str) -> str:
    """A contact of a party."""
    return contact.replace("_", " ")


def before(span: timedelta, at: At = NOWHERE) -> str:
    """How long before the due instant, or after it."""
    minutes = abs(span) // timedelta(minutes=1)
    spoken = f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes and minutes % 120 == 0:
        spoken = f"{minutes // 60} hours"
    return f"{at.mark(spoken)} {'before' if span > timedelta(0) else 'after'}"


def facts(values: Mapping[tuple[str, str], object]) -> str:
    """Supposed values of facts, such as `the severity is high`; None is unknown."""
    return joined([f"{_fact(Test(name, 'known', (), of))} is {_value(value)}" for (name, of), value in values.items()], "and")


def joined(words: Sequence[str], last: str) -> str:
    """A list in words, with `last` before its last item."""
    if last == "then":
        return ", then ".join(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"{joined([str(each) for each in value], 'and')}" if value else "empty"
    if isinstance(value, (bool, int, str)):
        return _constant(value)
    return "unknown" if value is None else "known"


def _anchor(anchor: Anchor, agreement: Agreement, linked: bool) -> str:
    if anchor.kind == "filing":
        return "filing"
    if anchor.kind == "fact":
        happened = _HAPPENED.get(anchor.name, f"has dated “{anchor.name.replace('_', ' ')}”")
        return f"the moment when {WHOSE[anchor.of]} {happened}"
    name = titled(anchor.name, agreement, linked=linked)
    return f"delivery of the notice {name}" if anchor.kind == "delivery" else f"submission of {name}"


def _test(test: Test, at: At) -> str:
    if test.operator == "known":
        return f"{_fact(test)} is known"
    words = joined([_operand(test, place, at) for place in range(len(test.operands))], "or")
    match test.operator:
        case "includes":
            return f"{_fact(test)} includes {words}"
        case "at_least" | "at_most":
            return f"{_fact(test)} is {test.operator.replace('_', ' ')} {words}"
        case _:
            return f"{_fact(test)} is {words}"


def _operand(test: Test, place: int, at: At) -> str:
    value = test.operands[place]
    if isinstance(value, bool) or not isinstance(value, int):
        return _constant(value)
    return at.below(test.operator, *([place] if test.operator in ("in", "includes") else [])).mark(str(value))


def _fact(test: Test) -> str:
    name = _CASE.get(test.fact, test.fact.replace("_", " "))
    bare = test.of == "operator" or test.fact in _CASE
    return name if bare else f"{name} of {WHOSE[test.of]}"


def _grouped(condition: Condition, at: At) -> str:
    several = isinstance(condition, (All, Either)) and len(condition.parts) > 1
    return f"({said(condition, at)})" if several else said(condition, at)


def _constant(value: Scalar) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _field(name: str) -> str:
    if name.startswith("fact:"):
        return f"the fact {name.removeprefix('fact:').replace('_', ' ')}"
    return _FIELDS.get(name, f"the {name.replace('_', ' ')}")


_ROLES: Mapping[Role, tuple[str, str]] = {
    Role.OPERATOR: ("the operator of the deployment", ""),
    Role.SUPPLIERS: ("each supplier", "the suppliers"),
    Role.FILER: ("the filer of the report", ""),
    Role.HOME_CERT: ("the national CERT of the deployment's country", ""),
    Role.AFFECTED_CERTS: ("the CERT of each other affected country", "the CERTs of the other affected countries"),
    Role.AFFECTED_SPOCS: (
        "the single point of contact of each other affected state",
        "the single points of contact of the other affected states",
    ),
    Role.AUTHORITY: ("the authority", "the authorities"),
    Role.HOME_AUTHORITY: ("the authority where the incident occurred", "the authorities where the incident occurred"),
    Role.ANY_PARTY: ("each of the operator and the suppliers", "the operator and the suppliers"),
    Role.COMPETENT: ("each authority", "the authorities"),
}
WHOSE = {"owed_by": "the debtor", "owed_to": "the creditor", "operator": "the operator", "filer": "the filer"}
_CASE = {
    "severity": "the severity",
    "tlp": "the TLP label",
    "stage": "the stage",
    "exercise": "the mark of an exercise",
    "affected_countries": "the list of affected countries",
}
_HAPPENED = {
    "occurred_at": "was first hit",
    "detected_at": "detected it",
    "aware_at": "became aware",
    "classified_at": "classified it",
    "determined_at": "determined it",
}
_UNITS = {"min": "minute", "h": "hour", "d": "day", "bd": "business day", "mo": "month"}
_FIELDS = {
    "incident_ref": "the incident number",
    "tlp": "the TLP label",
    "duties": "the duties that it announces",
    "aware_at": "when the operator became aware",
    "facts": "all facts about the operator",
}
_DISCHARGED = {
    Discharge.SENT: "the notice is handed to a channel of the creditor",
    Discharge.RECEIVED: "the notice is delivered",
    Discharge.ACKNOWLEDGED: "a named person of the debtor acknowledges",
    Discharge.SUBMITTED: "it is submitted with its proof",
    Discharge.CONFIRMED: "the creditor confirms that it received the submission",
}
