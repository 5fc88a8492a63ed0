"""When each draft is due: the moments its anchors give in this case, chosen as the commitment says, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from incident.rules.case import Case, Party
from incident.rules.commitment import Anchor, Commitment, Counting
from incident.rules.legaltime import CalendarRefused, calendar, zone
from incident.rules.legaltime.values import Because, Moment, Place
from incident.rules.planning.asking import who
from incident.rules.planning.clock import Clock, Counted, count
from incident.rules.planning.drafting import unplanned
from incident.rules.planning.values import NOT_PLANNED, Anchored, Happened, Key, Planned

_NEVER = datetime.min.replace(tzinfo=UTC)


def date_all(case: Case, drafts: list[Planned], happened: Happened) -> list[Planned]:
    """Date what rests on facts first, then what rests on those, until nothing more can be dated."""
    dated: dict[Key, Planned] = {}
    waiting = {each.key: each for each in drafts}
    while waiting:
        names = _names_by_source(waiting.values())
        ready = {key: each for key, each in waiting.items() if not _rests_on(each, names)} or waiting  # a circle is dated as it stands
        known = list(dated.values())
        dated |= {key: _dated(case, each, happened, known) for key, each in ready.items()}
        waiting = {key: each for key, each in waiting.items() if key not in ready}
    return list(dated.values())


def _names_by_source(waiting: Iterable[Planned]) -> Mapping[str, set[str]]:
    names: dict[str, set[str]] = {}
    for each in waiting:
        names.setdefault(each.commitment.source.name, set()).update((each.commitment.id, each.stage))
    return names


def _rests_on(each: Planned, waiting: Mapping[str, set[str]]) -> bool:
    names = waiting[each.commitment.source.name]
    own = {each.commitment.id, each.stage}
    return any(anchor.kind in ("after", "receipt", "delivery") and anchor.name in names - own for anchor in each.commitment.anchors)


def _dated(case: Case, each: Planned, happened: Happened, dated: list[Planned]) -> Planned:
    if each.occurrence == NOT_PLANNED:
        return each
    try:
        anchors = each.commitment.anchors
        found = each.anchored or tuple(at for anchor in anchors if (at := _anchored(case, each, anchor, happened, dated)))
        return _counted(case, each, found) if found else replace(each, because=(*each.because, _waits(each.commitment)))
    except Exception as error:
        return unplanned(case, each.commitment, error)


def _counted(case: Case, each: Planned, found: tuple[Anchored, ...]) -> Planned:
    commitment = each.commitment
    place, missing = _place(case, each)
    targets = tuple(target for target in commitment.targets if target.signatories is None or each.debtor.uri in target.signatories)
    moments = tuple((at.name, at.moment) for at in found)
    clock = Clock(commitment.period, targets, commitment.combine, moments, place, commitment.basis, commitment.source.cite)
    starting = found if len(found) == 1 else [at for at in found if (at.name, at.moment) in clock.starting]
    made = _count(clock)
    return Planned(
        commitment,
        each.debtor,
        each.creditor,
        made.deadline,
        min(at.moment.earliest for at in starting),
        (*each.because, *(at.because for at in starting), *missing, *made.because),
        each.provisional,
        any(at.predicted for at in starting) or _open(commitment, found),
        each.occurrence,
        each.group,
        made.planned_for,
        found,
        clock,
        each.reading,
        each.relay_to,
    )


@lru_cache(maxsize=1024)
def _count(clock: Clock) -> Counted:
    """A case is planned again with every act about it, and almost all of its clocks come to the same."""
    return count(clock, zone(clock.place.zone), calendar(clock.place.calendar))


def _open(commitment: Commitment, found: tuple[Anchored, ...]) -> bool:
    """Whether a fact that is not known yet could still move the start later: the date is then only what it would be."""
    facts = [anchor.name for anchor in commitment.anchors if anchor.kind == "fact"]
    known = {at.name for at in found}
    if commitment.combine == "latest":
        return any(name not in known for name in facts)
    return commitment.combine == "rule" and bool(facts) and facts[0] not in known


def _waits(commitment: Commitment) -> Because:
    text = "Its clock has not started: waits for " + " or ".join(_says(anchor) for anchor in commitment.anchors) + "."
    return Because("waits", text, commitment.source.cite)


def _anchored(case: Case, each: Planned, anchor: Anchor, happened: Happened, dated: list[Planned]) -> Anchored | None:
    match anchor.kind:
        case "filing":
            return _of_the_filing(case, each)
        case "fact":
            return _of_a_fact(case, each, anchor)
        case "after":
            return _of_a_submission(each, anchor, happened, dated)
        case "receipt":
            return _of_a_receipt(each, anchor, happened, dated)
        case "delivery":
            return _of_a_delivery(case, each, anchor, happened, dated)


def _of_the_filing(case: Case, each: Planned) -> Anchored:
    """The report; for a state that was named later, what named it."""
    at = case.known_affected_at(each.relay_to)
    what = "the recording of the report" if at == case.filed_at else f"when {each.relay_to} was recorded as affected"
    return Anchored("filing", Moment.exactly(at), False, Because("anchor", f"Runs from {what}.", None, at))


def _of_a_fact(case: Case, each: Planned, anchor: Anchor) -> Anchored | None:
    party = who(case, anchor.of, each.debtor, each.creditor)
    value = case.fact(anchor.name, party) if party else None
    if not isinstance(value, Moment) or party is None:
        return None
    known = "" if value.precision == "exact" else f", known to the {value.precision}"
    reason = Because("anchor", f"Runs from {anchor.name} of {party.name}{known}.", None, value.earliest)
    return Anchored(anchor.name, value, False, reason)


def _of_a_submission(each: Planned, anchor: Anchor, happened: Happened, dated: list[Planned]) -> Anchored | None:
    what = f"the submission of {anchor.name}"
    done = happened.submitted.get((each.commitment.source.name, anchor.name, each.debtor.id))
    if done:
        return _real(anchor, done[-1] if each.commitment.combine == "latest" else done[0], what)
    return _predicted(anchor, _before(each, anchor, dated, {each.debtor.id}), what)


def _of_a_receipt(each: Planned, anchor: Anchor, happened: Happened, dated: list[Planned]) -> Anchored | None:
    """Receiving is what counts; what was submitted and not yet confirmed is dated as if it had come at once, for planning."""
    sender = each.creditor.id if each.creditor else None
    if sender is None:
        return None
    key, what = (each.commitment.source.name, anchor.name, sender), f"the receipt of {anchor.name}"
    if received := happened.received.get(key):
        return _real(anchor, received[0], what)
    if submitted := happened.submitted.get(key):
        text = f"Submitted; predicted as if {anchor.name} had been received at once."
        return Anchored(anchor.name, Moment.exactly(submitted[0]), True, Because("predicted", text, None, submitted[0]))
    return _predicted(anchor, _before(each, anchor, dated, {sender}), what)


def _of_a_delivery(case: Case, each: Planned, anchor: Anchor, happened: Happened, dated: list[Planned]) -> Anchored | None:
    handed = [
        when
        for (of, name, sender, receiver), when in happened.delivered.items()
        if of == each.commitment.source.name and name == anchor.name and each.debtor.id in (sender, receiver)
    ]
    if handed:
        return _real(anchor, min(handed), f"the delivery of the notice under {anchor.name}")
    before = _before(each, anchor, dated, {each.debtor.id, *({each.creditor.id} if each.creditor else ())})
    if before is None or (before.deadline is None and before.started_at is None):
        return None
    sides = [party.jurisdiction for party in (each.debtor, each.creditor) if party and party.jurisdiction in case.cross_border]
    at = case.known_affected_at(sides[0]) if sides and before.relay_to else case.filed_at
    return Anchored(anchor.name, Moment.exactly(at), True, Because("predicted", f"Predicted as if {_says(anchor)} came at once.", None, at))


def _real(anchor: Anchor, at: datetime, what: str) -> Anchored:
    return Anchored(anchor.name, Moment.exactly(at), False, Because("anchor", f"Runs from {what}.", None, at))


def _predicted(anchor: Anchor, before: Planned | None, what: str) -> Anchored | None:
    if before is None or before.deadline is None:
        return None
    latest = before.deadline.due_at
    text = f"Predicted from the latest lawful instant of {what}; dated anew when it happens."
    return Anchored(anchor.name, Moment.exactly(latest), True, Because("predicted", text, None, latest))


def _before(each: Planned, anchor: Anchor, dated: list[Planned], debtors: set[object]) -> Planned | None:
    """The stage that it runs from, in the variant with the latest lawful instant where several may apply."""
    found = [
        other
        for other in dated
        if other.commitment.source.name == each.commitment.source.name
        and anchor.name in (other.commitment.id, other.stage)
        and other.debtor.id in debtors
    ]
    return max(found, key=lambda other: (other.deadline is not None, other.deadline.due_at if other.deadline else _NEVER), default=None)


def _says(anchor: Anchor) -> str:
    return {
        "fact": anchor.name,
        "after": f"the submission of {anchor.name}",
        "receipt": f"the receipt of {anchor.name}",
        "delivery": f"the delivery under {anchor.name}",
        "filing": "the report",
    }[anchor.kind]


def _place(case: Case, each: Planned) -> tuple[Place, tuple[Because, ...]]:
    """Where the period is counted; where the owner has no calendar of the category that is asked, by public holidays, which is said."""
    counting = each.commitment.counting
    zone_name = (
        counting.zone_of.removeprefix("fixed:") if counting.zone_of.startswith("fixed:") else _owner(case, each, counting.zone_of).zone
    )
    if counting.calendar_of.startswith("fixed:"):
        return Place(zone_name, counting.calendar_of.removeprefix("fixed:")), ()
    owner = _owner(case, each, counting.calendar_of)
    if counting.category == "public":
        return Place(zone_name, owner.calendar), ()
    return _of_category(zone_name, owner, counting)


def _of_category(zone_name: str, owner: Party, counting: Counting) -> tuple[Place, tuple[Because, ...]]:
    asked = f"{owner.calendar.split(':', 1)[0]}:{counting.category}"
    try:
        calendar(asked)
    except CalendarRefused:
        text = f"No calendar {asked} is known here: the public holidays {owner.calendar} are used; ask the authority."
        return Place(zone_name, owner.calendar), (Because("calendar_missing", text),)
    return Place(zone_name, asked), ()


def _owner(case: Case, each: Planned, of: str) -> Party:
    return who(case, of, each.debtor, each.creditor) or each.debtor
