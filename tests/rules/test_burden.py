"""What one more layer costs: counted on cases that are planned with it and without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from incident import layers
from incident.rules import typical
from incident.rules.commitment import OnCall
from incident.rules.legaltime import Period
from incident.rules.planning import plan
from incident.rules.simulate import Setting
from incident.rules.terms import Agreement, bound
from incident.rules.terms.burden import Burden, burden
from incident.rules.terms.hours import Watch, _covered, _outside
from incident.rules.terms.library import specimen
from tests.rules.layered import baseline, clause, document, of, relaxes
from tests.rules.planning_case import FRENCH, NOW, case, law, said
from tests.rules.test_simulate import identity

TELLS: dict[str, Any] = {"discharged_by": "sent", "tell": {"fields": ["reference", "severity", "fact:personal_data_breach"]}}


def costs(overlay: Agreement, *base: Agreement, laws: Any = (), facts: Any = ()) -> Burden:
    return burden([Setting(case(*facts), (), tuple(laws), (), NOW)], base or (baseline(),), overlay)


def counts(found: Burden) -> dict[str, int]:
    (one,) = found.cases
    return {change: one.count(change) for change in layers.CHANGES if one.count(change)}


def test_a_clause_is_a_new_clock_and_its_acknowledgement_another() -> None:
    plain = costs(document("ee", "national", clause("own")))
    assert counts(plain) == {"added": 1}
    told = costs(document("ee", "national", clause("own", acknowledge_within={"hours": 4}, **TELLS)))
    assert (counts(told), told.acknowledgements) == ({"added": 2}, 1)


def test_what_it_relaxes_moves_and_what_it_displaces_ends() -> None:
    moved = costs(document("ee", "national", clause("own"), relaxations=[relaxes("base", hours=48)]))
    assert counts(moved) == {"added": 1, "later": 1}
    ended = costs(document("ee", "national", clause("own"), displacements=[{"of": of("base"), "by": "own", "cite": "§ 5"}]))
    assert counts(ended) == {"added": 1, "gone": 1}
    said_ = layers.burden(ended)
    assert (said_["relaxed"], said_["displaced"], layers.burden(moved)["relaxed"]) == (0, 1, 1)


def test_a_recipient_is_new_when_nobody_told_it_before() -> None:
    own = clause("own", owed_to={"role": "party", "party": FRENCH.uri}, **TELLS)
    found = costs(document("ee", "national", own))
    assert [each.uri for each in found.recipients] == [FRENCH.uri]
    again = document("two", "bilateral", own | {"id": "too"})
    assert costs(document("ee", "national", own), baseline(), again).recipients == ()


def test_answers_that_nobody_asks_yet_are_told_from_those_that_serve_it_too() -> None:
    own = clause("own", when={"fact": "significant_incident", "is": True}, anchor={"fact": "aware_at", "of": "operator"}, **TELLS)
    alone = costs(document("ee", "national", own))
    assert {(each.name, each.about) for each in alone.answers} == {
        ("significant_incident", "operator"), ("aware_at", "operator"), ("personal_data_breach", "operator")}  # fmt: skip
    assert {each.name for each in alone.reusable} == {"reference", "severity"}
    asking = document("two", "bilateral", clause("too", when={"fact": "significant_incident", "is": True}))
    beside = costs(document("ee", "national", own), baseline(), asking, laws=[law("warning")])
    assert {each.name for each in beside.answers} == {"personal_data_breach"}
    assert {each.name for each in beside.reusable} == {"aware_at", "significant_incident", "reference", "severity"}


def test_somebody_must_be_reachable_at_night_for_what_ends_within_one() -> None:
    quick = clause("own", owed_to={"role": "party", "party": FRENCH.uri}, acknowledge_within={"hours": 4}, **TELLS)
    quick["ladder"] = [{"contact": "manager", "before": {"minutes": 30}}]
    found = costs(document("ee", "national", quick))
    assert set(found.watches) == {
        Watch("cert-fr", contact, when) for contact in ("duty_desk", "manager") for when in ("night", "weekend")}  # type: ignore[arg-type]  # fmt: skip
    slow = costs(document("ee", "national", quick | {"acknowledge_within": {"business_days": 1}}))
    assert slow.watches == ()
    beside = costs(document("ee", "national", quick), baseline(), document("two", "bilateral", quick | {"id": "too"}))
    assert beside.watches == ()


@pytest.mark.parametrize(
    ("period", "when"),
    [
        (Period(13, "h", "elapsed_hours"), ["night", "weekend"]),
        (Period(14, "h", "elapsed_hours"), ["weekend"]),
        (Period(62, "h", "elapsed_hours"), []),
        (Period(1, "bd", "business_days"), []),
        (None, []),
    ],
)
def test_which_periods_reach_into_a_night_or_a_weekend(period: Period | None, when: list[str]) -> None:
    assert list(_outside(period)) == when


@pytest.mark.parametrize(
    ("days", "since", "until", "when"),
    [
        ({0, 1}, 8 * 60, 18 * 60, []),
        ({0, 1}, 7 * 60, 18 * 60, ["night"]),
        ({5}, 8 * 60, 18 * 60, ["weekend"]),
        ({4}, 18 * 60, 8 * 60, ["night", "weekend"]),
        ({4}, 18 * 60, 0, ["night"]),
        ({6}, 0, 0, ["night", "weekend"]),
    ],
)
def test_which_windows_lie_outside_office_hours(days: set[int], since: int, until: int, when: list[str]) -> None:
    assert list(_covered(OnCall("deputy", "owed_to", frozenset(days), since, until))) == when


def test_it_is_the_planner_that_counts() -> None:
    overlay = document("ee", "national", clause("own"), relaxations=[relaxes("base", hours=48)])
    found = costs(overlay, facts=[said("significant_incident", True)])
    production = plan(case(), bound([baseline(), overlay], ()))
    (one,) = found.cases
    then = [each.then.planned for each in one.clocks if each.then]
    assert {each.commitment.id for each in then} == {each.commitment.id for each in production}
    assert sorted(each.target_at or NOW for each in then) == sorted(each.target_at or NOW for each in production)
    assert len(identity(then)) == 2


def test_it_says_so_in_words_and_names_what_has_no_effect() -> None:
    overlay = document("ee", "national", clause("own"), relaxations=[relaxes("base", hours=90)])
    said_ = layers.burden(costs(overlay))
    assert said_["says"][1] == "In 1 case it starts 1 clock (1 in R), ends 0, and moves 0 to an earlier and 0 to a later instant."
    assert said_["says"][-1].startswith("relaxation.too_long: 90 hours instead of 24 hours")
    assert [each["code"] for each in said_["findings"]] == ["relaxation.too_long"]


def test_another_version_of_the_same_agreement_takes_its_place() -> None:
    longer = document("base", "baseline", clause(within={"hours": 30}), version="2")
    assert counts(costs(longer)) == {"later": 1}


def test_the_typical_cases_give_figures_of_their_own() -> None:
    baseline_, overlay = (found.agreement for name in ("eu-incident-baseline", "health-overlay") if (found := specimen(name)))
    found = burden(typical.in_full(), [baseline_], overlay, typical.together)
    assert [each.reference for each in found.cases] == [each.id for each in typical.cases()]
    added = {each.reference: each.count("added") for each in found.cases}
    assert (added["hospital-outage"], added["model-weights"]) == (8, 0)
    assert {each.uri for each in found.recipients} == {"https://ee-health.example/#party"}


def test_a_document_whose_parties_nobody_knows_is_played_by_the_cast() -> None:
    overlay = document("ee", "national", clause("own"), relaxations=[relaxes("base", hours=48)])
    strangers = replace(overlay, parties=tuple(f"https://unheard-of-{number}.example/#party" for number in range(3)))
    below = replace(baseline(), parties=strangers.parties)
    together = typical.together(typical.in_full()[0].case, (strangers, below))
    assert together[0].parties == together[1].parties
    assert not set(together[0].parties) & set(strangers.parties)
