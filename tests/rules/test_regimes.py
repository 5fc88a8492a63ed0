"""The laws as encoded, read as a jurist would: who owes what to whom, from when, within which period, and what applied when."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import resources

import pytest

from incident.rules.commitment import Anchor, Commitment, Discharge, Parties, Role
from incident.rules.conditions import Truth, named, truth
from incident.rules.legaltime import Basis, Moment, Period, Place, check, deadline
from incident.rules.legaltime.shipped import ShippedFault, names, parse, read
from incident.rules.regimes import applicable, catalogue, commitments, reading
from incident.rules.vocabulary import profile_questions, vocabulary

TODAY = date(2026, 11, 22)
NOW = Moment.exactly(datetime(2026, 11, 20, 15, 40, tzinfo=UTC))
Said = Mapping[str, object]


def law(id: str, on: date = TODAY) -> Commitment:
    return next(each for each in commitments(on) if each.id == id and "(" not in each.source.version)


def holds(commitment: Commitment, said: Said, **roles: Said) -> Truth:
    """Whether it binds when `said` is known of the operator, and each role's own facts of that role."""
    return truth(commitment.when, lambda fact, of: roles.get(of, {} if of in roles else said).get(fact))


def bound(on: date) -> set[str]:
    return {each.source.name for each in commitments(on)}


ESSENTIAL = {"jurisdiction": "AT", "is_essential_entity": True, "significant_incident": True}
CONTROLLER = {"jurisdiction": "EE", "is_controller": True, "personal_data_breach": True}
INDIAN = {"jurisdiction": "IN", "is_certin_obliged": True, "listed_in_certin_annex": True}
REGISTRANT = {"jurisdiction": "US", "is_sec_registrant": True, "material_to_investors": True}


class TestNis2:
    def test_its_stages_and_periods(self) -> None:
        early, notification, final = (law(f"eu.nis2.art23.{stage}") for stage in ("early_warning", "incident_notification", "final_report"))
        assert early.period == Period(24, "h", "eu1182_hours")
        assert early.source.cite == "Directive (EU) 2022/2555 Art. 23(4)(a)"
        assert early.title == "NIS2 early warning"
        assert notification.period == Period(72, "h", "eu1182_hours")
        assert early.anchors == notification.anchors == (Anchor("fact", "aware_at", "owed_by"),)
        assert final.period == Period(1, "mo", "eu1182_months")
        assert final.anchors == (Anchor("after", "incident_notification"),)
        assert early.owed_by == Parties(Role.OPERATOR)
        assert early.owed_to == Parties(Role.AUTHORITY, competence="nis2.csirt")
        assert early.discharged_by is Discharge.SUBMITTED

    def test_it_binds_essential_and_important_entities_of_member_states(self) -> None:
        early = law("eu.nis2.art23.early_warning")
        assert holds(early, ESSENTIAL) is True
        assert holds(early, {**ESSENTIAL, "is_essential_entity": False, "is_important_entity": True}) is True
        assert holds(early, {**ESSENTIAL, "is_essential_entity": False, "is_important_entity": False}) is False
        assert holds(early, {**ESSENTIAL, "is_essential_entity": None}) is None
        assert holds(early, {**ESSENTIAL, "significant_incident": None}) is None

    @pytest.mark.parametrize("country", ["IN", "US", "NO", "GB", "CH"])
    def test_outside_the_union_it_is_no_open_question(self, country: str) -> None:
        assert holds(law("eu.nis2.art23.early_warning"), {"jurisdiction": country}) is False

    def test_trust_services_have_24_hours_for_the_notification(self) -> None:
        usual = law("eu.nis2.art23.incident_notification")
        short = law("eu.nis2.art23.trust_service.incident_notification")
        assert short.period == Period(24, "h", "eu1182_hours")
        trust = {**ESSENTIAL, "is_trust_service_provider": True, "impacts_trust_services": True}
        assert (holds(usual, trust), holds(short, trust)) == (False, True)
        spared = {**trust, "impacts_trust_services": False}
        assert (holds(usual, spared), holds(short, spared)) == (True, False)
        unsaid = {**ESSENTIAL, "is_trust_service_provider": True}
        assert (holds(usual, unsaid), holds(short, unsaid)) == (True, None)

    def test_an_ongoing_incident_puts_a_progress_report_in_place_of_the_final_one(self) -> None:
        stages = ("final_report", "progress_report", "final_after_ongoing")
        final, progress, later = (law(f"eu.nis2.art23.{stage}") for stage in stages)
        assert [holds(each, ESSENTIAL) for each in (final, progress, later)] == [True, False, False]
        ongoing = {**ESSENTIAL, "incident_ongoing": True}
        assert [holds(each, ongoing) for each in (final, progress, later)] == [False, True, True]
        assert later.anchors == (Anchor("fact", "handled_at", "owed_by"),)

    def test_an_intermediate_report_is_owed_once_asked_for_and_has_no_number(self) -> None:
        asked = law("eu.nis2.art23.intermediate")
        assert asked.period is None
        assert holds(asked, ESSENTIAL) is False
        assert holds(asked, {**ESSENTIAL, "authority_request_received": NOW}) is True

    def test_it_applied_from_18_october_2024(self) -> None:
        assert "eu.nis2.art23.early_warning" not in {each.id for each in commitments(date(2024, 10, 17)) if "(" not in each.source.version}
        assert "eu.nis2.art23" in bound(date(2024, 10, 18))
        assert "National law counts" in law("eu.nis2.art23.early_warning").because_applies

    def test_the_friday_evening_early_warning_in_tallinn(self) -> None:
        early = law("eu.nis2.art23.early_warning")
        assert early.period is not None
        found = deadline(early.period, NOW, Place("Europe/Tallinn", "EE:public"), basis=early.basis, cite=early.source.cite)
        assert found.target_at == datetime(2026, 11, 21, 15, 40, tzinfo=UTC)
        assert found.due_at == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
        assert found.basis is Basis.STATUTE


