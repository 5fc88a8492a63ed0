"""A case made for an agreement: its signatories in the roles that the clauses name, and the facts that make a clause bind."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import AUTHORITIES, Commitment, Parties, Role
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime.values import Moment
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting.finding import Answers, Stage
from incident.rules.terms.linting.reach import STATED, answers_for, spoken_for
from incident.rules.vocabulary import vocabulary

_WHERE = {
    "EE": "Europe/Tallinn", "FR": "Europe/Paris", "US": "America/New_York", "JP": "Asia/Tokyo", "IN": "Asia/Kolkata",
    "BR": "America/Sao_Paulo", "KE": "Africa/Nairobi", "AU": "Australia/Sydney",
}  # fmt: skip
_KINDS = {
    "operator": "operator", "supplier": "vendor", "supplier two": "vendor", "home CERT": "cert", "affected CERT": "cert",
    "affected CERT two": "cert", "affected SPOC": "spoc", "authority": "regulator", "signatory": "other", "signatory two": "other",
    "signatory three": "other",
}  # fmt: skip
_NAMED = (Role.GROUP, Role.PARTY)
_SIGNATORIES = ("signatory", "signatory two", "signatory three")
"""Of whom a clause names itself so many have a part in the case; more of them would show nothing more."""
SLOTS = {
    Role.OPERATOR: ("operator",), Role.SUPPLIERS: ("supplier",), Role.ANY_PARTY: ("operator", "supplier"),
    Role.HOME_CERT: ("home CERT",), Role.AFFECTED_CERTS: ("affected CERT",), Role.AFFECTED_SPOCS: ("affected SPOC",),
}  # fmt: skip
"""Who a role is in the case. An authority may be the CERT, and the filer any of them: neither asks for somebody of its own."""


def slots(clauses: Iterable[Commitment]) -> tuple[str, ...]:
    """Whom the clauses need, in the order in which they name them."""
    asked = (role for each in clauses for role in (each.owed_by.role, each.owed_to.role))
    return tuple(dict.fromkeys(slot for role in asked for slot in SLOTS.get(role, ())))


@dataclass(slots=True)
class Cast:
    """The parties of one made-up case, by slot. Whoever is no signatory has a URI that says so."""

    countries: list[str]
    competences: frozenset[str]
    uris: dict[str, str]
    placed: dict[str, str]
    """Where the case says that somebody is; whoever it does not speak of is at home with the operator, or abroad."""
    abroad: tuple[str, ...] = ()
    made: dict[str, Party] = field(default_factory=dict)

    def party(self, slot: str) -> Party:
        """Whoever fills the slot; made on first use."""
        if slot not in self.made:
            uri = self.uris.get(slot, f"https://no-signatory.example/#{slot.replace(' ', '-')}")
            country = self._country(slot)
            competent = self.competences if slot == "authority" or ("authority" not in self.uris and slot == "home CERT") else frozenset()
            self.made[slot] = Party(
                uuid.uuid5(uuid.NAMESPACE_URL, f"{slot} {uri}"), uri, slot.replace(" ", "-"), f"the {slot}", _KINDS[slot], country,
                _WHERE.get(country, "UTC"), f"{country}:public" if country in _WHERE else "weekend", competent,
            )  # fmt: skip
        return self.made[slot]

    def _country(self, slot: str) -> str:
        home = self.placed.get("operator", self.countries[0])
        if (kind := slot.removesuffix(" two").removesuffix(" three")) in self.placed:
            return self.placed[kind]
        others = [*self.abroad, *(each for each in self.countries if each != home and each not in self.abroad)] or [home]
        place = {
            "supplier": 1,
            "supplier two": 2,
            "affected CERT": 0,
            "affected CERT two": 1,
            "affected SPOC": 0,
            "signatory two": 0,
            "signatory three": 1,
        }.get(slot)
        return home if place is None else others[place % len(others)]


def cast_case(agreement: Agreement, stage: Stage) -> Case:
    """The case of that stage. Every dated fact that starts a clock of the agreement happened an hour before it was filed."""
    watched = [each for name in stage.watched if (each := agreement.commitment(name))]
    answers = binding_answers(watched) if stage.answers is None else stage.answers
    filed_at = stage.at or _a_wednesday(agreement)
    cast = _cast(agreement, watched, stage.as_written, answers)
    directory = [cast.party(slot) for slot in cast.uris]
    operator, filer = cast.party("operator"), _filer(cast, watched)
    suppliers = tuple(each for each in directory if each.slug.startswith("supplier")) or (cast.party("supplier"),)
    everybody = tuple({each.id: each for each in (*directory, operator, *suppliers, filer)}.values())
    deployment = Deployment(
        uuid.uuid5(uuid.NAMESPACE_URL, agreement.name), "example", "Example", operator.jurisdiction, operator, suppliers, "Example system",
        "1", (), tuple(sorted({each.jurisdiction for each in everybody})),
    )  # fmt: skip
    case = Case(
        deployment.id, "EXAMPLE-1", "EXAMPLE", str(answers.get(("stage", ""), "early_warning")), "What happened.",
        str(answers.get(("severity", ""), "high")), str(answers.get(("tlp", ""), "GREEN")), _affected(answers, directory),
        answers.get(("exercise", "")) is True, filed_at, filer, deployment, everybody, Facts(),
    )  # fmt: skip
    return _with_facts(case, agreement, watched, answers, cast)


def binding_answers(watched: list[Commitment]) -> Answers:
    """Answers that make all these clauses bind; none where nothing can, or where it was not analysed."""
    return answers_for(*(spoken_for(each) for each in watched)) or {}


def _cast(agreement: Agreement, watched: list[Commitment], as_written: bool, answers: Answers) -> Cast:
    clauses = agreement.commitments if as_written else (*watched, *agreement.commitments)
    wanted = [*slots(clauses), "authority", "supplier two", "affected CERT two"]
    competences = frozenset(p.competence for each in clauses for p in (each.owed_by, each.owed_to) if p.competence)
    if not competences:
        wanted.remove("authority")
    for slot, role in (("supplier two", Role.SUPPLIERS), ("affected CERT two", Role.AFFECTED_CERTS)):
        if not any(role in (each.owed_by.role, each.owed_to.role) for each in clauses):
            wanted.remove(slot)
    residency = watched[0].limits.residency if watched else ()
    countries = [each for each in _WHERE if each not in residency] or ["NZ"]
    affected = answers.get(("affected_countries", ""))
    placed = _placed(watched, answers)
    home = placed.get("operator", countries[0])
    abroad = tuple(str(each) for each in affected if each != home) if isinstance(affected, tuple) else ()
    return Cast(countries, competences, _uris(wanted, agreement, watched, as_written), placed, abroad)


def _uris(wanted: list[str], agreement: Agreement, watched: list[Commitment], as_written: bool) -> dict[str, str]:
    """Who fills which slot. Whoever the watched clauses name is kept for what they say, as long as others can fill the roles."""
    named = list(
        dict.fromkeys(uri for each in watched for asked in (each.owed_by, each.owed_to) for uri in asked.named[: len(_SIGNATORIES)])
    )
    others = list(agreement.parties) if as_written else [each for each in agreement.parties if each not in named]
    filled = dict(zip(wanted, [*others, *named], strict=False))
    left = [uri for uri in named if uri not in filled.values()]
    return filled | dict(zip(_SIGNATORIES, left, strict=False))


def _placed(watched: list[Commitment], answers: Answers) -> dict[str, str]:
    """By slot. The home CERT and the authority are where the operator is, so asking for their country asks for its."""
    placed: dict[str, str] = {}
    for (fact, of), value in answers.items():
        if fact != "jurisdiction" or value is None:
            continue
        asked = watched[0].owed_by if of == "owed_by" and watched else watched[0].owed_to if of == "owed_to" and watched else None
        (slot, *_) = (_SIGNATORIES if asked.role in _NAMED else SLOTS.get(asked.role, ("operator",))) if asked else ("operator",)
        placed["operator" if slot == "home CERT" else slot] = str(value)
    return placed


def _filer(cast: Cast, watched: list[Commitment]) -> Party:
    """Somebody who is not told by the first clause: the filer knows already and is sent nothing."""
    told = watched[0].owed_to.role if watched else Role.SUPPLIERS
    return cast.party("operator" if told in (Role.HOME_CERT, *AUTHORITIES) else "home CERT")


def _affected(answers: Answers, directory: list[Party]) -> tuple[str, ...]:
    said = answers.get(("affected_countries", ""))
    if isinstance(said, tuple):
        return tuple(str(each) for each in said)
    return tuple(dict.fromkeys(each.jurisdiction for each in directory if each.slug.startswith("affected")))


def _with_facts(case: Case, agreement: Agreement, watched: list[Commitment], answers: Answers, cast: Cast) -> Case:
    happened = Moment.exactly(case.filed_at - timedelta(hours=1))
    facts: dict[tuple[str, uuid.UUID], Fact] = {}
    for name, party in _anchors(case, agreement, cast):
        facts[name, party.id] = Fact(case.id, name, happened, party.id, case.filer.id, case.filed_at)
    for (name, of), value in answers.items():
        if of and name != "jurisdiction":
            stated = happened if value == STATED else value
            for party in _whose(case, of, watched, cast):
                facts[name, party.id] = Fact(case.id, name, stated, party.id, case.filer.id, case.filed_at)  # type: ignore[arg-type]
    return replace(case, facts=Facts(facts))


def _anchors(case: Case, agreement: Agreement, cast: Cast) -> Iterator[tuple[str, Party]]:
    known = vocabulary()
    for each in agreement.commitments:
        for anchor in each.anchors:
            if anchor.kind == "fact" and anchor.name in known and known[anchor.name].type == "instant":
                yield from ((anchor.name, party) for party in _whose(case, anchor.of, [each], cast))


def _whose(case: Case, of: str, watched: list[Commitment], cast: Cast) -> list[Party]:
    if of in ("owed_by", "owed_to") and watched:
        asked: Parties = watched[0].owed_by if of == "owed_by" else watched[0].owed_to
        if asked.role in AUTHORITIES:
            return [each for each in case.directory if each.competences]
        if asked.role in _NAMED:
            return [each for each in cast.made.values() if each.uri in asked.named]
        if asked.role in SLOTS:
            names = SLOTS[asked.role]
            return [each for slot, each in cast.made.items() if slot.removesuffix(" two") in names]
    return [case.filer if of == "filer" else case.operator]


def _a_wednesday(agreement: Agreement) -> datetime:
    """The first Wednesday of the term at 09:00 UTC; its first instant where the term is over by then."""
    start = agreement.in_force_from
    day = start.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    day += timedelta(days=(2 - day.weekday()) % 7)
    return day if agreement.in_force(day) else start
