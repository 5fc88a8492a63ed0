"""Planning one case: every commitment that binds, dated for each debtor and creditor, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from incident.rules.case import Case
from incident.rules.commitment import Commitment
from incident.rules.planning.dating import date_all
from incident.rules.planning.drafting import Kept, drafts_of_all
from incident.rules.planning.following import after_misses
from incident.rules.planning.readings import Claim, with_readings
from incident.rules.planning.values import Happened, Planned

_NOTHING = Happened()


def plan(
    case: Case, commitments: Iterable[Commitment], happened: Happened = _NOTHING, claims: Sequence[Claim] = (), kept: Kept | None = None
) -> list[Planned]:
    """Every obligation that these commitments make of this case, each with its reasons; soonest target first.

    A commitment that cannot be planned becomes an obligation of the filer to look at it now: a fault in one clause never
    refuses a report, and never passes in silence. What somebody claims against a clock makes a second reading beside the stated
    one, and changes that only where the other side has agreed. `kept`: as in `drafts_of_all`; it saves work and changes nothing.
    """
    if not claims:
        return in_order(case, _dated(case, commitments, happened, kept))
    binding = list(commitments)
    stated = _dated(case, binding, happened, kept)
    return in_order(case, with_readings(case, stated, claims, lambda other: _dated(other, binding, happened)))


def _dated(case: Case, commitments: Iterable[Commitment], happened: Happened, kept: Kept | None = None) -> list[Planned]:
    drafts = drafts_of_all(case, commitments, happened, kept)
    dated = {each.key: each for each in date_all(case, drafts, happened)}  # one clause that fails twice is looked at once
    return [*dated.values(), *date_all(case, after_misses(dated.values(), happened), happened)]


def in_order(case: Case, planned: Iterable[Planned]) -> list[Planned]:
    """Soonest target first, what has none last."""
    return sorted(planned, key=lambda each: (each.target_at is None, each.target_at or case.filed_at, each.commitment.id))
