"""What follows a miss, and what may stop, move or excuse a clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from incident.rules.legaltime.values import Period
from incident.rules.terms.linting.finding import Book, Look, Said, Stage
from incident.rules.terms.linting.places import clause_of
from incident.rules.terms.plain_language import ground

BOOK = Book()
_UNIT = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "bd": timedelta(days=1), "mo": timedelta(days=28)}
_DEBTORS = ("owed_by", "both")


@BOOK.rule(
    "cure_after_review",
    "warning",
    """The parties meet to review a miss before the time in which it may be cured is over, so they meet about something that may still be
    put right. Let the review come after the cure.""",
)
def _cure_after_review(look: Look) -> Iterator[Said]:
    follows = look.clause.on_miss
    if follows is None or follows.cure is None or follows.review is None or not _surely_longer(follows.cure, follows.review):
        return
    yield look.say("/on_miss/review", "comes before the cure is due.", Stage((look.clause.id,), acted="missed"))


@BOOK.rule(
    "misses_nothing",
    "warning",
    """The clause says what follows a miss, but has no period: there is no due instant, so it is never missed and nothing ever follows.""",
)
def _misses_nothing(look: Look) -> Iterator[Said]:
    if look.clause.on_miss is not None and look.clause.period is None:
        stage = Stage((look.clause.id,), acted="missed")
        yield look.say("/on_miss", "says what follows a miss, but has no period.", stage, look.removing("/on_miss"))


@BOOK.rule(
    "excuses_nothing",
    "warning",
    """The clause lets its clock be stopped, or a miss be excused, but has no period: there is no due instant that could move or be
    missed.""",
)
def _excuses_nothing(look: Look) -> Iterator[Said]:
    if look.clause.excuses and look.clause.period is None:
        first = look.clause.excuses[0]
        stage = Stage((look.clause.id,), acted="paused" if first.kind == "pause" else "missed", ground=ground(first.ground))
        yield look.say("/excuses", "excuses, but has no period.", stage, look.removing("/excuses"))


@BOOK.rule(
    "pause_without_limit",
    "warning",
    """The debtor may stop its own clock, and nothing says for how long at most: the due instant can then be put off for ever without the
    creditor's word. Give `most`, or leave it to the creditor.""",
)
def _pause_without_limit(look: Look) -> Iterator[Said]:
    for place, each in enumerate(look.clause.excuses):
        if each.kind == "pause" and each.by in _DEBTORS and each.most is None and look.clause.period is not None:
            fix = look.replacing(f"/excuses/{place}/by", "owed_to") if "by" in clause_of(look)["excuses"][place] else None
            stage = Stage((look.clause.id,), acted="paused", ground=f"{ground(each.ground)} ({each.cite})")
            yield look.say(f"/excuses/{place}", "its debtor may stop the clock without a limit.", stage, fix)


@BOOK.rule(
    "extension_without_limit",
    "warning",
    """The debtor may extend its own period, and nothing says by how much at most: the period in the clause then binds it to nothing. Give
    `most`, or leave it to the creditor.""",
)
def _extension_without_limit(look: Look) -> Iterator[Said]:
    given = look.clause.extension
    if look.clause.extendable is not None and look.clause.period is not None and given.by in _DEBTORS and given.most is None:
        stage = Stage((look.clause.id,), acted="extended", ground=f"its own debtor, under {look.clause.extendable},")
        fix = look.replacing("/extension/by", "owed_to")
        yield look.say("/extension", "its debtor may extend it without a limit.", stage, fix)


def _surely_longer(one: Period, other: Period) -> bool:
    """Whether the one ends later from every start; business days and months are compared with their like alone."""
    if one.unit == other.unit:
        return one.n > other.n
    if "bd" in (one.unit, other.unit) or other.unit == "mo":
        return False
    slack = timedelta() if {one.unit, other.unit} <= {"min", "h"} else timedelta(days=2)
    return one.n * _UNIT[one.unit] > other.n * _UNIT[other.unit] + slack