class TestGdpr:
    def test_the_controller_notifies_within_72_hours_of_its_own_awareness(self) -> None:
        authority = law("eu.gdpr.art33.authority")
        assert authority.period == Period(72, "h", "eu1182_hours")
        assert authority.source.cite == "Regulation (EU) 2016/679 Art. 33(1)"
        assert authority.anchors == (Anchor("fact", "aware_at", "owed_by"),)
        assert authority.owed_by == Parties(Role.ANY_PARTY)
        assert authority.owed_to == Parties(Role.AUTHORITY, competence="gdpr.supervisory")

    @pytest.mark.parametrize(("risk", "expected"), [(None, True), ("unknown", True), ("risk", True), ("high", True), ("none", False)])
    def test_a_risk_nobody_knows_is_notified(self, risk: str | None, expected: bool) -> None:
        assert holds(law("eu.gdpr.art33.authority"), {**CONTROLLER, "risk_to_individuals": risk}) is expected

    def test_without_knowing_of_a_breach_it_stays_open(self) -> None:
        assert holds(law("eu.gdpr.art33.authority"), {**CONTROLLER, "personal_data_breach": None}) is None
        assert holds(law("eu.gdpr.art33.authority"), {**CONTROLLER, "personal_data_breach": False}) is False

    def test_it_binds_in_the_whole_economic_area(self) -> None:
        authority = law("eu.gdpr.art33.authority")
        assert holds(authority, {**CONTROLLER, "jurisdiction": "NO"}) is True
        assert holds(authority, {**CONTROLLER, "jurisdiction": "US"}) is False

    def test_the_processor_tells_the_controller_whatever_the_risk_and_without_a_number(self) -> None:
        processor = law("eu.gdpr.art33.processor_to_controller")
        assert processor.period is None
        assert processor.owed_to == Parties(Role.OPERATOR)
        vendor = {"jurisdiction": "US", "is_processor": True}
        assert holds(processor, {**CONTROLLER, "risk_to_individuals": "none"}, owed_by=vendor) is True
        assert holds(processor, CONTROLLER, owed_by={**vendor, "is_processor": False}) is False

    def test_it_applied_from_25_may_2018(self) -> None:
        assert "eu.gdpr.art33" not in bound(date(2018, 5, 24))
        assert "eu.gdpr.art33" in bound(date(2018, 5, 25))


