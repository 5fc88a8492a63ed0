"""Which states a case is relayed to: the affected ones beside its own, each once, from when it was known, in whatever order they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules.case import Case, affected_since
from incident.rules.commitment import Anchor, Commitment, Discharge, Parties, Role, Tell
from incident.rules.planning import Planned, plan
from incident.rules.routing import route
from tests.rules.planning_case import EVERYBODY, FRENCH, NOW, case, law, party

SPOC = frozenset({"nis2.spoc"})
KNOWN = party("spoc-fr", "spoc", "FR")
COUNTRIES = ("EE", "FR", "US", "DE", "IT", "JP")
NAMED = st.lists(st.sets(st.sampled_from(COUNTRIES)), min_size=1, max_size=6)


def relaying(**more: object) -> Commitment:
    given = {
        "owed_by": Parties(Role.FILER), "owed_to": Parties(Role.AFFECTED_SPOCS), "anchors": (Anchor("filing"),), "period": None,
        "discharged_by": Discharge.RECEIVED, "tell": Tell(("reference", "tlp", "affected_countries")),
    }  # fmt: skip
    return law("inform", **(given | more))


def after(steps: list[set[str]]) -> tuple[Case, dict[str, datetime]]:
    """The case after each step has named its countries an hour after the one before; and since when each is named."""
    first, *later = steps
    stands = replace(case(directory=(*EVERYBODY, KNOWN)), affected_countries=tuple(sorted(first)))
    since = dict.fromkeys(first, NOW)
    for hours, named in enumerate(later, start=1):
        now = NOW + timedelta(hours=hours)
        known = affected_since(stands.affected_countries, stands.affected_since, named, now)
        stands = replace(stands, affected_countries=tuple(sorted(named)), affected_since=known)
        since = {country: since.get(country, now) for country in named}
    return stands, since


@settings(deadline=None)
@given(NAMED)
def test_the_relays_are_the_affected_states_without_the_own_each_once_whatever_the_order(steps: list[set[str]]) -> None:
    stands, since = after(steps)
    made = plan(stands, [relaying()])
    assert sorted(str(each.relay_to) for each in made) == sorted(set(steps[-1]) - {"EE"})
    assert {each.relay_to: each.started_at for each in made} == {state: since[state] for state in set(steps[-1]) - {"EE"}}
    assert len({each.key for each in made}) == len(made)


@settings(deadline=None)
@given(NAMED)
def test_a_state_that_stays_named_keeps_its_start(steps: list[set[str]]) -> None:
    stands, since = after(steps)
    again, _ = after([*steps, set(steps[-1]) | {"JP"}])
    assert {country: again.known_affected_at(country) for country in since} == {
        country: stands.known_affected_at(country) for country in since
    }


def to_france(*directory: object) -> Planned:
    stands = replace(case(directory=(*EVERYBODY, *directory)), affected_countries=("FR",))  # type: ignore[arg-type]
    (made,) = plan(stands, [relaying()])
    return made


def test_a_contact_point_goes_before_a_cert_with_the_competence_and_that_before_nobody() -> None:
    competent = party("cert-fr-two", "cert", "FR", competences=SPOC)
    assert to_france(competent, KNOWN).creditor == KNOWN
    assert to_france(competent).creditor == competent
    nobody = to_france()
    assert (nobody.creditor, nobody.relay_to, nobody.occurrence) == (None, "FR", "to FR")
    assert [line.text for line in nobody.because if line.code == "no_contact"] == ["No single point of contact is registered for FR."]


def test_nobody_is_told_where_nobody_is_registered() -> None:
    stands = replace(case(), affected_countries=("DE",))
    made = plan(stands, [relaying()])
    assert [each.relay_to for each in made] == ["DE"]
    assert route(stands, made) == []


def agreed(name: str, release: str, fields: tuple[str, ...], max_tlp: str = "AMBER+STRICT") -> Commitment:
    clause = relaying(owed_to=Parties(Role.AFFECTED_CERTS), tell=Tell(fields, release))  # type: ignore[arg-type]
    source = replace(clause.source, kind="agreement", name=name)
    limits = replace(clause.limits, max_tlp=max_tlp)
    return replace(clause, id=name, source=source, signatories=frozenset({"https://cert.example/#party", FRENCH.uri}), limits=limits)


FRENCH_SPOC = replace(FRENCH, competences=SPOC)
DIRECTORY = tuple(FRENCH_SPOC if each is FRENCH else each for each in EVERYBODY)


def test_what_a_clause_lets_go_at_once_performs_the_laws_relay_and_carries_no_more_than_the_clause_says() -> None:
    stands = replace(case(directory=DIRECTORY), affected_countries=("FR",))
    (draft,) = route(stands, plan(stands, [relaying(), agreed("pact", "pre_authorised", ("reference", "severity"))]))
    assert (draft.way, set(draft.items)) == ("at_once", {"reference", "severity"})
    assert {each.commitment.source.name for each in draft.performs} == {"pact", "eu.law"}


def test_where_the_clause_lets_nothing_go_the_laws_relay_awaits_an_officer_by_itself() -> None:
    stands = replace(case(directory=DIRECTORY), affected_countries=("FR",), tlp="AMBER")
    drafts = route(stands, plan(stands, [relaying(), agreed("pact", "pre_authorised", ("reference",), max_tlp="GREEN")]))
    performed = {draft.way: {each.commitment.source.name for each in draft.performs} for draft in drafts}
    assert performed["officer"] == {"eu.law"}


def test_the_clock_of_a_state_that_was_named_later_runs_from_then() -> None:
    late = NOW + timedelta(days=3)
    stands = replace(case(directory=DIRECTORY), affected_countries=("FR",), affected_since={"FR": late})
    made = {each.commitment.id: each for each in plan(stands, [relaying(), agreed("pact", "officer", ("reference",))])}
    assert {each.started_at for each in made.values()} == {late}
