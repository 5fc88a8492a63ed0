"""Who a role is in one case."""

from __future__ import annotations

from incident.rules.case import Case, Party
from incident.rules.commitment import Parties, Role

SPOC = "nis2.spoc"
"""The competence of a single point of contact, Directive (EU) 2022/2555 Art. 8(3)."""


def members(case: Case, asked: Parties, debtor: Party | None) -> list[Party]:
    """The parties that `asked` names in this case, in a stable order; empty when nobody fits.

    `debtor` is needed for an authority: the one competent in the debtor's jurisdiction; as a debtor itself, in the deployment's.
    """
    match asked.role:
        case Role.OPERATOR:
            return [case.operator]
        case Role.SUPPLIERS:
            return list(case.deployment.suppliers)
        case Role.ANY_PARTY:
            return _distinct([case.operator, *case.deployment.suppliers])
        case Role.FILER:
            return [case.filer]
        case Role.HOME_CERT:
            return _home_cert(case)
        case Role.AFFECTED_CERTS:
            home = {each.id for each in _home_cert(case)}
            return [
                each for each in case.directory if each.kind == "cert" and each.jurisdiction in case.cross_border and each.id not in home
            ]
        case Role.AFFECTED_SPOCS:
            return [spoc for state in case.cross_border if (spoc := single_point_of_contact(case, state))]
        case Role.GROUP | Role.PARTY:
            return [each for each in case.directory if each.uri in asked.named]
        case Role.PERSONS:
            return []
        case Role.COMPETENT:
            return [each for each in case.directory if asked.competence in each.competences]
        case Role.AUTHORITY | Role.HOME_AUTHORITY:
            theirs = debtor if asked.role is Role.AUTHORITY else None
            place = theirs.jurisdiction if theirs else case.deployment.jurisdiction
            return [each for each in case.directory if asked.competence in each.competences and each.jurisdiction == place]


def single_point_of_contact(case: Case, state: str) -> Party | None:
    """Who is that for a state: a party of this kind, else one with the competence, which a CERT may have; the first by slug."""
    there = [each for each in case.directory if each.jurisdiction == state]
    return next((each for each in there if each.kind == "spoc"), next((each for each in there if SPOC in each.competences), None))


def _home_cert(case: Case) -> list[Party]:
    """The CERT of the deployment's country; where it has none, the CERT that files for it."""
    home = [each for each in case.directory if each.kind == "cert" and each.jurisdiction == case.deployment.jurisdiction]
    if case.filer.kind == "cert" and (not home or case.filer in home):
        return [case.filer]
    return home[:1]


def _distinct(parties: list[Party]) -> list[Party]:
    return list({each.id: each for each in parties}.values())
