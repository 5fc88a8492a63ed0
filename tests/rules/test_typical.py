"""Typical cases: invented, complete, moved by a slider, and played by whoever is at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import yaml

from incident.errors import Invalid
from incident.rules import typical
from incident.rules.legaltime import moment
from incident.rules.legaltime.values import Moment
from incident.rules.planning import NOT_PLANNED, plan
from incident.rules.simulate import Simulated
from incident.rules.terms import Agreement, load
from incident.rules.terms.library import specimen
from incident.rules.typical import Played, Typical

CASES = typical.cases()
WANTED = {
    *("ransomware", "model-weights", "processor-breach", "cloud-outage", "exploited-vulnerability", "ai-serious-incident"),
    *("hospital-outage", "payment-incident", "false-alarm", "exercise", "tlp-red", "facts-unknown", "state-added-later", "friday-evening"),
}


def shipped(name: str) -> Agreement:
    found = specimen(name)
    assert found
    return found.agreement


def case(name: str) -> Typical:
    found = typical.case(name)
    assert found
    return found


def tried(agreement: Agreement, name: str, at: str | None = None) -> list[tuple[Played, Simulated]]:
    return list(typical.performed(agreement, case(name), moment(at).earliest if at else None))


def due_at(found: Simulated, clause: str) -> datetime:
    ends = [each.then.planned.deadline for each in found.clocks if each.key[1] == clause and each.then]
    assert ends[0]
    return ends[0].due_at


def relayed_to(found: Simulated) -> set[str]:
    creditors = [each.then.planned.creditor for each in found.clocks if each.key[1] == "relay" and each.then]
    return {each.slug for each in creditors if each}


def between(*hosts: str) -> Agreement:
    """The bilateral document between other parties."""
    text = yaml.safe_dump(shipped("one-hour-cloud").document, sort_keys=False)
    for old, new in zip(("pt-agency", "orinoco-cloud", "cert-pt"), hosts, strict=True):
        text = text.replace(f"https://{old}.example", f"https://{new}")
    return load(text)


def test_there_is_one_of_every_kind_that_people_ask_for() -> None:
    ids = [each.id for each in CASES]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= WANTED


def test_everybody_who_plays_is_invented_and_says_so() -> None:
    troupe = typical.troupe()
    assert all("(invented)" in each.name for each in (*troupe.parties, *troupe.deployments.values()))
    assert all(each.uri == f"https://{each.slug}.example/#party" for each in troupe.parties)
    assert len({each.zone for each in troupe.parties}) >= 6


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.id)
def test_each_can_be_planned_and_says_nothing_that_is_not_known_when_it_is_filed(each: Typical) -> None:
    for setting in typical.settings(each):
        planned = plan(setting.case, setting.laws)
        assert all(one.occurrence != NOT_PLANNED for one in planned)
        instants = [fact.value for fact in setting.case.facts.by_key.values() if isinstance(fact.value, Moment)]
        assert instants
        assert max(one.latest for one in instants) <= setting.case.filed_at <= setting.at


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.id)
def test_the_slider_moves_all_of_a_case_and_changes_nothing_else(each: Typical) -> None:
    (named, *_), zone = typical.settings(each), typical.troupe().deployments[each.deployment].operator.zone
    aware = typical.aware_at(each, zone)
    assert typical.settings(each, aware) == typical.settings(each)
    (moved, *_) = typical.settings(each, aware + timedelta(hours=31))
    assert moved.case.filed_at - named.case.filed_at == timedelta(hours=31)
    for key, fact in named.case.facts.by_key.items():
        other = moved.case.facts.by_key[key].value
        if isinstance(fact.value, Moment) and isinstance(other, Moment):
            assert other.earliest - fact.value.earliest == timedelta(hours=31)
        else:
            assert other == fact.value
    assert replace(moved.case, filed_at=named.case.filed_at, facts=named.case.facts) == named.case


def test_two_business_days_from_a_friday_evening_pass_over_the_weekend_and_the_holiday() -> None:
    vendors = shipped("cert-vendor-sovereign-ai")
    text = yaml.safe_dump(vendors.document, sort_keys=False).replace("EE:public", "FR:public")
    ((_, evening),) = tried(load(text), "friday-evening")
    ((_, week_before),) = tried(load(text), "friday-evening", "2026-05-15T19:30:00+02:00")
    due = [due_at(found, "mitigation_plan") for found in (evening, week_before)]
    assert [each.date().isoformat() for each in due] == ["2026-05-27", "2026-05-19"]


def test_a_state_that_is_found_on_the_third_day_is_owed_what_the_others_are() -> None:
    first, later = tried(shipped("multi-state-relay"), "state-added-later")
    assert (first[0].step, later[0].step) == ("", "51 hours later: EE, FR, DE")
    told = [relayed_to(found) for _, found in (first, later)]
    assert told == [{"cert-fr"}, {"cert-fr", "cert-de"}]


def test_where_nothing_is_known_nobody_is_told_what_only_may_apply() -> None:
    ((_, found),) = tried(shipped("cert-vendor-sovereign-ai"), "facts-unknown")
    open_ = [each.then for each in found.clocks if each.then and each.then.planned.provisional]
    assert {each.planned.commitment.id for each in open_} >= {"signed_hashes"}
    assert [each.recipient.slug for each in found.tellings] == ["ee-ministry"]


def test_under_the_red_label_a_duty_to_tell_is_a_conflict_and_nothing_leaves() -> None:
    ((_, found),) = tried(shipped("cert-vendor-sovereign-ai"), "tlp-red")
    assert {(each.code, each.to) for each in found.conflicts if each.new} == {
        ("nothing_leaves", "meridian-models"),
        ("nothing_leaves", "halden-compute"),
    }


def test_parties_of_a_document_that_have_a_part_play_themselves() -> None:
    ((played, _),) = tried(shipped("one-hour-cloud"), "cloud-outage")
    assert {(each.party.split(".")[0], each.as_ and each.as_.slug, each.how) for each in played.parts} == {
        ("https://pt-agency", "pt-agency", "itself"),
        ("https://orinoco-cloud", "orinoco-cloud", "itself"),
        ("https://cert-pt", "cert-pt", "itself"),
    }


def test_parties_that_are_known_here_are_given_the_parts_that_suit_them() -> None:
    ((played, found),) = tried(shipped("one-hour-cloud"), "ransomware")
    assert [(each.as_ and each.as_.slug, each.duty, each.how) for each in played.parts] == [
        ("ee-ministry", "operator", "known"),
        ("meridian-models", "supplier", "known"),
        ("cert-ee", "home_cert", "known"),
    ]
    assert {each.key[1] for each in found.clocks if each.change == "added"} >= {"hour", "daily"}


def test_parties_that_nobody_knows_are_given_a_part_by_their_name_or_in_order() -> None:
    document = between("harbour.example", "cloudwright.example", "csirt.harbourland.example")
    ((played, found),) = tried(document, "ransomware")
    assert [(each.as_ and each.as_.slug, each.how) for each in played.parts] == [
        ("ee-ministry", "in_order"),
        ("meridian-models", "in_order"),
        ("cert-ee", "by_name"),
    ]
    assert {each.key[1] for each in found.clocks if each.change == "added"} >= {"hour", "daily"}


def test_whoever_finds_no_part_is_said_to_play_none() -> None:
    text = yaml.safe_dump(between("a.example", "b.example", "c.example").document, sort_keys=False)
    text = text.replace("parties:\n", "parties:\n" + "".join(f"- https://more-{each}.example/#party\n" for each in range(8)), 1)
    ((played, _),) = tried(load(text), "ransomware")
    assert {each.how for each in played.parts} == {"in_order", "left_over"}
    assert all(each.as_ is None for each in played.parts if each.how == "left_over")


def test_the_only_cert_of_a_document_plays_the_one_at_home_even_where_it_is_affected_itself() -> None:
    ((played, found),) = tried(shipped("cert-vendor-sovereign-ai"), "model-weights")
    assert [(each.as_ and each.as_.slug, each.duty) for each in played.parts][:2] == [("cert-fr", "home_cert"), ("fr-ministry", "operator")]
    assert any(each.change == "added" for each in found.clocks)


def test_what_is_tried_keeps_its_name_and_digest_whoever_plays() -> None:
    document = between("a.example", "b.example", "c.example")
    setting = typical.settings(case("ransomware"))[0]
    cast = typical.recast(document, typical.casting(document, case=setting.case))
    assert (cast.digest, cast.name, cast.document) == (document.digest, document.name, document.document)
    assert cast.parties == (
        "https://ee-ministry.example/#party",
        "https://meridian-models.example/#party",
        "https://halden-compute.example/#party",
    )
    assert all(each.signatories == frozenset(cast.parties) for each in cast.commitments)


def test_groups_and_limits_of_single_recipients_follow_whoever_plays() -> None:
    vendors = shipped("cert-vendor-sovereign-ai")
    setting = typical.settings(case("payment-incident"))[0]
    notice = typical.recast(vendors, typical.casting(vendors, case=setting.case)).commitments[0]
    assert notice.limits.recipients[0].to == {"https://sakura-inference.example/#party", "https://halden-compute.example/#party"}


def test_a_case_that_nobody_knows_and_an_instant_of_another_age_are_refused_by_name() -> None:
    with pytest.raises(Invalid) as unknown:
        typical.asked("flood", None)
    assert (unknown.value.faults[0].pointer, "ransomware" in unknown.value.faults[0].message) == ("/typical", True)
    with pytest.raises(Invalid) as early:
        typical.asked("all", moment("1900-01-01T00:00:00Z").earliest)
    assert early.value.faults[0].pointer == "/at"