class TestCertIn:
    def test_six_elapsed_hours_from_the_earlier_of_noticing_and_awareness(self) -> None:
        report = law("in.certin.report")
        assert report.period == Period(6, "h", "elapsed_hours")
        assert report.anchors == (Anchor("fact", "noticed_at", "owed_by"), Anchor("fact", "aware_at", "owed_by"))
        assert report.combine == "earliest"
        assert "where no noticing is recorded" in report.because_applies
        assert report.owed_to == Parties(Role.AUTHORITY, competence="certin")

    def test_it_is_an_open_question_in_india_only(self) -> None:
        report = law("in.certin.report")
        assert holds(report, INDIAN) is True
        assert holds(report, {**INDIAN, "is_certin_obliged": None}) is None
        assert holds(report, {**INDIAN, "is_certin_obliged": None, "jurisdiction": "EE"}) is False
        assert holds(report, {**INDIAN, "jurisdiction": "EE"}) is True

    def test_it_applied_from_27_june_2022(self) -> None:
        assert "in.certin" not in bound(date(2022, 6, 26))
        assert "in.certin" in bound(date(2022, 6, 27))


class TestSec:
    def test_four_business_days_of_the_commission_from_the_determination(self) -> None:
        form = law("us.sec.8k105.form_8k")
        assert form.period == Period(4, "bd", "business_days", "17:30")
        assert form.anchors == (Anchor("fact", "determined_at", "owed_by"),)
        assert (form.counting.zone_of, form.counting.calendar_of) == (
            "fixed:America/New_York",
            "fixed:US:government",
        )
        assert form.owed_to == Parties(Role.COMPETENT, competence="sec")

    def test_the_registrants_own_word_on_materiality_counts(self) -> None:
        form = law("us.sec.8k105.form_8k")
        vendor = {"jurisdiction": "US", "is_sec_registrant": True}
        assert holds(form, REGISTRANT) is True
        assert holds(form, {"material_to_investors": True}, owed_by=vendor) is True
        assert holds(form, {"material_to_investors": True}, owed_by={**vendor, "material_to_investors": False}) is False
        assert holds(form, {}, owed_by={**vendor, "material_to_investors": True}) is True
        assert holds(form, {}, owed_by=vendor) is None

    def test_a_party_elsewhere_that_never_said_so_is_no_registrant(self) -> None:
        assert holds(law("us.sec.8k105.form_8k"), {"jurisdiction": "EE"}) is False

    def test_missing_information_starts_its_own_four_days(self) -> None:
        amendment = law("us.sec.8k105.amendment")
        assert amendment.period == Period(4, "bd", "business_days", "17:30")
        assert holds(amendment, REGISTRANT) is False
        assert holds(amendment, {**REGISTRANT, "new_fact_at": NOW}) is True

    def test_it_applied_from_18_december_2023(self) -> None:
        assert "us.sec.8k105" not in bound(date(2023, 12, 17))
        assert "us.sec.8k105" in bound(date(2023, 12, 18))


