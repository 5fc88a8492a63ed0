"""From planned obligations to notices: one per recipient and way of release, holding what handling lets through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any, Literal
from uuid import UUID

from incident import canonical
from incident.rules.case import TLP, Case, Party
from incident.rules.commitment import Limits, Tell
from incident.rules.escalation import on_call
from incident.rules.handling import Decision, Performed, Released, Withheld, release
from incident.rules.planning import NOT_PLANNED, STATED, Planned

MINIMAL = ("incident_ref", "reference", "severity", "tlp", "stage")
"""What a party must at least be told to do its duty; see the handling rules."""

Seen = dict[UUID, tuple[list[Planned], list["Draft"]]]
"""Of one case, by recipient: what was routed last, and the notices that came of it."""

Way = Literal["at_once", "officer", "withheld"]

NOWHERE = ("ZZ",)
"""A country that is none: clauses whose countries have nothing in common admit nobody."""

FULL = (*MINIMAL, "summary", "deployment", "system", "operator", "affected_countries", "aware_at", "facts")


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice to be: what it carries, what handling withheld, which obligations it announces and which it performs.

    `pre_authorised_by` names the clause that lets it go at once; None means that it awaits an officer.
    """

    recipient: Party
    kind: Literal["duties", "information"]
    title: str
    items: Mapping[str, object]
    digest: str
    withheld: tuple[Withheld, ...]
    announces: tuple[Planned, ...]
    performs: tuple[Planned, ...]
    channels: tuple[str, ...]
    pre_authorised_by: str | None
    acknowledge_by: datetime | None

    @property
    def way(self) -> Way:
        """How it may leave; a recipient has at most one draft a way."""
        return way(self.pre_authorised_by, self.items)

    def contact(self, at: datetime) -> on_call.Contact:
        """Who of the recipient is told if it leaves at that instant: by what it performs, else by what it announces."""
        return on_call.contact([window for each in self.performs or self.announces for window in each.commitment.on_call], {}, at)


def way(pre_authorised_by: str | None, items: Mapping[str, object]) -> Way:
    """How a notice may leave: at once, when an officer releases it, or, as handling withheld all of it, not at all."""
    if pre_authorised_by is not None:
        return "at_once"
    return "officer" if items else "withheld"


def route(case: Case, planned: Iterable[Planned], seen: Seen | None = None) -> list[Draft]:
    """Every notice that this plan calls for. Provisional obligations tell nobody; the filer knows already. A
    reading that is disputed is told to those between whom it runs when the claim is made, and is no matter of routing.

    A notice that a clause pre-authorises goes at once; so does an operator's notice of its own duties, which discloses nothing
    to it. Everything else awaits an officer. `seen` keeps what was routed in this case: to whom the very same obligations go
    again under another plan, the same notices go.
    """
    firm = [each for each in planned if not each.provisional and each.occurrence != NOT_PLANNED and each.reading == STATED]
    concerned: dict[UUID, tuple[Party, list[Planned]]] = {}
    for each in firm:
        told = each.creditor if each.commitment.tell else None
        for party in (each.debtor, told) if told and told.id != each.debtor.id else (each.debtor,):
            concerned.setdefault(party.id, (party, []))[1].append(each)
    drafts: list[Draft] = []
    for recipient, theirs in sorted(concerned.values(), key=lambda pair: pair[0].slug):
        if recipient.id != case.filer.id:
            drafts += _routed(case, recipient, theirs, {} if seen is None else seen)
    return drafts


def _routed(case: Case, recipient: Party, theirs: list[Planned], seen: Seen) -> list[Draft]:
    """What goes to somebody whom these obligations concern, as its debtor or as the creditor to be told."""
    before = seen.get(recipient.id)
    if before is None or len(before[0]) != len(theirs) or any(one is not other for one, other in zip(before[0], theirs, strict=True)):
        before = seen[recipient.id] = (theirs, _for_recipient(case, recipient, theirs))
    return before[1]


