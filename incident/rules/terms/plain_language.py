"""An agreement in plain English, clause by clause, said from the same values that planning reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from incident.rules.commitment import Anchor, Commitment, Counting, Discharge, Limits, Parties, Role
from incident.rules.conditions import All, Condition, Not, Test
from incident.rules.conditions import Any as Either
from incident.rules.facts import Scalar
from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Clause:
    """One commitment in words. `text` is whole sentences on one line."""

    id: str
    cite: str
    title: str
    text: str


def render(agreement: Agreement) -> tuple[Clause, ...]:
    """Every clause in plain English, in the order of the document."""
    owes = {each["id"]: each["owes"] for each in agreement.document.get("commitments", ())}
    clauses = tuple(
        Clause(each.id, each.source.cite, each.title, " ".join(_sentences(each, owes[each.id], agreement)))
        for each in agreement.commitments
    )
    spoken = agreement.document.get("planning_targets", ())
    return clauses + tuple(
        Clause(
            f"planned:{name}",
            each["cite"],
            f"Planning target for {name}",
            f"Between the parties {name} is planned for {_span(target.period)} from its start. "
            "This is no legal instant: nothing is late by it.",
        )
        for (name, target), each in zip(agreement.targets, spoken, strict=True)
    )


def as_text(agreement: Agreement) -> str:
    """The whole agreement as plain text: a head, then one paragraph a clause."""
    until = agreement.document["in_force"].get("until")
    starts = agreement.document["in_force"]["from"]
    force = f"In force from {starts}" + (f" until the end of {until}" if until and len(until) == 10 else "")
    force += f" until {until}" if until and len(until) != 10 else ""
    head = [f"{agreement.title} ({agreement.name}, version {agreement.version})", f"{force}, {agreement.zone}."]
    parties = ["Between:", *(f"  {uri}" for uri in agreement.parties)]
    body = [f"{each.cite}. {each.title}\n{each.text}" for each in render(agreement)]
    return "\n".join([*head, agreement.digest, "", *parties]) + "\n\n" + "\n\n".join(body) + "\n"


def said(condition: Condition) -> str:
    """A condition in words, to follow `when`."""
    match condition:
        case Test():
            return _test(condition)
        case Not(Test(operator="known") as test):
            return f"{_fact(test)} is not known yet"
        case Not(part):
            return f"it is not so that {_grouped(part)}"
        case All(parts):
            return _joined([_grouped(part) for part in parts], "and")
        case Either(parts):
            return _joined([_grouped(part) for part in parts], "or")


def party(parties: Parties) -> str:
    """Who a role is, such as `each supplier`."""
    return _who(parties)


def length(period: Period) -> str:
    """A period in words, with its cut-off."""
    return _span(period) + (f", by {period.at} on the last of them" if period.at else "")


def start(each: Commitment, agreement: Agreement) -> str:
    """What starts the clock of a commitment of that agreement."""
    starts = [_anchor(anchor, agreement) for anchor in each.anchors]
    return starts[0] if each.combine == "first" else f"the {each.combine} of {_joined(starts, 'and')}"


def counted(counting: Counting) -> str:
    """Whose clocks and whose calendar."""
    return _counted(counting)


def discharged(by: Discharge) -> str:
    """What ends the duty, to follow `when`."""
    return _DISCHARGED[by]


def fields(names: Sequence[str]) -> str:
    """Fields of a notice, as a list in words."""
    return _joined([_field(name) for name in names], "and") if names else "nothing"


def rungs(each: Commitment) -> str:
    """Who is told before the due instant, and when."""
    return (
        _joined([f"the {rung.contact.replace('_', ' ')} {_before(rung.before)}" for rung in each.ladder], "and")
        if each.ladder
        else "nobody"
    )


def facts(values: Mapping[tuple[str, str], object]) -> str:
    """Supposed values of facts, such as `the severity is high`; None is unknown."""
    return _joined([f"{_fact(Test(name, 'known', (), of))} is {_value(value)}" for (name, of), value in values.items()], "and")


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"{_joined([str(each) for each in value], 'and')}" if value else "empty"
    if isinstance(value, (bool, int, str)):
        return _constant(value)
    return "unknown" if value is None else "known"


def _sentences(each: Commitment, owes: str, agreement: Agreement) -> Iterator[str]:
    when = "" if each.when == All(()) else f", when {said(each.when)}"
    what = owes.rstrip(".") + ("," if "," in owes else "")
    head = f"{_who(each.owed_by)} {_owes(each.owed_by)} {_who(each.owed_to)} {what}"
    yield f"{head[0].upper()}{head[1:]} {_time(each, agreement)}{when}."
    if each.period is not None and each.period.unit in ("d", "bd", "mo"):
        yield f"Counted in {_counted(each.counting)}."
    yield f"Discharged when {_DISCHARGED[each.discharged_by]}."
    if each.contains:
        yield f"It must contain {_joined([_field(name) for name in each.contains], 'and')}."
    yield from _telling(each)
    yield from _acknowledging(each)
    yield f"May be extended under {each.extendable}." if each.extendable else "It cannot be extended."
    yield f"May be waived under {each.waivable}." if each.waivable else "It cannot be waived."


def _telling(each: Commitment) -> Iterator[str]:
    if each.tell is None:
        return
    yield f"The notice tells {_joined([_field(name) for name in each.tell.fields], 'and')}."
    how = _joined([_CHANNELS[name] for name in each.tell.channels], "then")
    if each.tell.release == "pre_authorised":
        yield f"It goes out at once, without an officer's release, by {how}."
    else:
        yield f"It goes out by {how} once an officer has released it."
    yield from _limiting(each.limits)


def _acknowledging(each: Commitment) -> Iterator[str]:
    if each.acknowledge_within is not None:
        yield f"The recipient acknowledges within {_span(each.acknowledge_within)} of delivery."
    if each.ladder:
        rungs = [f"the {rung.contact.replace('_', ' ')} is told {_before(rung.before)}" for rung in each.ladder]
        yield f"Until that is done, {_joined(rungs, 'and')} the due instant."


def _limiting(limits: Limits) -> Iterator[str]:
    if limits.max_tlp == "RED":
        yield "It carries nothing that is labelled TLP:RED, except to the filer and the operator."
    else:
        yield f"It carries nothing that is labelled above TLP:{limits.max_tlp}."
    if limits.withhold:
        yield f"It never carries {_joined([_field(name) for name in limits.withhold], 'or')}."
    if limits.residency:
        places = _joined(limits.residency, "and")
        yield f"Outside {places} it is the minimal notice only."


def _who(parties: Parties) -> str:
    one, many = _ROLES[parties.role]
    if parties.competence:
        one = f"{one} competent for {parties.competence}"
    if parties.mode == "lead":
        return f"the first of {many}" if many else one
    if not many:
        return one
    return {"each": one, "any": f"any one of {many}", "joint": f"{many}, jointly,"}[parties.mode]


def _owes(parties: Parties) -> str:
    return "owe" if parties.mode == "joint" and _ROLES[parties.role][1] else "owes"


def _time(each: Commitment, agreement: Agreement) -> str:
    starts = start(each, agreement)
    if each.period is None:
        return f"without a fixed period, from {starts}"
    cut = f", by {each.period.at} on the last of them," if each.period.at else ""
    return f"within {_span(each.period)}{cut} of {starts}"


def _anchor(anchor: Anchor, agreement: Agreement) -> str:
    if anchor.kind == "filing":
        return "filing"
    if anchor.kind == "fact":
        happened = _HAPPENED.get(anchor.name, f"has dated “{anchor.name.replace('_', ' ')}”")
        return f"the moment when {_WHOSE[anchor.of]} {happened}"
    other = agreement.commitment(anchor.name)
    name = anchor.name if other is None else f"“{other.title}” ({other.source.cite})"
    return f"delivery of the notice {name}" if anchor.kind == "delivery" else f"submission of {name}"


def _span(period: Period) -> str:
    return f"{period.n} {_UNITS.get(period.unit, period.unit)}{'' if period.n == 1 else 's'}"


def _before(span: timedelta) -> str:
    minutes = abs(span) // timedelta(minutes=1)
    spoken = f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes and minutes % 120 == 0:
        spoken = f"{minutes // 60} hours"
    return f"{spoken} {'before' if span > timedelta(0) else 'after'}"


def _counted(counting: Counting) -> str:
    zone, calendar = counting.zone_of, counting.calendar_of
    where = zone.removeprefix("fixed:") if zone.startswith("fixed:") else f"the zone of {_WHOSE[zone]}"
    if calendar == "fixed:none":
        return f"{where}, without holidays"
    days = calendar.removeprefix("fixed:") if calendar.startswith("fixed:") else f"that of {_WHOSE[calendar]}"
    return f"{where}; the calendar is {days}"


def _test(test: Test) -> str:
    if test.operator == "known":
        return f"{_fact(test)} is known"
    words = _joined([_constant(each) for each in test.operands], "or")
    match test.operator:
        case "includes":
            return f"{_fact(test)} includes {words}"
        case "at_least" | "at_most":
            return f"{_fact(test)} is {test.operator.replace('_', ' ')} {words}"
        case _:
            return f"{_fact(test)} is {words}"


def _fact(test: Test) -> str:
    name = _CASE.get(test.fact, test.fact.replace("_", " "))
    bare = test.of == "operator" or test.fact in _CASE
    return name if bare else f"{name} of {_WHOSE[test.of]}"


def _grouped(condition: Condition) -> str:
    several = isinstance(condition, (All, Either)) and len(condition.parts) > 1
    return f"({said(condition)})" if several else said(condition)


def _constant(value: Scalar) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _field(name: str) -> str:
    if name.startswith("fact:"):
        return f"the fact {name.removeprefix('fact:').replace('_', ' ')}"
    return _FIELDS.get(name, f"the {name.replace('_', ' ')}")


def _joined(words: Sequence[str], last: str) -> str:
    if last == "then":
        return ", then ".join(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


_ROLES: Mapping[Role, tuple[str, str]] = {
    Role.OPERATOR: ("the operator of the deployment", ""),
    Role.SUPPLIERS: ("each supplier", "the suppliers"),
    Role.FILER: ("the filer of the report", ""),
    Role.HOME_CERT: ("the national CERT of the deployment's country", ""),
    Role.AFFECTED_CERTS: ("the CERT of each other affected country", "the CERTs of the other affected countries"),
    Role.AUTHORITY: ("the authority", "the authorities"),
    Role.HOME_AUTHORITY: ("the authority where the incident occurred", "the authorities where the incident occurred"),
    Role.GROUP: ("each of the group", "the members of the group"),
    Role.PARTY: ("the party that is named", ""),
    Role.ANY_PARTY: ("each of the operator and the suppliers", "the operator and the suppliers"),
}
_WHOSE = {"owed_by": "the debtor", "owed_to": "the creditor", "operator": "the operator", "filer": "the filer"}
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
_CHANNELS = {"webhook": "webhook", "email": "e-mail", "inbox": "inbox"}
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
