"""One commitment in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from incident.rules.commitment import Commitment, Excuse, Limits, OnCall, Yields
from incident.rules.conditions import All
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.plain_language.marks import NOWHERE, At
from incident.rules.terms.plain_language.words import (
    before,
    climbed_again,
    clocks,
    counted,
    desk,
    discharged,
    fields,
    joined,
    owes,
    party,
    said,
    span,
    start,
    wait,
)

_CHANNELS = {"webhook": "webhook", "email": "e-mail", "inbox": "inbox"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIDES = {"owed_by": "the debtor", "owed_to": "the creditor", "both": "both sides"}


def sentences(each: Commitment, what: str, agreement: Agreement, at: At) -> Iterator[str]:
    """Everything that the clause says. `what` is what is owed, in the words of the document."""
    when = "" if each.when == All(()) else f", when {said(each.when, at.below('when'))}"
    what = what.rstrip(".") + ("," if "," in what else "")
    head = f"{party(each.owed_by)} {owes(each.owed_by)} {party(each.owed_to)} {what}"
    yield f"{head[0].upper()}{head[1:]} {_time(each, agreement, at)}{when}."
    if each.period is not None and each.period.unit in ("d", "bd", "mo"):
        yield f"Counted in {counted(each.counting)}."
    yield from _again(each, agreement, at)
    yield f"Discharged when {discharged(each.discharged_by)}."
    if each.contains:
        yield f"It must contain {fields(each.contains)}."
    yield from _telling(each, at)
    yield from _acknowledging(each, at)
    yield from _missing(each, at)
    yield _extending(each, at)
    yield f"May be waived under {each.waivable}." if each.waivable else "It cannot be waived."
    yield from _standing(each, at)


def _time(each: Commitment, agreement: Agreement, at: At) -> str:
    starts = start(each, agreement, linked=True)
    if each.period is None:
        return f"without a fixed period, from {starts}"
    place = at.below("within")
    cut = f", by {place.below('at').mark(each.period.at)} on the last of them," if each.period.at else ""
    return f"within {span(each.period, place)}{cut} of {starts}"


def _again(each: Commitment, agreement: Agreement, at: At) -> Iterator[str]:
    if each.repeat is None:
        return
    if each.repeat.every == "fact":
        yield f"It is owed again for each new instant of {start(each, agreement, linked=True)}."
        return
    until = "" if each.repeat.until is None else f", until {said(each.repeat.until, at.below('repeat', 'until'))}"
    yield f"It is owed again after each submission of it{until}."


def _telling(each: Commitment, at: At) -> Iterator[str]:
    if each.tell is None:
        return
    yield f"The notice tells {fields(each.tell.fields)}."
    how = joined([_CHANNELS[name] for name in each.tell.channels], "then")
    if each.tell.release == "pre_authorised":
        yield f"It goes out at once, without an officer's release, by {how}."
    else:
        yield f"It goes out by {how} once an officer has released it."
    yield from _limiting(each.limits)


def _limiting(limits: Limits) -> Iterator[str]:
    if limits.max_tlp == "RED":
        yield "It carries nothing that is labelled TLP:RED, except to the filer and the operator."
    else:
        yield f"It carries nothing that is labelled above TLP:{limits.max_tlp}."
    if limits.withhold:
        yield f"It never carries {fields(limits.withhold, 'or')}."
    if limits.residency:
        yield f"Outside {joined(limits.residency, 'and')} it is the minimal notice only."
    for one in limits.fields:
        yield f"It carries {fields(one.fields, 'or')} only {field_limit(one.max_tlp, one.residency)}."
    for many in limits.recipients:
        yield f"To {joined(sorted(many.to), 'and')} it {recipient_limit(many.max_tlp, many.withhold)}."


def field_limit(label: str | None, residency: tuple[str, ...]) -> str:
    """How far a field goes, to follow `only`."""
    words = [f"up to TLP:{label}"] if label else []
    words += [f"to {joined(residency, 'and')}"] if residency else []
    return " and ".join(words) or "as far as the notice goes"


def recipient_limit(label: str | None, withheld: tuple[str, ...]) -> str:
    """What a recipient is not given, to follow `it`."""
    words = [f"carries nothing that is labelled above TLP:{label}"] if label else []
    words += [f"never carries {fields(withheld, 'or')}"] if withheld else []
    return " and ".join(words) or "has no limit of its own"


def _acknowledging(each: Commitment, at: At) -> Iterator[str]:
    if each.acknowledge_within is not None:
        within = span(each.acknowledge_within, at.below("acknowledge_within"))
        if each.acknowledged_by == "first":
            yield f"A recipient acknowledges within {within} of delivery; the first that does so does it for all."
        else:
            yield f"The recipient acknowledges within {within} of delivery."
    if each.ladder:
        rungs = [
            f"the {desk(rung.contact)} is told {before(rung.before, at.below('ladder', place, 'before'))}"
            for place, rung in enumerate(each.ladder)
        ]
        again = f"; {climbed_again(each.ladder_again, at.below('ladder_again'))}" if each.ladder_again else ""
        yield f"Until that is done, {joined(rungs, 'and')} the due instant{again}."
    if each.silent_after is not None:
        yield (
            f"Whoever acknowledged and does nothing more for {wait(each.silent_after, at.below('silent_after'))} is asked again, from the"
            " first of them on."
        )
    if each.on_call:
        yield f"On call is {on_call(each.on_call, at.below('on_call'))}; otherwise whoever the party's own rota names, or the duty desk."


def on_call(windows: tuple[OnCall, ...], at: At = NOWHERE) -> str:
    """Who is on call when."""
    return joined([_window(window, at.below(place)) for place, window in enumerate(windows)], "and") if windows else "the duty desk always"


def _window(window: OnCall, at: At) -> str:
    since, until = (at.below(key).mark(f"{minutes // 60:02}:{minutes % 60:02}") for key, minutes in
                    (("from", window.since), ("until", window.until)))  # fmt: skip
    over = " of the next day" if window.until <= window.since else ""
    return f"the {desk(window.contact)} on {_days(window.days)} from {since} to {until}{over} in {clocks(window.zone_of)}"


def _days(days: frozenset[int]) -> str:
    """Three days and more that follow each other are said by the first and the last of them."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(sorted(days)), lambda pair: pair[1] - pair[0])]
    words: list[str] = []
    for run in runs:
        words += [f"{_DAYS[run[0]]} to {_DAYS[run[-1]]}"] if len(run) > 2 else [_DAYS[day] for day in run]
    return joined(words, "and")