class TestAiAct:
    PROVIDER = {"jurisdiction": "US", "is_highrisk_ai_provider": True}  # noqa: RUF012

    def holding(self, **said: object) -> dict[str, Truth]:
        about = {"jurisdiction": "EE", "affected_countries": ["EE"], **said}
        return {
            stage: holds(law(f"eu.aiact.art73.{stage}"), about, owed_by=self.PROVIDER)
            for stage in ("general", "critical_infra_or_widespread", "death")
        }

    def test_fifteen_ten_and_two_days_from_the_earlier_awareness(self) -> None:
        found = {stage: law(f"eu.aiact.art73.{stage}") for stage in ("general", "death", "critical_infra_or_widespread")}
        assert [each.period for each in found.values()] == [Period(n, "d", "eu1182_days") for n in (15, 10, 2)]
        for each in found.values():
            assert each.anchors == (Anchor("fact", "aware_at", "owed_by"), Anchor("fact", "aware_at", "operator"))
            assert each.combine == "earliest"
            assert each.owed_by == Parties(Role.SUPPLIERS)
            assert each.owed_to == Parties(Role.HOME_AUTHORITY, competence="aiact.market_surveillance")

    def test_the_shorter_periods_apply_notwithstanding_the_general_one(self) -> None:
        both = {"widespread_infringement": False}
        assert self.holding(ai_serious_incident="health", **both) == {
            "general": True,
            "critical_infra_or_widespread": False,
            "death": False,
        }
        assert self.holding(ai_serious_incident="death", **both) == {
            "general": False,
            "critical_infra_or_widespread": False,
            "death": True,
        }
        assert self.holding(ai_serious_incident="critical_infra") == {
            "general": False,
            "critical_infra_or_widespread": True,
            "death": False,
        }
        assert self.holding(ai_serious_incident="health", widespread_infringement=True) == {
            "general": False,
            "critical_infra_or_widespread": True,
            "death": False,
        }

    def test_an_incident_that_nobody_has_judged_stays_open_and_none_closes_it(self) -> None:
        assert set(self.holding().values()) == {None}
        assert set(self.holding(ai_serious_incident="none", widespread_infringement=False).values()) == {False}

    def test_it_needs_the_union(self) -> None:
        assert set(self.holding(ai_serious_incident="death", jurisdiction="IN", affected_countries=["IN"]).values()) == {False}
        abroad = self.holding(ai_serious_incident="death", jurisdiction="IN", affected_countries=["IN", "FR"])
        assert abroad["death"] is True

    def test_before_august_2026_nothing_then_planning_then_law(self) -> None:
        general = "eu.aiact.art73.general"
        assert "eu.aiact.art73" not in bound(date(2026, 8, 1))
        for planned in (date(2026, 8, 2), TODAY, date(2027, 12, 1)):
            assert "The deferral is an inference" in (law(general, planned).provisional_because or "")
        assert law(general, date(2027, 12, 2)).provisional_because is None


def test_nothing_applied_before_any_of_these_laws() -> None:
    assert not {"eu.nis2.art23", "eu.gdpr.art33", "eu.aiact.art73", "in.certin", "us.sec.8k105"} & bound(date(2014, 5, 3))


def test_only_a_deferred_law_and_a_directive_without_its_national_law_are_shown_for_planning() -> None:
    found = {each.source.name for each in commitments(TODAY) if each.provisional_because and "(" not in each.source.version}
    assert found == {"eu.aiact.art73", "eu.nis2.art23", "eu.cer.art15", "eu.psd2.art96"}
    assert law("eu.nis2.art23.early_warning").provisional_because != law("eu.aiact.art73.death").provisional_because


def test_an_officer_who_names_the_national_law_makes_a_directive_bind() -> None:
    armed = commitments(TODAY, {"eu.nis2.art23": date(2026, 1, 1)})
    assert {each.provisional_because for each in armed if each.source.name == "eu.nis2.art23"} == {None}


def test_every_commitment_says_where_it_comes_from_and_nobody_may_extend_it() -> None:
    ids = [(each.id, each.source.version) for each in commitments(TODAY)]
    assert len(ids) == len(set(ids))
    for each in commitments(TODAY):
        assert each.source.kind == "regime"
        assert each.source.digest.startswith("sha256:")
        assert each.id.startswith(f"{each.source.name}.")
        assert each.source.cite
        assert each.because_applies.endswith(".")
        assert (each.extendable, each.waivable, each.signatories) == (None, None, None)
        assert {fact for fact, _ in named(each.when)} <= set(vocabulary())
        if each.period is not None:
            check(each.period)


def test_a_stage_owed_to_people_says_to_whom_and_is_owed_to_no_party() -> None:
    told = law("eu.gdpr.art33.data_subjects")
    assert told.owed_to == Parties(Role.PERSONS)
    assert "Owed to the people whose data it is." in told.because_applies
    for regime in catalogue():
        for stage in regime.stages:
            assert (stage.owed_to.role is Role.PERSONS) == bool(stage.addressed_to)


def test_the_catalogue_is_read_once_and_a_digest_names_a_file() -> None:
    assert catalogue() is catalogue()
    assert commitments(TODAY) is commitments(TODAY)
    assert len({regime.digest for regime in catalogue()}) == len(catalogue())


