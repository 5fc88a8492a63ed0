"""What must not be transferred against what must be told, what a document includes, and clauses for one duty side by side."""

from __future__ import annotations

from pathlib import Path

from incident.rules import regimes
from incident.rules.terms import Agreement, bound, composing
from incident.rules.terms.composing import comparing
from tests.rules.layered import baseline, clause, document
from tests.rules.planning_case import FRENCH, law
from tests.rules.test_composing import FIXED, codes, planned

# Restrictions and inclusions

KEPT = {"id": "kept", "title": "Health data stays", "cite": "§ 20", "fields": ["summary", "fact:personal_data_breach"], "only_to": ["EE"]}
TELLS = {"discharged_by": "sent", "tell": {"fields": ["reference", "summary"]}}


def test_every_clause_that_tells_has_the_restrictions_of_every_document_among_its_limits() -> None:
    below = document("base", "baseline", clause(**TELLS), clause("plan"))
    above = document("keeps", "national", restrictions=[KEPT])
    by_id = {each.id: each for each in bound([below, above], ())}
    assert [each.id for each in by_id["notice"].limits.restrictions] == ["kept"]
    assert by_id["plan"].limits.restrictions == ()


def test_must_tell_against_must_not_transfer_is_a_finding() -> None:
    above = document("keeps", "national", restrictions=[KEPT])
    assert codes(document("base", "baseline", clause(**TELLS)), above) == ["restriction.narrows"]
    assert codes(document("base", "baseline", clause(must_contain=["summary"], **TELLS)), above) == ["restriction.conflict"]
    assert codes(document("base", "baseline", clause(**TELLS | {"tell": {"fields": ["facts"]}})), above) == ["restriction.narrows"]
    assert codes(document("base", "baseline", clause(**TELLS | {"tell": {"fields": ["reference"]}})), above) == []
    stays = clause(handling={"residency": ["EE"]}, **TELLS)
    assert codes(document("base", "baseline", stays), above) == []
    others = document("keeps", "national", restrictions=[KEPT], parties=["https://a.example/#x", "https://b.example/#x"])
    assert codes(document("base", "baseline", clause(**TELLS)), others) == []


def test_where_the_creditor_is_known_to_be_decides() -> None:
    named = document("base", "baseline", clause(owed_to={"role": "party", "party": FRENCH.uri}, **TELLS))
    above = document("keeps", "national", restrictions=[KEPT])
    at = {country: composing.composed([named, above], (), {FRENCH.uri: country}).findings for country in ("EE", "FR")}
    assert (len(at["EE"]), len(at["FR"])) == (0, 1)


def test_an_inclusion_is_met_by_that_version_and_text_alone() -> None:
    base, nis2 = baseline(), regimes.regime("eu.nis2.art23")
    assert nis2

    def includes(**what: str) -> Agreement:
        return document("ee", "national", clause("own"), includes=[{"cite": "§ 1", **what}])

    exact = includes(agreement="base", version="1", digest=base.digest)
    assert codes(base, exact) == []
    assert codes(exact) == ["include.absent"]
    assert codes(base, includes(agreement="base", version="2", digest=base.digest)) == ["include.version"]
    assert codes(base, includes(agreement="base", version="1", digest=exact.digest)) == ["include.digest"]
    assert codes(includes(regime=nis2.id, version=nis2.version)) == []
    assert codes(includes(regime=nis2.id, version="0")) == ["include.version"]
    assert codes(includes(regime="xx.no.law", version="0")) == ["include.absent"]


# Groups


def test_clauses_for_one_duty_are_grouped_and_each_pair_is_compared() -> None:
    duty = law("warning")
    base = document("base", "baseline", clause("a", duty=duty.id, within={"hours": 12}, counting={"zone": "Europe/Tallinn"}))
    two = document("two", "bilateral", clause("b", duty=duty.id, within={"business_days": 1}, **FIXED), clause("c"))
    found = composing.composed([base, two], (duty,))
    (group,) = comparing.grouped(found.rules, [base, two])
    assert (group.duty, [each.commitment.id for each in group.rules]) == (duty.id, [duty.id, "a", "b"])
    said_ = {(each.upper.id, each.lower.id): (each.found.how, each.same_start) for each in group.pairs}
    assert said_ == {("a", duty.id): ("always", False), ("b", duty.id): ("never", False), ("b", "a"): ("never", True)}


def test_a_day_and_a_business_day_are_sometimes_stricter_with_a_witness() -> None:
    base = document("base", "baseline", clause("a", duty="x.y", within={"hours": 24}, **FIXED))
    two = document("two", "bilateral", clause("b", duty="x.y", within={"business_days": 1, "at": "17:00"}, **FIXED))
    (group,) = comparing.grouped(composing.composed([base, two]).rules, [base, two])
    (pair,) = group.pairs
    assert (pair.found.how, pair.found.later_too) == ("sometimes", True)
    assert pair.found.earlier
    assert pair.found.earlier.new < pair.found.earlier.old


def test_the_earliest_of_a_group_is_shown_and_each_stays_its_own() -> None:
    base = document("base", "baseline", clause("a", duty="x.y"))
    two = document("two", "bilateral", clause("b", duty="x.y", within={"hours": 6}), clause("c"))
    groups = {each.duty: each for each in comparing.earliest(planned(base, two))}
    assert {duty: len(each.planned) for duty, each in groups.items()} == {"x.y": 2, "c": 1}
    first = groups["x.y"].first
    assert first
    assert first.commitment.id == "b"


def test_the_guide_names_every_code() -> None:
    guide = (Path(__file__).parents[2] / "docs/agreements.md").read_text(encoding="utf-8")
    assert [code for code in composing.CODES if f"`{code}`" not in guide] == []