def duty(each: Planned) -> dict[str, object]:
    """An obligation as a notice announces it: parties by URI, because a notice is read on other nodes too.

    A notice is frozen before it is delivered, so a clock that runs from the filing, the delivery or a later act is announced by
    its rule (`within`), and only one that runs from a stated fact by its instants.
    """
    moving = each.predicted or any(anchor.kind != "fact" for anchor in each.commitment.anchors)
    fixed = each.deadline if not moving else None
    return {
        "title": each.commitment.title,
        "cite": each.commitment.source.cite,
        "source": f"{each.commitment.source.name} {each.commitment.source.version}",
        "owed_by": each.debtor.uri,
        "owed_to": each.creditor.uri if each.creditor else None,
        "target_at": fixed.target_at if fixed else None,
        "due_at": fixed.due_at if fixed else None,
        "within": _within(each) if moving else None,
    }


def _within(each: Planned) -> str | None:
    """`4 h from the delivery of the notice`, in the words of the commitment."""
    period = each.commitment.period
    if period is None:
        return None
    from_what = {
        "filing": "the report",
        "after": "the submission under {}",
        "delivery": "the delivery of the notice under {}",
        "receipt": "the receipt of {}",
        "fact": "{}",
    }
    anchor = each.commitment.anchors[0]
    unit = {"min": "minutes", "h": "hours", "d": "days", "bd": "business days", "w": "weeks", "mo": "months", "y": "years"}[period.unit]
    return f"{period.n} {unit.removesuffix('s') if period.n == 1 else unit} from {from_what[anchor.kind].format(anchor.name)}"


def _for_recipient(case: Case, recipient: Party, firm: list[Planned]) -> list[Draft]:
    """As `_by_way`; where a clause lets a relay go at once, what goes performs the law's own duty to relay to that state too.

    It carries what the clause lets go and no more. Where handling keeps all of that back, the law's notice is prepared for itself.
    """
    law = [
        each
        for each in firm
        if each.relay_to and each.commitment.source.kind == "regime" and each.creditor and each.creditor.id == recipient.id
    ]
    if law:
        agreed = _by_way(case, recipient, [each for each in firm if all(each is not one for one in law)])
        for place, each in enumerate(agreed):
            if each.way == "at_once" and any(one.relay_to for one in each.performs):
                return [*agreed[:place], replace(each, performs=(*each.performs, *law)), *agreed[place + 1 :]]
    return _by_way(case, recipient, firm)


def _by_way(case: Case, recipient: Party, firm: list[Planned]) -> list[Draft]:
    """At most one draft a way of release: the clauses that let it go so, and the duties that rest on the same agreements.

    Duties that rest on no such clause go with what the party may be told at once if it is the operator, else with what an
    officer releases.
    """
    performing = [each for each in firm if each.commitment.tell and each.creditor and each.creditor.id == recipient.id]
    owes = [each for each in firm if each.debtor.id == recipient.id]
    otherwise = "pre_authorised" if recipient.id == case.operator.id else "officer"
    drafts: list[Draft] = []
    for how in ("pre_authorised", "officer"):
        clauses = [each for each in performing if each.commitment.tell and each.commitment.tell.release == how]
        sources = {each.commitment.source.name for each in clauses}
        duties = [each for each in owes if each.commitment.source.name in sources]
        owes = [each for each in owes if each.commitment.source.name not in sources]
        if how == otherwise:
            others = (each for each in performing if each.commitment.tell and each.commitment.tell.release != how)
            later = {each.commitment.source.name for each in others} if how == "pre_authorised" else set()
            duties += [each for each in owes if each.commitment.source.name not in later]
            owes = [each for each in owes if each.commitment.source.name in later]
        if clauses:
            drafts.append(_draft(case, recipient, clauses, duties, how == "pre_authorised"))
        elif duties:
            drafts.append(_duties_only(case, recipient, duties))
    withheld = [each for each in drafts if each.way == "withheld"]
    return drafts if len(withheld) < 2 else [_joined(withheld)]


def _joined(drafts: list[Draft]) -> Draft:
    """Of several of which nothing may leave, one: the officer sees every reason, and which duties to tell stay undone."""
    reasons = {each.field: each for draft in reversed(drafts) for each in draft.withheld}
    performs = tuple(each for draft in drafts for each in draft.performs)
    channels = tuple(dict.fromkeys(channel for draft in drafts for channel in draft.channels))
    return replace(drafts[0], withheld=tuple(reasons.values()), performs=performs, channels=channels)