def _missing(each: Commitment, at: At) -> Iterator[str]:
    for place, excuse in enumerate(each.excuses):
        yield f"{excused(excuse, at.below('excuses', place))}."
    if each.on_miss is None:
        return
    told = (("notice_of_breach", "the creditor gives notice of breach", each.on_miss.notice_of_breach),
            ("cure", "the debtor cures it", each.on_miss.cure), ("review", "both meet to review it", each.on_miss.review))  # fmt: skip
    follows = [f"{words} within {span(period, at.below('on_miss', key))}" for key, words, period in told if period is not None]
    yield f"After a miss, {joined(follows, 'and')} ({each.on_miss.cite})."


def excused(excuse: Excuse, at: At = NOWHERE) -> str:
    """Who may excuse what on which ground."""
    side = _SIDES[excuse.by]
    may = "may stop the clock" if excuse.kind == "pause" else "may have a miss excused" if excuse.by == "owed_by" else "may excuse a miss"
    most = f", for at most {span(excuse.most, at.below('most'))}" if excuse.most else ""
    return f"{side[0].upper()}{side[1:]} {may} on the ground of {ground(excuse.ground)}{most} ({excuse.cite})"


def ground(name: str) -> str:
    """A ground of an extension or an excuse."""
    return {"other": "another kind", "security_carve_out": "a security carve-out"}.get(name, name.replace("_", " "))


def _extending(each: Commitment, at: At) -> str:
    if each.extendable is None:
        return "It cannot be extended."
    given, place = each.extension, at.below("extension")
    by = f" by {_SIDES[given.by]}" if given.by != "owed_to" else ""
    grounds = f" on the ground of {joined([ground(name) for name in given.grounds], 'or')}" if given.grounds else ""
    most = f", by at most {span(given.most, place.below('most'))}" if given.most else ""
    return f"May be extended under {each.extendable}{by}{grounds}{most}."


def _standing(each: Commitment, at: At) -> Iterator[str]:
    """What it is to the clauses of other layers."""
    if each.duty:
        yield f"It is about the duty {each.duty}."
    if each.relaxable is not None:
        yield f"{yielding('give more time for it', each.relaxable, at.below('relaxable'))}."
    if each.displaceable is not None:
        yield f"{yielding('put a clause of its own in its place', each.displaceable, at.below('displaceable'))}."


def yielding(what: str, to: Yields, at: At = NOWHERE) -> str:
    """Which layers may do what to a clause."""
    most = f", up to {span(to.most, at.below('most'))}" if to.most else ""
    return f"A {joined(to.by, 'or')} layer may {what}{most} ({to.cite})"
