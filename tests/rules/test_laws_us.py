"""The laws of the United States and the United Kingdom, read as a jurist would: who owes what to whom, from when, what applied when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from incident.rules.commitment import Anchor, Commitment, Discharge, Parties, Repeat, Role
from incident.rules.conditions import Test as Asked
from incident.rules.conditions import Truth, truth
from incident.rules.legaltime import Basis, Moment, Period, Place, deadline
from incident.rules.regimes import catalogue, commitments, regime
from incident.rules.regimes.values import Stage

TODAY = date(2026, 11, 26)
NEW_YEAR = date(2027, 1, 1)
NOW = Moment.exactly(datetime(2026, 11, 20, 15, 40, tzinfo=UTC))
Said = Mapping[str, object]


def stage(id: str) -> Stage:
    return next(each for law in catalogue() for each in law.stages if f"{law.id}.{each.id}" == id)


def law(id: str, on: date = TODAY) -> Commitment:
    return next(each for each in commitments(on) if each.id == id)


def bound(on: date) -> set[str]:
    return {each.source.name for each in commitments(on)}


def holds(of: Commitment | Stage, said: Said, **roles: Said) -> Truth:
    """Whether it binds when `said` is known of operator and debtor, and each role's own facts of that role."""
    return truth(of.when, lambda fact, role: roles.get(role, {} if role in roles else said).get(fact))


def due(id: str, start: str) -> datetime:
    found = stage(id)
    assert found.period is not None
    zone, calendar = (text.removeprefix("fixed:") for text in (found.counting.zone_of, found.counting.calendar_of))
    at = Moment.exactly(datetime.fromisoformat(start).astimezone(UTC))
    return deadline(found.period, at, Place(zone, calendar), basis=found.basis, cite=found.cite).due_at


class TestUnitedKingdom:
    OES: Said = {"jurisdiction": "GB", "is_uk_oes": True, "is_uk_rdsp": False, "reportable_incident": True}  # noqa: RUF012

    def test_essential_services_tell_their_authority_and_digital_ones_the_commissioner(self) -> None:
        essential, digital = law("uk.nis2018.notification"), law("uk.nis2018.rdsp.notification")
        assert essential.owed_to == Parties(Role.COMPETENT, "any", "uk.nis.authority")
        assert digital.owed_to == Parties(Role.COMPETENT, competence="ico")
        assert (holds(essential, self.OES), holds(digital, self.OES)) == (True, False)
        provider = {**self.OES, "is_uk_oes": False, "is_uk_rdsp": True}
        assert (holds(essential, provider), holds(digital, provider)) == (False, True)

    @pytest.mark.parametrize("id", ["uk.nis2018.notification", "uk.gdpr33.authority", "uk.pecr.authority"])
    def test_elsewhere_nobody_is_asked(self, id: str) -> None:
        assert holds(law(id), {"jurisdiction": "EE", "reportable_incident": True, "personal_data_breach": True}) is False

    def test_a_controller_of_another_country_is_not_bound_by_calling_itself_one(self) -> None:
        abroad = {"jurisdiction": "FR", "is_controller": True, "personal_data_breach": True}
        assert holds(law("uk.gdpr33.authority"), abroad) is False
        assert holds(law("uk.gdpr33.authority"), {**abroad, "jurisdiction": "GB"}) is True
        at_home: Said = {"jurisdiction": "GB", "personal_data_breach": True}
        assert holds(law("uk.gdpr33.authority"), at_home, owed_by={"jurisdiction": "FR", "is_controller": True}) is False

    @pytest.mark.parametrize(("risk", "expected"), [(None, True), ("unknown", True), ("risk", True), ("high", True), ("none", False)])
    def test_a_risk_nobody_knows_is_notified(self, risk: str | None, expected: bool) -> None:
        said = {"jurisdiction": "GB", "is_controller": True, "personal_data_breach": True, "risk_to_individuals": risk}
        assert holds(law("uk.gdpr33.authority"), said) is expected

    def test_the_processor_tells_the_controller_whatever_the_risk(self) -> None:
        notice = law("uk.gdpr33.processor_to_controller")
        said = {"jurisdiction": "GB", "personal_data_breach": True, "risk_to_individuals": "none"}
        assert holds(notice, said, owed_by={"jurisdiction": "US", "is_processor": True}) is True
        assert (notice.period, notice.owed_to) == (None, Parties(Role.OPERATOR))

    def test_a_bill_binds_nobody_and_displaces_nothing(self) -> None:
        assert "uk.csrb" not in bound(date(2030, 1, 1))
        assert law("uk.nis2018.notification").displaced_by == ()
        assert stage("uk.csrb.csirt.initial").owed_to == Parties(Role.COMPETENT, competence="ncsc")

    def test_what_applied_when(self) -> None:
        for id, first in (("uk.nis2018", date(2018, 5, 10)), ("uk.gdpr33", date(2021, 1, 1)), ("uk.pecr", date(2025, 8, 20))):
            assert id in bound(first)
            assert id not in bound(date.fromordinal(first.toordinal() - 1))

    def test_seventy_two_hours_across_the_end_of_summer_time(self) -> None:
        assert due("uk.nis2018.notification", "2026-10-24T18:00+01:00") == datetime(2026, 10, 27, 17, tzinfo=UTC)


