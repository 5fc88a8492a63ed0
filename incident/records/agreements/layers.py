"""A document among the others: what stands beside it for its parties, and what all of it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from incident.records.agreements.binding import in_force
from incident.records.parties import directory
from incident.rules import regimes
from incident.rules.terms import Agreement, composing
from incident.rules.terms.composing.restricting import Places
from incident.rules.terms.composing.values import Finding


def beside(connection: sa.Connection, agreement: Agreement, now: datetime) -> list[Agreement]:
    """The versions in force that the caller sees and that bind two of its parties too, or that it names; none of its own name."""
    named = {each.name for each in agreement.articles.includes if each.kind == "agreement"}
    reached = (*(each.of for each in agreement.articles.relaxations), *(each.of for each in agreement.articles.displacements))
    named |= {each.source for each in reached}
    parties = set(agreement.parties)
    others = [each for each in in_force(connection, now, known_at=now) if each.name != agreement.name]
    return [each for each in others if each.name in named or len(parties.intersection(each.parties)) > 1]


def places(connection: sa.Connection) -> Places:
    """The country of every party of the node, by URI."""
    return {each.uri: each.jurisdiction for each in directory.everybody(connection)}


def in_vain(connection: sa.Connection, agreement: Agreement, now: datetime) -> Sequence[Finding]:
    """What the document asks of the layers beside it, and of the laws of today, and does not get."""
    layers = composing.union([agreement, *beside(connection, agreement, now)])
    found = composing.composed(layers, regimes.commitments(now.date()), places(connection))
    return [each for each in found.findings if (each.source, each.version) == (agreement.name, agreement.version)]