def _draft(case: Case, recipient: Party, clauses: list[Planned], duties: list[Planned], at_once: bool) -> Draft:
    tells = [each.commitment.tell for each in clauses if each.commitment.tell]
    fields = tuple(dict.fromkeys(field for tell in tells for field in tell.fields))
    channels = tuple(dict.fromkeys(channel for tell in tells for channel in tell.channels))
    limits = strictest(each.commitment.limits for each in clauses)
    asked = Tell(fields, "pre_authorised" if at_once else "officer", channels)
    decision = _released(case, recipient, asked, limits, duties, tuple(performed(each) for each in clauses))
    clause = "; ".join(f"{each.commitment.source.name} {each.commitment.source.version} {each.commitment.source.cite}" for each in clauses)
    return _made(case, recipient, decision, duties, tuple(clauses), channels, clause if at_once else None, clauses[0].commitment.title)


def _duties_only(case: Case, recipient: Party, duties: list[Planned]) -> Draft:
    """What a party owes by itself. The operator's own matter may be told to it at once; anybody else awaits an officer."""
    own = recipient.id == case.operator.id
    tell = Tell(FULL if own else MINIMAL, "pre_authorised" if own else "officer")
    decision = _released(case, recipient, tell, Limits(), duties, ())
    reason = "It is the operator's own matter" if own else None
    return _made(case, recipient, decision, duties, (), tell.channels, reason, "What you owe")


def _made(
    case: Case,
    recipient: Party,
    decision: Decision,
    duties: list[Planned],
    performs: tuple[Planned, ...],
    channels: tuple[str, ...],
    clause: str | None,
    title: str,
) -> Draft:
    if not isinstance(decision, Released):  # an officer sees why, and the duty to tell stays visible
        return Draft(recipient, "information", title, {}, canonical.digest({}), decision.withheld, (), performs, channels, None, None)
    plain = {**decision.items, **({"exercise": True} if case.exercise else {})}  # what is released is plain already
    duties = duties if "duties" in plain else []  # what a clause withholds is not announced beside it either
    acknowledge = [each.deadline.due_at for each in duties if each.commitment.id.endswith(".acknowledge") and each.deadline]
    return Draft(
        recipient, "duties" if duties else "information", title, plain, canonical.digest(plain), tuple(decision.withheld), tuple(duties),
        performs, channels, clause, min(acknowledge, default=None),
    )  # fmt: skip


def performed(each: Planned) -> Performed:
    """The obligation's clause as handling looks at it, in a notice that performs it."""
    source, tell = each.commitment.source, each.commitment.tell
    return Performed(f"{source.name} {source.version}, {source.cite}", each.debtor, tell.fields if tell else (), each.commitment.limits)


def _released(case: Case, recipient: Party, tell: Tell, limits: Limits, duties: list[Planned], clauses: tuple[Performed, ...]) -> Decision:
    """What handling lets through; a party that owes something is told what, unless the clause withholds even that."""
    fields = tuple(dict.fromkeys((*tell.fields, "duties"))) if duties else tuple(each for each in tell.fields if each != "duties")
    told = Tell(fields, tell.release, tell.channels)
    return release(case, recipient, told, limits, [_plain(duty(each)) for each in duties], clauses)


def strictest(limits: Iterable[Limits]) -> Limits:
    """Those of several clauses as one: the most restrictive wins, limit by limit, in whatever order they come.

    Limits of single fields and recipients, and restrictions, all stand beside each other. Raises TypeError for none at all.
    """
    return reduce(_stricter, limits)


def _stricter(one: Limits, other: Limits) -> Limits:
    both = tuple(country for country in one.residency if country in other.residency)
    residency = (both or NOWHERE) if one.residency and other.residency else one.residency or other.residency
    return Limits(
        min(one.max_tlp, other.max_tlp, key=_strictness),
        tuple(dict.fromkeys(one.withhold + other.withhold)),
        residency,
        tuple(dict.fromkeys(one.fields + other.fields)),
        tuple(dict.fromkeys(one.recipients + other.recipients)),
        tuple(dict.fromkeys(one.restrictions + other.restrictions)),
    )


def _strictness(label: str) -> int:
    """A label that is not known comes before all others, so that handling meets it and lets nothing out."""
    return TLP.index(label) if label in TLP else -1


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return canonical.instant(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
