"""What the conditions and anchors of a commitment ask of a case: whose fact, and what is known of it."""

from __future__ import annotations

from incident.rules.case import Case, Party


def who(case: Case, of: str, debtor: Party, creditor: Party | None) -> Party | None:
    """The party in that role of a commitment; None for a creditor that is no party of this node."""
    if of == "owed_by":
        return debtor
    if of == "owed_to":
        return creditor
    if of == "filer":
        return case.filer
    return case.operator


def look_up(case: Case, fact: str, party: Party | None) -> object:
    """Pseudo-facts of the case first, then what is said of the party, then what the party is."""
    match fact:
        case "severity":
            return case.severity
        case "stage":
            return case.stage
        case "tlp":
            return case.tlp
        case "exercise":
            return case.exercise
        case "affected_countries":
            return list(case.affected_countries)
        case "jurisdiction":
            return party.jurisdiction if party else None
    value = case.fact(fact, party) if party else None
    if fact == "cross_border" and value is None and set(case.affected_countries) - {case.deployment.jurisdiction}:
        return True
    return value
