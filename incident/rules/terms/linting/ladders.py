"""Ladders, acknowledgements and retries: what has to fit between the start of a clock and its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from incident.rules.commitment import Commitment
from incident.rules.escalation.retries import DELAYS, next_try
from incident.rules.terms.linting.finding import NOTICES, Book, Look, Said, Stage, elapsed, least
from incident.rules.terms.linting.places import may_be_one

BOOK = Book()
_TWO_FAILURES = DELAYS[0] + DELAYS[1]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@BOOK.rule(
    "no_ladder",
    "warning",
    """An acknowledgement is due and nobody else is told when it does not come: the one desk that did not answer is the only one that is
    asked. Add a ladder with a deputy or a manager.""",
)
def _no_ladder(look: Look) -> Iterator[Said]:
    # Without a notice nothing is acknowledged, which is a finding of its own.
    if look.clause.acknowledge_within is not None and not look.clause.ladder:
        yield look.say("/acknowledge_within", "nobody else is told when the acknowledgement does not come; add a ladder.")


@BOOK.rule(
    "ladder_without_deadline",
    "error",
    """The rungs of a ladder count back from a due instant. A clause with neither `within` nor `acknowledge_within` has none, so no rung is
    ever climbed.""",
)
def _ladder_without_deadline(look: Look) -> Iterator[Said]:
    if look.clause.ladder and (look.clause.acknowledge_within or look.clause.period) is None:
        yield look.say("/ladder", "counts back from a due instant that does not exist.", fix=look.removing("/ladder"))


@BOOK.rule(
    "rung_after_due",
    "error",
    """A rung that is climbed at or after the due instant comes too late for anybody to act on it. Give a time before it.""",
)
def _rung_after_due(look: Look) -> Iterator[Said]:
    for place, rung in enumerate(look.clause.ladder):
        if rung.before <= timedelta(0):
            message = f"the {rung.contact} is told at or after the due instant; expected a time before it."
            yield look.say(f"/ladder/{place}/before", message)


@BOOK.rule(
    "rung_before_start",
    "error",
    """The ladder is longer than the period: a rung would be climbed before the clock starts, so it is climbed at once, and the contact is
    roused before anybody else had a chance to act.""",
)
def _rung_before_start(look: Look) -> Iterator[Said]:
    span = look.clause.acknowledge_within or look.clause.period
    length = None if span is None else least(span)
    for place, rung in enumerate(look.clause.ladder):
        if length is not None and rung.before >= length:
            message = f"the {rung.contact} would be told before the clock starts; the period is shorter."
            yield look.say(f"/ladder/{place}/before", message)


@BOOK.rule(
    "ladder_out_of_order",
    "warning",
    """The rungs are not in the order in which they are climbed, so whoever reads the clause expects another order of calls.""",
)
def _out_of_order(look: Look) -> Iterator[Said]:
    befores = [rung.before for rung in look.clause.ladder]
    if befores != sorted(befores, reverse=True):
        spoken = look.agreement.document["commitments"][look.place]["ladder"]
        order = sorted(range(len(befores)), key=lambda place: befores[place], reverse=True)
        fix = look.replacing("/ladder", [spoken[place] for place in order])
        yield look.say("/ladder", "the rungs are not in the order in which they are climbed.", fix=fix)


@BOOK.rule(
    "repeats_after_due",
    "warning",
    """The ladder is climbed anew, but not before the due instant: until it is too late each contact is told once. Wait less between one
    climb and the next, or begin the ladder earlier.""",
)
def _repeats_after_due(look: Look) -> Iterator[Said]:
    again, first = look.clause.ladder_again, max((rung.before for rung in look.clause.ladder), default=timedelta(0))
    if again is not None and timedelta(0) < first <= again.every:
        yield look.say("/ladder_again/every", "the ladder is climbed anew only at or after the due instant.")


@BOOK.rule(
    "repeats_overlap",
    "warning",
    """The ladder is climbed anew before it was climbed once: its first contact is told again while the last is still not told at all. Wait
    longer between one climb and the next than from the first rung to the last.""",
)
def _repeats_overlap(look: Look) -> Iterator[Said]:
    again, befores = look.clause.ladder_again, [rung.before for rung in look.clause.ladder]
    if again is not None and again.every < max(befores) - min(befores):
        yield look.say("/ladder_again/every", "the ladder is climbed anew before its last rung was climbed once.")


@BOOK.rule(
    "silence_after_due",
    "warning",
    """Whoever acknowledges a notice owes something that is due before anybody looks whether they fell silent: the ladder begins anew when
    it is too late. Wait less, or give the duty more time.""",
)
def _silence_after_due(look: Look) -> Iterator[Said]:
    silent = look.clause.silent_after
    if silent is None:
        return
    soonest = (
        f"{look.clause.id}: whoever acknowledges at once and does nothing more is asked again after {_minutes(silent)} at the soonest."
    )
    for each in look.agreement.commitments:
        length = elapsed(each.period)
        if length is not None and length <= silent and _runs_with(each, look.clause) and _told(look.clause, each):
            message = f"{each.id} is due before anybody looks whether whoever acknowledged fell silent."
            yield look.say("/silent_after", message, Stage((look.clause.id, each.id), remarks=(soonest,)))


def _runs_with(each: Commitment, notice: Commitment) -> bool:
    """Whether the clock of `each` starts at the delivery of the notice at the latest."""
    early = [anchor.kind == "filing" or (anchor.kind, anchor.name) == ("delivery", notice.id) for anchor in each.anchors]
    return any(early) if each.combine == "earliest" else all(early)


def _minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutes"


@BOOK.rule(
    "acknowledgement_after_duty",
    "warning",
    """A duty runs from the delivery of a notice and is due before that notice has to be acknowledged: its debtor may lawfully acknowledge
    when it is already late. Shorten `acknowledge_within`, or lengthen the period.""",
)
def _acknowledgement_after_duty(look: Look) -> Iterator[Said]:
    length = elapsed(look.clause.period)
    for anchor in look.clause.anchors:
        notice = look.agreement.commitment(anchor.name) if anchor.kind == "delivery" else None
        if notice is None or notice.acknowledge_within is None or not _told(notice, look.clause):
            continue
        latest = least(notice.acknowledge_within)
        if length is not None and (latest is None or latest >= length):
            message = f"is due before the notice of {notice.id}, from whose delivery it runs, must be acknowledged."
            yield look.say("/within", message, Stage((notice.id, look.clause.id)))


def _told(notice: Commitment, each: Commitment) -> bool:
    """Whether whoever owes `each` is whoever the notice goes to."""
    return notice.owed_to.role == each.owed_by.role and may_be_one(notice.owed_to, each.owed_by)


@BOOK.rule(
    "period_too_short",
    "warning",
    """The notice is due before delivery has tried again after two failures: the schedule waits five seconds and then five minutes, and is
    pressed together when less is left. A recipient that is down for so long, as for a restart, is not reached in time.""",
)
def _too_short(look: Look) -> Iterator[Said]:
    length = elapsed(look.clause.period)
    if look.clause.tell is None or look.clause.discharged_by not in NOTICES or length is None or length >= _TWO_FAILURES:
        return
    tries = ", ".join(f"{each.total_seconds():.0f} s" for each in _tries(length))
    down = f"{look.clause.id}: a recipient that is down for {_TWO_FAILURES.total_seconds():.0f} s is tried in time after {tries}: never up."
    yield look.say(
        "/within", "is due before a recipient that was down for five minutes is tried again.", Stage((look.clause.id,), remarks=(down,))
    )


def _tries(length: timedelta) -> Iterator[timedelta]:
    """When delivery tries within the period, from its start, if every try fails; the last ones, ever closer, are left out."""
    due, at = _EPOCH + length, _EPOCH
    for attempt in range(1, 6):
        yield at - _EPOCH
        following = next_try(attempt, at, due)
        if following is None or following >= due:
            return
        at = following