class TestSec:
    VENDOR: Said = {"jurisdiction": "US", "is_sec_registrant": True, "material_to_investors": True}  # noqa: RUF012

    def test_a_granted_delay_takes_the_place_of_the_first_date_only_once_its_end_is_known(self) -> None:
        first, later = law("us.sec.8k105.form_8k"), law("us.sec.8k105.after_ag_delay")
        assert (holds(first, self.VENDOR), holds(later, self.VENDOR)) == (True, False)
        delayed = {**self.VENDOR, "delay_ended_at": NOW}
        assert (holds(first, delayed), holds(later, delayed)) == (False, True)
        assert (first.basis, later.basis) == (Basis.STATUTE, Basis.GUIDANCE)

    def test_four_business_days_after_the_delay_period_end(self) -> None:
        # the period ends on Wednesday 30 December: Thursday, New Year, Monday, Tuesday, Wednesday at the EDGAR cut-off
        assert due("us.sec.8k105.after_ag_delay", "2026-12-30T12:00-05:00") == datetime(2027, 1, 6, 22, 30, tzinfo=UTC)

    def test_every_new_piece_of_missing_information_has_its_own_four_days(self) -> None:
        assert law("us.sec.8k105.amendment").repeat == Repeat("fact")

    def test_a_registrant_established_elsewhere_owes_the_commission_too(self) -> None:
        form = law("us.sec.8k105.form_8k")
        assert holds(form, {**self.VENDOR, "jurisdiction": "JP"}) is True
        assert holds(form, {"jurisdiction": "JP", "material_to_investors": True}) is False
        assert form.owed_to == Parties(Role.COMPETENT, competence="sec")

    def test_the_extensions_are_there_to_read_and_none_extends_anything(self) -> None:
        form = regime("us.sec.8k105")
        assert form is not None
        extensions = [each for each in form.excuses if each.type == "extension"]
        assert [each.cite for each in extensions] == ["Item 1.05(c)"] * 3 + ["Item 1.05(d)"]
        assert {each.extendable for each in commitments(TODAY) if each.source.name == "us.sec.8k105"} == {None}


class TestHipaa:
    ENTITY: Said = {"jurisdiction": "US", "is_hipaa_covered_entity": True, "unsecured_phi_breach": True}  # noqa: RUF012

    @pytest.mark.parametrize(("people", "at_once", "yearly"), [(499, False, True), (500, True, False), (None, None, None)])
    def test_five_hundred_people_divide_the_notices_to_the_secretary(self, people: int | None, at_once: Truth, yearly: Truth) -> None:
        said = {**self.ENTITY, "affected_individuals": people}
        assert holds(law("us.hipaa.secretary_500"), said) is at_once
        assert holds(law("us.hipaa.secretary_under_500"), said) is yearly

    @pytest.mark.parametrize(("residents", "expected"), [(500, False), (501, True), (None, None)])
    def test_the_media_are_told_of_more_than_five_hundred_residents_of_one_state(self, residents: int | None, expected: Truth) -> None:
        assert holds(law("us.hipaa.media"), {**self.ENTITY, "residents_of_one_state": residents}) is expected

    def test_the_yearly_notice_counts_from_the_year_of_discovery(self) -> None:
        assert due("us.hipaa.secretary_under_500", "2026-05-05T10:00-04:00") == datetime(2027, 3, 2, 5, tzinfo=UTC)

    def test_sixty_calendar_days_may_end_on_a_saturday(self) -> None:
        assert due("us.hipaa.individuals", "2026-02-10T10:00-05:00") == datetime(2026, 4, 12, 4, tzinfo=UTC)

    def test_the_associate_tells_the_entity_from_its_own_discovery(self) -> None:
        notice = law("us.hipaa.business_associate")
        associate = {"jurisdiction": "US", "is_hipaa_business_associate": True, "is_hipaa_covered_entity": False}
        entity = {"is_hipaa_covered_entity": True}
        breach = {"unsecured_phi_breach": True}
        assert holds(notice, breach, owed_by=associate, owed_to=entity) is True
        assert holds(notice, breach, owed_by=associate, owed_to={"is_hipaa_covered_entity": False}) is False
        assert holds(law("us.hipaa.individuals"), breach, owed_by=associate) is False
        assert notice.owed_to == Parties(Role.OPERATOR)
        assert notice.anchors == (Anchor("fact", "discovered_at", "owed_by"),)

    def test_it_covers_breaches_from_23_september_2009(self) -> None:
        assert "us.hipaa" not in bound(date(2009, 9, 22))
        assert "us.hipaa" in bound(date(2009, 9, 23))


