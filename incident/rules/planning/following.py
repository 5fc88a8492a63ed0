"""What follows a miss, as its clause says: a notice of breach, a cure, a meeting to review. Each runs from the miss on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from incident.rules.case import Party
from incident.rules.commitment import Anchor, Commitment, Counting, Discharge, Extension, OnMiss, Parties
from incident.rules.conditions import ALWAYS
from incident.rules.legaltime.values import Because, Moment, Period
from incident.rules.planning.values import Anchored, Happened, Planned

_TITLES = {"breach": "Notice of breach", "cure": "Cure", "review": "Meeting to review"}
_SWAPPED = {"owed_by": "owed_to", "owed_to": "owed_by"}


def after_misses(planned: Iterable[Planned], happened: Happened) -> list[Planned]:
    """Still undated, whatever follows the misses of these obligations; the same again whenever the case is planned.

    A miss counts as long as its instant is not before the one that the plan gives: where a correction moved the deadline past
    it, the record keeps the miss and nothing more follows from it. Of several the one that was recorded first counts, so
    that what followed never moves. What was waived or done late is followed all the same.
    """
    return [made for each in planned if (at := _missed(each, happened)) for made in _following(each, at)]


def _missed(each: Planned, happened: Happened) -> datetime | None:
    if each.commitment.on_miss is None or each.deadline is None or each.creditor is None or each.provisional:
        return None
    due_at = each.deadline.due_at
    return next((at for at in happened.missed.get(each.key, ()) if at >= due_at), None)


def _following(of: Planned, missed_at: datetime) -> Iterator[Planned]:
    asked, creditor = of.commitment.on_miss, of.creditor
    if asked is None or creditor is None:
        return
    if asked.notice_of_breach:
        yield _duty(of, asked, "breach", asked.notice_of_breach, creditor, of.debtor, missed_at)
    if asked.cure:
        yield _duty(of, asked, "cure", asked.cure, of.debtor, creditor, missed_at)
    if asked.review:
        yield _duty(of, asked, "review", asked.review, of.debtor, creditor, missed_at)
        yield _duty(of, asked, "review", asked.review, creditor, of.debtor, missed_at)


def _duty(of: Planned, asked: OnMiss, what: str, period: Period, debtor: Party, creditor: Party, missed_at: datetime) -> Planned:
    commitment = _commitment(of.commitment, asked, what, period, swapped=debtor is not of.debtor)
    text = f"Follows the miss of “{of.commitment.title}” by {of.debtor.name}."
    reason = Because("anchor", "Runs from the instant that was missed, as it was recorded.", None, missed_at)
    return Planned(
        commitment, debtor, creditor, None, None, (*of.because[:1], Because("follows", text, asked.cite, missed_at)), False, False,
        occurrence=f"after a miss of {of.occurrence}", anchored=(Anchored("missed_at", Moment.exactly(missed_at), False, reason),),
    )  # fmt: skip


def _commitment(of: Commitment, asked: OnMiss, what: str, period: Period, *, swapped: bool) -> Commitment:
    """A duty of its own, counted where the clause is counted, which nobody may extend or pause, and whose miss nothing follows."""
    owed_by, owed_to = (of.owed_to, of.owed_by) if swapped else (of.owed_by, of.owed_to)
    return replace(
        of,
        id=f"{of.id}.{what}",
        title=f"{_TITLES[what]}: {of.title}",
        source=replace(of.source, cite=asked.cite),
        owed_by=_each(owed_by),
        owed_to=_each(owed_to),
        when=ALWAYS,
        anchors=(Anchor("fact", "missed_at"),),
        combine="first",
        period=period,
        targets=(),
        repeat=None,
        counting=_counted_for(of.counting) if swapped else of.counting,
        discharged_by=Discharge.SUBMITTED,
        contains=(),
        tell=None,
        acknowledge_within=None,
        ladder=(),
        ladder_again=None,
        silent_after=None,
        extendable=None,
        extension=Extension(),
        excuses=(),
        on_miss=None,
        duty="",
    )


def _each(given: Parties) -> Parties:
    return replace(given, mode="each")


def _counted_for(counting: Counting) -> Counting:
    """The same place, told by the roles of the other side."""
    zone_of, calendar_of = (_SWAPPED.get(of, of) for of in (counting.zone_of, counting.calendar_of))
    return replace(counting, zone_of=zone_of, calendar_of=calendar_of)
