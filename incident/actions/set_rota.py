"""Say by weekly windows who of the caller's party is on call when."""

from __future__ import annotations

from collections.abc import Sequence

from incident import answers
from incident.actions import permission
from incident.actions.consequences import reaching
from incident.records.parties import rotas
from incident.rules.commitment import OnCall
from incident.rules.escalation.rota import said
from incident.work import Work


def set_rota(work: Work, windows: Sequence[OnCall]) -> answers.Json:
    """The rota with these windows in place of those before; turns from a calendar stay. Each window has a zone of its own.

    Whoever is on call is asked when something is to be sent, so that it holds at once, for what was filed before too.

    Raises:
        NotAllowed: the caller speaks for no party.
    """
    party = permission.speaks_for(work, what="set a rota")
    rotas.set_windows(work.connection, party, windows, by=work.actor.name, now=work.now)
    work.record("rota.set", party, {"windows": len(windows), "rota": [said(each) for each in windows]})
    return reaching.rota(work, party)