class TestBank:
    def test_the_regulator_must_have_received_it(self) -> None:
        notice = law("us.bank36.regulator")
        assert notice.discharged_by is Discharge.CONFIRMED
        assert "must receive" in stage("us.bank36.regulator").discharge_cite

    def test_the_provider_tells_its_bank_from_four_hours_on_and_without_a_number(self) -> None:
        notice = law("us.bank36.service_provider_to_bank")
        provider, bank = {"jurisdiction": "US", "is_bank_service_provider": True}, {"is_banking_org": True}
        for hours, expected in ((3, False), (4, True), (None, None)):
            assert holds(notice, {"service_disruption_hours": hours}, owed_by=provider, owed_to=bank) is expected
        assert notice.period is None
        assert (notice.owed_by, notice.owed_to) == (Parties(Role.SUPPLIERS), Parties(Role.OPERATOR))
        assert notice.discharged_by is Discharge.SUBMITTED

    def test_a_bank_owes_its_regulator_whatever_its_providers_do(self) -> None:
        bank = {"jurisdiction": "US", "is_banking_org": True, "bank_notification_incident": True}
        assert holds(law("us.bank36.regulator"), bank) is True
        assert holds(law("us.bank36.regulator"), {**bank, "bank_notification_incident": None}) is None

    def test_it_applied_from_the_day_of_compliance(self) -> None:
        assert "us.bank36" not in bound(date(2022, 4, 30))
        assert "us.bank36" in bound(date(2022, 5, 1))


class TestOtherFederalLaw:
    def test_the_carrier_counts_business_days_over_thanksgiving(self) -> None:
        assert due("us.fcc.64_2011.agency", "2026-11-18T12:00-05:00") == datetime(2026, 12, 1, 5, tzinfo=UTC)

    def test_the_old_waiting_period_for_customers_is_no_deadline(self) -> None:
        assert stage("us.fcc.64_2011.customers_old").kind == "waiting"
        assert stage("us.dfars7012.preserve_images").kind == "retention"
        planned = {each.id for each in commitments(TODAY)}
        assert not {"us.fcc.64_2011.customers_old", "us.dfars7012.preserve_images", "us.circia.joint"} & planned

    def test_a_tsa_report_is_planned_by_the_strictest_figure(self) -> None:
        report = stage("us.tsa.pipeline.report")
        assert (report.period, report.plan_for) == (Period(24, "h", "elapsed_hours"), Period(12, "h", "elapsed_hours"))
        assert report.evidence == "secondary"

    def test_christmas_counts_for_a_defense_contractor(self) -> None:
        assert due("us.dfars7012.report", "2026-12-24T18:00-05:00") == datetime(2026, 12, 27, 23, tzinfo=UTC)

    def test_a_cloud_provider_files_thrice_within_the_hour_where_the_vector_is_listed(self) -> None:
        provider = {"jurisdiction": "US", "is_fedramp_provider": True, "reportable_incident": True}
        ids = ("us.fedramp.icp.one_hour", "us.fedramp.icp.agency.one_hour", "us.fedramp.icp.cisa.one_hour")
        listed = {"listed_attack_vector": True}
        assert [holds(law(id), listed, owed_by=provider, owed_to={"jurisdiction": "US"}) for id in ids] == [True, True, True]
        other = {"listed_attack_vector": False}
        assert [holds(law(id), other, owed_by=provider, owed_to={"jurisdiction": "EE"}) for id in ids] == [True, False, False]

    def test_it_updates_daily_until_the_incident_is_resolved(self) -> None:
        assert law("us.fedramp.icp.daily_update").repeat == Repeat("submission", Asked("resolved_at", "known", (), "owed_by"))

    def test_a_fact_of_the_debtor_outweighs_what_the_operator_reported(self) -> None:
        report = law("us.dfars7012.report")
        vendor = {"jurisdiction": "US", "is_dod_contractor_cdi": True}
        assert holds(report, {"reportable_incident": True}, owed_by=vendor) is True
        assert holds(report, {"reportable_incident": True}, owed_by={**vendor, "reportable_incident": False}) is False
        assert holds(report, {}, owed_by=vendor) is None


