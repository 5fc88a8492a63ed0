"""Which agreements can matter to a case, by who has a part in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from incident.rules.commitment import Role
from incident.rules.terms.agreement import Agreement


def among(agreed: Iterable[Agreement], parties: Collection[str]) -> list[Agreement]:
    """Those that can matter between these parties, by URI, in their order; the rest change no plan and no notice.

    A clause, a relaxation and a displacement hold between two who signed. A restriction, a planning target and a duty towards
    people, who are no party, need but one.
    """
    return [each for each in agreed if (met := len(set(each.parties).intersection(parties))) >= 2 or (met and _beyond(each))]


def _beyond(agreement: Agreement) -> bool:
    to_people = any(each.owed_to.role is Role.PERSONS for each in agreement.commitments)
    return bool(agreement.restrictions or agreement.targets) or to_people
