"""Planning targets, and clauses about a duty of a law, beside what the law says."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from incident.rules.commitment import Anchor, Commitment, Parties, Role, Source
from incident.rules.legaltime.values import Basis, Period
from incident.rules.terms.linting.finding import Book, Edit, Said, Stage, Whole, elapsed

BOOK = Book()


@BOOK.document_rule(
    "unknown_duty",
    "error",
    """A planning target names a duty that neither this agreement nor a law that is known here has: it plans nothing.""",
)
def _unknown_duty(whole: Whole) -> Iterator[Said]:
    for place, (name, target) in enumerate(whole.agreement.targets):
        if not whole.known.duties or name in whole.known.duties or whole.agreement.commitment(name) is not None:
            continue
        near = difflib.get_close_matches(name, whole.known.duties, n=1, cutoff=0.9)
        at = f"/planning_targets/{place}/for"
        message = f"{name} is no duty of this agreement or of a law that is known here; the target plans nothing."
        remark = f"{name}: no obligation of that name is planned; the target of {spoken(target.period)} is never asked."
        yield Said(at, message, Stage((), remarks=(remark,)), (Edit("replace", at, near[0]),) if near else ())


@BOOK.document_rule(
    "days_for_hours",
    "warning",
    """A planning target, or a clause about a duty of a law, is in days, but that duty is counted in hours: a day runs to midnight of some
    zone, and the end comes out up to a day later than the same number of hours, past the legal instant perhaps. Say it in hours.""",
)
def _days_for_hours(whole: Whole) -> Iterator[Said]:
    for place, name, target, limit in _targets(whole):
        if target.unit == "d" and elapsed(limit) is not None:
            at = f"/planning_targets/{place}/within"
            message = f"plans {name} in days, which is counted in hours ({spoken(limit)})."
            yield Said(at, message, beside(whole, name, limit), (Edit("replace", at, {"hours": 24 * target.n}),))
    for place, each in enumerate(whole.agreement.commitments):
        law = whole.known.duties.get(each.duty) if each.duty else None
        if each.period is not None and each.period.unit == "d" and law is not None and elapsed(law) is not None:
            at = f"/commitments/{place}/within"
            message = f"{each.id}: counts in days, but {each.duty}, which it is about, in hours ({spoken(law)})."
            stage = Stage((each.id,), beside=beside(whole, each.duty, law).beside)
            yield Said(at, message, stage, (Edit("replace", at, {"hours": 24 * each.period.n}),))


@BOOK.document_rule(
    "target_after_limit",
    "warning",
    """The target is not earlier than the period of the duty itself, so it never moves the plan: whoever reads it believes in time that
    the duty does not give.""",
)
def _target_after_limit(whole: Whole) -> Iterator[Said]:
    for place, name, target, limit in _targets(whole):
        span, most = elapsed(target), elapsed(limit)
        if span is not None and most is not None and span >= most:
            at = f"/planning_targets/{place}/within"
            yield Said(at, f"plans {name} for {spoken(target)}, but it is due within {spoken(limit)}.", beside(whole, name, limit))


def _targets(whole: Whole) -> Iterator[tuple[int, str, Period, Period]]:
    """The targets of duties whose period is known."""
    for place, (name, target) in enumerate(whole.agreement.targets):
        own = whole.agreement.commitment(name)
        limit = own.period if own else whole.known.duties.get(name)
        if limit is not None:
            yield place, name, target.period, limit


def beside(whole: Whole, name: str, limit: Period | None) -> Stage:
    """The duty beside the agreement: the law's period, owed by the first debtor of the agreement and counted from the filing."""
    if whole.agreement.commitment(name):
        return Stage((name,))
    source = Source("regime", name.rpartition(".")[0], "", "", name)
    filing, clauses = (Anchor("filing"),), whole.agreement.commitments
    debtor = clauses[0].owed_by if clauses else Parties(Role.OPERATOR)
    duty = Commitment(
        name, name, source, debtor, Parties(Role.AUTHORITY, competence="any"), anchors=filing, period=limit, basis=Basis.STATUTE
    )
    return Stage((), beside=(duty,))


def spoken(period: Period) -> str:
    """Its number and unit."""
    unit = {"min": "minutes", "h": "hours", "d": "days", "bd": "business days", "w": "weeks", "mo": "months", "y": "years"}[period.unit]
    return f"{period.n} {unit}"