class TestStates:
    DEVELOPER: Said = {"jurisdiction": "US", "is_frontier_developer": True, "critical_safety_incident": True}  # noqa: RUF012

    def test_new_york_finance_hours_and_payment(self) -> None:
        entity = {"jurisdiction": "US", "is_nydfs_covered": True, "cybersecurity_incident_nydfs": True, "extortion_payment_made": False}
        assert [holds(law(f"us.nydfs.500_17.{id}"), entity) for id in ("notice", "extortion_payment", "payment_explanation")] == [
            True,
            False,
            False,
        ]
        paid = {**entity, "cybersecurity_incident_nydfs": False, "extortion_payment_made": True}
        assert [holds(law(f"us.nydfs.500_17.{id}"), paid) for id in ("notice", "extortion_payment", "payment_explanation")] == [
            False,
            True,
            True,
        ]
        assert due("us.nydfs.500_17.notice", "2026-03-07T20:00-05:00") == datetime(2026, 3, 11, 1, tzinfo=UTC)

    def test_each_state_counts_at_the_place_of_its_office(self) -> None:
        zones = {id: stage(id).counting.zone_of for id in ("us.ca.sb53.oes", "us.ny.raise.dfs", "us.il.sb315.state")}
        assert list(zones.values()) == ["fixed:America/Los_Angeles", "fixed:America/New_York", "fixed:America/Chicago"]
        # 15 days after Monday 2 November in Sacramento: to the midnight that ends Tuesday 17 November there
        assert due("us.ca.sb53.oes", "2026-11-03T04:00+00:00") == datetime(2026, 11, 18, 8, tzinfo=UTC)

    def test_the_imminent_risk_has_a_day_and_another_recipient(self) -> None:
        for id in ("us.ca.sb53", "us.ny.raise", "us.il.sb315"):
            risk = law(f"{id}.imminent_risk", NEW_YEAR)
            assert risk.owed_to == Parties(Role.COMPETENT, competence="us.public_safety")
            assert holds(risk, self.DEVELOPER) is None
            assert holds(risk, {**self.DEVELOPER, "imminent_risk_of_death_or_injury": True}) is True

    def test_california_binds_today_new_york_and_illinois_from_new_year(self) -> None:
        assert {"us.ca.sb53", "us.ny.raise", "us.il.sb315"} & bound(TODAY) == {"us.ca.sb53"}
        assert {"us.ny.raise", "us.il.sb315"} & bound(date(2026, 12, 31)) == set()
        assert {"us.ny.raise", "us.il.sb315"} <= bound(NEW_YEAR)
        assert "us.ca.sb53" not in bound(date(2025, 12, 31))

    def test_new_york_takes_the_earlier_of_determination_and_belief(self) -> None:
        assert law("us.ny.raise.dfs", NEW_YEAR).combine == "earliest"
        assert due("us.ny.raise.dfs", "2027-01-14T12:00-05:00") == datetime(2027, 1, 17, 17, tzinfo=UTC)

    def test_illinois_is_told_twice(self) -> None:
        found = [law(f"us.il.sb315.{id}", NEW_YEAR) for id in ("state", "attorney_general.state")]
        assert [each.owed_to.competence for each in found] == ["il.iema_ohs", "il.attorney_general"]
        assert [each.period for each in found] == [Period(72, "h", "elapsed_hours")] * 2

    def test_an_amended_report_may_be_filed_and_is_never_due(self) -> None:
        assert {stage(f"{id}.amended_report").kind for id in ("us.ca.sb53", "us.ny.raise", "us.il.sb315")} == {"permission"}