TEXT = resources.files("incident.rules.regimes.laws").joinpath("in_certin.yaml").read_text(encoding="utf-8")
LISTS = reading.country_lists(read("incident.rules.regimes", "countries.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "rule: elapsed_hours, cite: CERT-In Directions of 28 April 2022 (ii)}",
            "rule: elapsed_hours}",
            r"stages\[0\].within.n: a number without a citation",
        ),
        ("rule: elapsed_hours", "rule: about_six", r"stages\[0\].within: 'about_six' is no counting rule"),
        ("unit: h", "unit: d", r"stages\[0\].within: elapsed_hours counts in h or min"),
        ("n: 6", "n: 0", r"within: A period is a whole number above zero"),
        ("n: 6", "n: six", r"within.n: expected a whole number"),
        ("fact: listed_in_certin_annex", "fact: listed_in_annex", r"trigger.when.all\[2\].fact: 'listed_in_annex'"),
        ("fact: noticed_at", "fact: is_certin_obliged", "cannot start a clock"),
        ("of: operator, is: true", "of: somebody, is: true", "'somebody' is none of owed_by"),
        ("of: operator, is: true", "of: operator, is: maybe", "listed_in_certin_annex cannot be 'maybe'"),
        ("is: IN}", "in: {list: south}}", "'south' is none of"),
        ("is: IN}", "is: India}", "two capitals"),
        ("combine: earliest", "combine: soonest", "'soonest' is none of first, earliest"),
        ("since: 2022-06-27", "since: 2022-06-31", "expected a date"),
        ("state: in_force", "state: deferred", "says from when it is planned"),
        ("role: authority, competence: certin", "role: authority", "has a competence"),
        ("zone_of: owed_to", "zone_of: fixed:Asia/Atlantis", "no time zone"),
        ("confidence: high", "confidense: high", "unknown key 'confidense'"),
        ("    title: CERT-In six-hour report\n", "", "'title' is missing"),
        ("{fact: aware_at, of: owed_by}", "{after: first_call}", "runs after 'first_call'"),
    ],
)
def test_a_faulty_law_is_refused_by_file_and_place(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(ShippedFault, match=f"in_certin.yaml: .*{says}"):
        reading.regime(parse(TEXT.replace(old, new), "in_certin.yaml"), LISTS)


def test_every_law_file_is_in_the_catalogue() -> None:
    assert len(names("incident.rules.regimes.laws")) == len(catalogue())


def test_what_applied_on_a_day_is_answered_for_what_is_known_of_somebody() -> None:
    maker = {"jurisdiction": "EE", "is_manufacturer_pde": True, "actively_exploited_vulnerability": True}
    before, after = ({each.commitment.source.name for each in applicable(maker, date(2026, 9, day))} for day in (1, 11))
    assert "eu.cra.art14.vuln" not in before
    assert "eu.cra.art14.vuln" in after
    found = {each.commitment.id: each.truth for each in applicable(maker, date(2026, 9, 11))}
    assert found["eu.cra.art14.vuln.early_warning"] is True
    assert found["eu.cra.art14.incident.early_warning"] is None
    assert "us.hipaa.individuals" not in found
    by_role = applicable(lambda fact, of: maker.get(fact) if of == "owed_by" else None, date(2026, 9, 11))
    assert {each.commitment.id: each.truth for each in by_role}["eu.cra.art14.vuln.early_warning"] is None


def test_a_gate_is_never_shut_where_the_condition_is_open() -> None:
    questions = sorted(profile_questions())
    for number in range(300):
        chance = random.Random(number)
        said: dict[str, object] = {name: chance.choice((True, False, False, None)) for name in questions}
        said["jurisdiction"] = chance.choice(("EE", "DE", "US", "GB", "JP", "NO", "BR"))
        said |= {name: True for name, known in vocabulary().items() if known.kind == "incident" and known.type == "boolean"}
        is_not = frozenset(name for name in questions if said[name] is False)
        for each in commitments(TODAY):
            if each.gate is not None and not each.gate.is_open(str(said["jurisdiction"]), is_not):
                assert truth(each.when, lambda fact, of, said=said: said.get(fact)) is False, each.id
