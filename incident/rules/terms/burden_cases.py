"""Three made-up cases for the parties of some documents: in office hours, on a Friday night, and one of little weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from incident.rules.commitment import Commitment
from incident.rules.simulate import Setting
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting.casting import cast_case
from incident.rules.terms.linting.finding import Stage


def made_up(documents: Sequence[Agreement], overlay: Agreement, laws: Sequence[Commitment]) -> tuple[Setting, ...]:
    """The parties of all documents, in the roles that the clauses name, in the order in which they are named. Nobody is on record.

    Facts are those that make the first clause of the overlay bind; where it has none, those of the first clause there is.
    """
    everything = (*overlay.commitments, *(one for each in documents for one in each.commitments))
    parties = tuple(dict.fromkeys(uri for each in (overlay, *documents) for uri in each.parties))
    cast = replace(overlay, commitments=everything, parties=parties)
    watched = tuple(each.id for each in everything[:1])
    usual = cast_case(cast, Stage(watched))
    # The Wednesday at 09:00 UTC of the cast, and the Friday after it at 21:00 UTC.
    night = cast_case(cast, Stage(watched, at=usual.filed_at + timedelta(days=2, hours=12)))
    cases = (
        replace(usual, reference="in office hours", severity="high"),
        replace(night, reference="on a Friday night", severity="critical"),
        replace(usual, reference="of low severity", severity="low"),
    )
    return tuple(Setting(case, (), tuple(laws), (), case.filed_at) for case in cases)
