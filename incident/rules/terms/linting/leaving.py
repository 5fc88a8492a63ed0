"""How parties leave an agreement, or never wholly join it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting.finding import Book, Said, Stage, Whole

BOOK = Book()
_UNIT = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "bd": timedelta(days=1), "mo": timedelta(days=30)}
_YEARS = range(1975, 9000)
_AN_HOUR = timedelta(hours=1)


@BOOK.document_rule(
    "survival_missing",
    "warning",
    """A party may leave, and nothing says what binds it beyond that: of a case in its last hours the duties fall due when it has left. What
    runs here stays, but whoever signs should not have to rely on it, and what has not begun yet ends. Say under `survival` which clauses
    bind beyond the end, and for how long.""",
)
def _survival_missing(whole: Whole) -> Iterator[Said]:
    agreement = whole.agreement
    leaving = agreement.articles.exit
    if leaving is None or agreement.articles.survival is not None:
        return
    watched = next((each for each in agreement.commitments if each.period is not None), None)
    if watched is None:
        return
    left = _left(agreement, leaving.notice)
    remark = f"{watched.id}: a party that gives notice at the first instant of the term has left by {left:%Y-%m-%d %H:%M UTC}."
    message = f"says how a party leaves, but not what outlives it; {watched.id} can fall due after."
    yield Said("/exit", message, Stage((watched.id,), at=left - _AN_HOUR, remarks=(remark,)))


def _left(agreement: Agreement, notice: Period | None) -> datetime:
    """About when a party has left that gives notice as soon as it may."""
    start = agreement.in_force_from
    if notice is None or start.year not in _YEARS:
        return start + 2 * _AN_HOUR
    return start + notice.n * _UNIT.get(notice.unit, timedelta(days=1))


@BOOK.document_rule(
    "reservation_of_everything",
    "warning",
    """A party accepts none of the clauses: its reservations leave nothing that binds it or anybody towards it, though it counts as a party.
    Take it off the list, or say which clauses it accepts.""",
)
def _reservation_of_everything(whole: Whole) -> Iterator[Said]:
    given, clauses = whole.agreement.articles.transcription, {each.id for each in whole.agreement.commitments}
    none = [each.party for each in given.parties if each.reserved >= clauses] if given and clauses else []
    if none:
        more = f" and {len(none) - 1} more" if len(none) > 1 else ""
        message = f"{none[0]}{more} accept no clause at all." if more else f"{none[0]} accepts no clause at all."
        yield Said("/transcription/parties", message, Stage((), about=tuple(none[:1])))
