"""The laws of the European Union and of its Member States as encoded, read as a jurist would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from incident.rules import conditions
from incident.rules.commitment import Anchor, Commitment, Counting, Parties, Repeat, Role
from incident.rules.conditions import Truth, truth
from incident.rules.legaltime import Basis, Moment, Period
from incident.rules.regimes import commitments, regime
from incident.rules.regimes.values import Regime, Stage

TODAY = date(2026, 11, 26)
NOW = Moment.exactly(datetime(2026, 11, 20, 15, 40, tzinfo=UTC))
Said = Mapping[str, object]

AWARE = Anchor("fact", "aware_at", "owed_by")
AWARE_OF_BOTH = (AWARE, Anchor("fact", "aware_at", "operator"))
CLASSIFIED_AND_AWARE = (Anchor("fact", "classified_at", "owed_by"), AWARE)
OCCURRED = (Anchor("fact", "occurred_at", "owed_by"), Anchor("fact", "occurred_at", "operator"))
DETECTED = Anchor("fact", "detected_at", "owed_by")
DAY, THREE_DAYS, MONTH = (24, "h", "eu1182_hours"), (72, "h", "eu1182_hours"), (1, "mo", "eu1182_months")


def after(*stages: str) -> tuple[Anchor, ...]:
    return tuple(Anchor("after", each) for each in stages)


# Typed from the texts: stage, number, unit, rule, anchors, how they combine.
PERIODS = [
    ("eu.nis2.art23.early_warning", DAY, (AWARE,), "first"),
    ("eu.nis2.art23.incident_notification", THREE_DAYS, (AWARE,), "first"),
    ("eu.nis2.art23.trust_service.incident_notification", DAY, (AWARE,), "first"),
    ("eu.nis2.art23.final_report", MONTH, after("incident_notification"), "first"),
    ("eu.nis2.art23.progress_report", MONTH, after("incident_notification"), "first"),
    ("eu.nis2.art23.final_after_ongoing", MONTH, (Anchor("fact", "handled_at", "owed_by"),), "first"),
    ("eu.nis2.art23.authority.response", DAY, (Anchor("receipt", "early_warning"),), "first"),
    ("eu.dora.art19.initial", (4, "h", "dora_initial"), CLASSIFIED_AND_AWARE, "rule"),
    ("eu.dora.art19.exempt.initial", (4, "h", "dora_initial"), CLASSIFIED_AND_AWARE, "rule"),
    ("eu.dora.art19.intermediate", (72, "h", "dora_intermediate"), after("initial"), "first"),
    ("eu.dora.art19.exempt.intermediate", (72, "h", "dora_intermediate"), after("initial"), "first"),
    ("eu.dora.art19.final", (1, "mo", "dora_final"), after("intermediate", "intermediate_update"), "latest"),
    ("eu.gdpr.art33.authority", THREE_DAYS, (AWARE,), "first"),
    ("eu.cra.art14.vuln.early_warning", DAY, (AWARE,), "first"),
    ("eu.cra.art14.vuln.notification", THREE_DAYS, (AWARE,), "first"),
    ("eu.cra.art14.vuln.final_report", (14, "d", "eu1182_days"), (Anchor("fact", "measure_available_at", "owed_by"),), "first"),
    ("eu.cra.art14.vuln.outside.early_warning", DAY, (AWARE,), "first"),
    ("eu.cra.art14.vuln.outside.notification", THREE_DAYS, (AWARE,), "first"),
    ("eu.cra.art14.vuln.outside.final_report", (14, "d", "eu1182_days"), (Anchor("fact", "measure_available_at", "owed_by"),), "first"),
    ("eu.cra.art14.incident.early_warning", DAY, (AWARE,), "first"),
    ("eu.cra.art14.incident.notification", THREE_DAYS, (AWARE,), "first"),
    ("eu.cra.art14.incident.final_report", MONTH, after("notification"), "first"),
    ("eu.cra.art14.incident.outside.early_warning", DAY, (AWARE,), "first"),
    ("eu.cra.art14.incident.outside.notification", THREE_DAYS, (AWARE,), "first"),
    ("eu.cra.art14.incident.outside.final_report", MONTH, after("notification"), "first"),
    ("eu.aiact.art73.general", (15, "d", "eu1182_days"), AWARE_OF_BOTH, "earliest"),
    ("eu.aiact.art73.critical_infra_or_widespread", (2, "d", "eu1182_days"), AWARE_OF_BOTH, "earliest"),
    ("eu.aiact.art73.death", (10, "d", "eu1182_days"), AWARE_OF_BOTH, "earliest"),
    (
        "eu.aiact.art73.authority.measures",
        (7, "d", "eu1182_days"),
        tuple(Anchor("receipt", each) for each in ("general", "critical_infra_or_widespread", "death")),
        "earliest",
    ),
    ("eu.gpai_code.critical_infra", (2, "d", "calendar_days"), (AWARE,), "first"),
    ("eu.gpai_code.serious_cyber_breach", (5, "d", "calendar_days"), (AWARE,), "first"),
    ("eu.gpai_code.death", (10, "d", "calendar_days"), (AWARE,), "first"),
    ("eu.gpai_code.other", (15, "d", "calendar_days"), (AWARE,), "first"),
    ("eu.gpai_code.intermediate", (28, "d", "calendar_days"), after("critical_infra", "serious_cyber_breach", "death", "other"), "first"),
    ("eu.gpai_code.final", (60, "d", "calendar_days"), (Anchor("fact", "resolved_at", "owed_by"),), "first"),
    ("eu.cer.art15.initial", DAY, (AWARE,), "first"),
    ("eu.cer.art15.detailed", MONTH, after("initial"), "first"),
    ("eu.eidas.art24.notice", DAY, OCCURRED, "first"),
    ("eu.eidas.art24.individuals.notice", DAY, OCCURRED, "first"),
    ("eu.eidas.art24.bodies.notice", DAY, OCCURRED, "first"),
    ("eu.eidas.art19a.notice", DAY, (AWARE,), "first"),
    ("eu.eidas.art19a.individuals.notice", DAY, (AWARE,), "first"),
    ("eu.eidas.art19a.bodies.notice", DAY, (AWARE,), "first"),
    ("eu.eidas.art19a.public.notice", DAY, (AWARE,), "first"),
    ("eu.eprivacy.611.initial", DAY, (DETECTED,), "first"),
    ("eu.eprivacy.611.second", (3, "d", "eu1182_days"), after("initial"), "first"),
    ("eu.mdr.art87.general", (15, "d", "eu1182_days"), (AWARE,), "first"),
    ("eu.mdr.art87.public_health_threat", (2, "d", "eu1182_days"), (AWARE,), "first"),
    ("eu.mdr.art87.death", (10, "d", "eu1182_days"), (AWARE,), "first"),
]
REGIMES = (
    *("eu.nis2.art23", "eu.nis2.ir2690", "eu.dora.art19", "eu.gdpr.art33", "eu.cra.art14.vuln", "eu.cra.art14.incident", "eu.aiact.art73"),
    *("eu.aiact.art55", "eu.gpai_code", "eu.cer.art15", "eu.eidas.art24", "eu.eidas.art19a", "eu.eprivacy.611", "eu.psd2.art96"),
    *("eu.eecc.art40", "eu.mdr.art87"),
)


def law(id: str, on: date = TODAY) -> Commitment:
    return next(each for each in commitments(on) if each.id == id and "(" not in each.source.version)


def text(id: str) -> Regime:
    found = regime(id)
    assert found is not None, id
    return found


def holds(commitment: Commitment, said: Said, **roles: Said) -> Truth:
    """Whether it binds when `said` is known of the operator, and each role's own facts of that role."""
    return truth(commitment.when, lambda fact, of: roles.get(of, {} if of in roles else said).get(fact))


def bound(on: date) -> set[str]:
    return {each.source.name for each in commitments(on)}


@pytest.mark.parametrize(("id", "period", "anchors", "combine"), PERIODS, ids=[each[0] for each in PERIODS])
def test_each_period_is_that_of_the_text(id: str, period: tuple[int, str, str], anchors: tuple[Anchor, ...], combine: str) -> None:
    found = law(id)
    assert found.period is not None
    assert (found.period.n, found.period.unit, found.period.rule) == period
    assert (found.anchors, found.combine) == (anchors, combine)


def test_no_other_stage_of_these_laws_has_a_number() -> None:
    numbered = {f"{each}.{stage.id}" for each in REGIMES for stage in text(each).stages if stage.period}
    assert numbered == {id for id, *_ in PERIODS}


class TestWhatAppliedWhen:
    def test_the_cyber_resilience_act_reports_from_11_september_2026(self) -> None:
        both = {"eu.cra.art14.vuln", "eu.cra.art14.incident"}
        assert not both & bound(date(2026, 9, 1))
        assert not both & bound(date(2026, 9, 10))
        assert both <= bound(date(2026, 9, 11))

    @pytest.mark.parametrize(
        ("id", "first"),
        [
            ("eu.dora.art19", date(2025, 1, 17)),
            ("eu.nis2.ir2690", date(2024, 11, 7)),
            ("eu.aiact.art55", date(2025, 8, 2)),
            ("eu.gpai_code", date(2025, 8, 2)),
            ("eu.cer.art15", date(2024, 10, 18)),
            ("eu.eidas.art24", date(2024, 5, 20)),
            ("eu.eidas.art19a", date(2024, 5, 20)),
            ("eu.eprivacy.611", date(2013, 8, 25)),
            ("eu.psd2.art96", date(2018, 1, 13)),
            ("eu.mdr.art87", date(2021, 5, 26)),
        ],
    )
    def test_each_from_its_first_day(self, id: str, first: date) -> None:
        assert text(id).status.since == first
        assert text(id).status.standing(date.fromordinal(first.toordinal() - 1)) == "not"
        assert text(id).status.standing(first) == "binding"

    def test_the_telecom_code_gave_way_to_nis2(self) -> None:
        assert "eu.eecc.art40" in bound(date(2024, 10, 17))
        assert "eu.eecc.art40" not in bound(date(2024, 10, 18))


class TestDora:
    BANK: Said = {"jurisdiction": "LU", "is_dora_financial_entity": True, "classified_major": True}  # noqa: RUF012

    def test_who_may_not_use_the_weekend_rule_has_stages_of_its_own(self) -> None:
        usual, exempt = law("eu.dora.art19.initial"), law("eu.dora.art19.exempt.initial")
        assert exempt.period == Period(4, "h", "dora_initial", options={"exempt": True})
        assert usual.period == Period(4, "h", "dora_initial")
        for said, expected in ((True, (False, True)), (False, (True, False)), (None, (True, None))):
            bank = {**self.BANK, "dora_exempt_from_weekend_rule": said}
            assert (holds(usual, bank), holds(exempt, bank)) == expected

    def test_the_final_report_keeps_the_relief_for_all(self) -> None:
        final = law("eu.dora.art19.final")
        assert final.period == Period(1, "mo", "dora_final")
        assert holds(final, {**self.BANK, "dora_exempt_from_weekend_rule": True}) is True

    def test_it_counts_by_the_bank_holidays_of_the_entity(self) -> None:
        assert law("eu.dora.art19.initial").counting == Counting("owed_by", "owed_by", "bank")

    def test_a_payment_incident_counts_for_payment_providers_only(self) -> None:
        payment = {**self.BANK, "classified_major": False, "major_payment_incident": True}
        assert holds(law("eu.dora.art19.initial"), {**payment, "is_dora_payment_provider": True}) is True
        assert holds(law("eu.dora.art19.initial"), {**payment, "is_dora_payment_provider": False}) is False

    def test_a_reclassification_ends_what_remains_and_is_itself_reported(self) -> None:
        after_all = {**self.BANK, "classified_nonmajor_at": NOW}
        assert holds(law("eu.dora.art19.intermediate"), after_all) is False
        assert holds(law("eu.dora.art19.final"), after_all) is False
        assert holds(law("eu.dora.art19.reclassification"), after_all) is True
        assert law("eu.dora.art19.reclassification").period is None

    def test_the_authority_acknowledges_and_explaining_lateness_extends_nothing(self) -> None:
        assert law("eu.dora.art19.authority.acknowledgement").owed_by == Parties(Role.AUTHORITY, competence="dora.competent")
        late = next(each for each in text("eu.dora.art19").excuses if each.cite.endswith("Art. 5(3)"))
        assert late.type == "excuse"
        assert not [each for each in text("eu.dora.art19").excuses if each.type == "extension"]

    def test_it_stands_in_place_of_nis2_and_of_its_national_laws(self) -> None:
        for id in ("eu.nis2.art23.early_warning", "eu.psd2.art96.notice", "eu.cer.art15.initial"):
            for each in commitments(TODAY):
                assert each.id != id or "eu.dora.art19" in {name for name, _ in each.displaced_by}
        assert law("eu.gdpr.art33.authority").displaced_by == ()


class TestCra:
    VENDOR: Said = {"jurisdiction": "EE", "is_manufacturer_pde": True}  # noqa: RUF012
    EXPLOITED: Said = {"jurisdiction": "EE", "actively_exploited_vulnerability": True}  # noqa: RUF012

    def test_a_manufacturer_of_the_union_files_with_its_own_csirt(self) -> None:
        inside, outside = law("eu.cra.art14.vuln.early_warning"), law("eu.cra.art14.vuln.outside.early_warning")
        assert inside.owed_by == outside.owed_by == Parties(Role.ANY_PARTY)
        assert inside.owed_to == Parties(Role.AUTHORITY, competence="cra.csirt")
        assert outside.owed_to == Parties(Role.COMPETENT, "any", "cra.csirt")
        foreign = {**self.VENDOR, "jurisdiction": "US"}
        assert [holds(each, self.EXPLOITED, owed_by=self.VENDOR) for each in (inside, outside)] == [True, False]
        assert [holds(each, self.EXPLOITED, owed_by=foreign) for each in (inside, outside)] == [False, True]

    def test_a_party_elsewhere_that_never_said_so_is_not_bothered(self) -> None:
        foreign = {"jurisdiction": "US"}
        assert holds(law("eu.cra.art14.vuln.outside.early_warning"), self.EXPLOITED, owed_by=foreign) is False
        assert holds(law("eu.cra.art14.vuln.early_warning"), self.EXPLOITED, owed_by={"jurisdiction": "EE"}) is None

    def test_users_are_told_of_an_incident_by_stewards_too_and_of_a_vulnerability_by_manufacturers(self) -> None:
        steward = {"jurisdiction": "EE", "is_open_source_steward": True, "is_manufacturer_pde": False}
        severe = {"jurisdiction": "EE", "severe_incident_product": True}
        assert holds(law("eu.cra.art14.incident.users"), severe, owed_by=steward) is True
        assert holds(law("eu.cra.art14.vuln.users"), self.EXPLOITED, owed_by=steward) is False

    def test_medical_devices_are_left_to_their_own_law(self) -> None:
        assert {name for name, _ in law("eu.cra.art14.vuln.early_warning").displaced_by} == {"eu.mdr.art87"}


class TestAi:
    def test_of_a_device_only_breaches_of_fundamental_rights_are_reported(self) -> None:
        maker = {"jurisdiction": "US", "is_highrisk_ai_provider": True, "is_mdr_manufacturer": True}
        hurt = {"jurisdiction": "EE", "ai_serious_incident": "death"}
        assert holds(law("eu.aiact.art73.death"), hurt, owed_by=maker) is True
        assert holds(law("eu.aiact.art73.death"), {**hurt, "mdr_serious_incident": True}, owed_by=maker) is False
        rights = {"jurisdiction": "EE", "ai_serious_incident": "fundamental_rights", "mdr_serious_incident": True}
        assert holds(law("eu.aiact.art73.general"), rights, owed_by=maker) is True

    def test_market_surveillance_has_seven_days_of_its_own(self) -> None:
        measures = law("eu.aiact.art73.authority.measures")
        assert (measures.owed_by, measures.owed_to) == (
            Parties(Role.HOME_AUTHORITY, competence="aiact.market_surveillance"),
            Parties(Role.SUPPLIERS),
        )
        provider = {"jurisdiction": "US", "is_highrisk_ai_provider": True}
        assert holds(measures, {"jurisdiction": "EE", "ai_serious_incident": "death"}, owed_to=provider, owed_by={}) is True

    def test_article_55_has_no_number(self) -> None:
        report = law("eu.aiact.art55.report")
        assert report.period is None
        assert report.owed_to == Parties(Role.COMPETENT, competence="ai_office")

    def test_the_code_binds_who_signed_it_and_repeats_until_resolved(self) -> None:
        signed = {"jurisdiction": "US", "is_gpai_code_signatory": True, "is_gpai_systemic_risk": True}
        stolen = {"jurisdiction": "EE", "serious_cyber_breach_of_model": True}
        breach, again = law("eu.gpai_code.serious_cyber_breach"), law("eu.gpai_code.intermediate")
        assert holds(breach, stolen, owed_by=signed) is True
        assert holds(breach, stolen, owed_by={**signed, "is_gpai_code_signatory": False}) is False
        assert again.repeat == Repeat("submission", conditions.Test("resolved_at", "known", (), "owed_by"))
        assert holds(again, stolen, owed_by={**signed, "resolved_at": NOW}) is False
        assert {law(f"eu.gpai_code.{each.id}").basis for each in text("eu.gpai_code").stages} == {Basis.GUIDANCE}


class TestOtherLaws:
    def test_cer_leaves_banking_and_digital_infrastructure_to_other_law(self) -> None:
        critical = {"jurisdiction": "EE", "is_critical_entity": True, "critical_disruption": True}
        assert holds(law("eu.cer.art15.initial"), critical) is True
        assert holds(law("eu.cer.art15.initial"), {**critical, "cer_sector_excluded": True}) is False

    def test_cer_gives_way_to_nis2_for_what_nis2_covers(self) -> None:
        assert {"eu.nis2.art23", "eu.dora.art19"} <= {name for name, _ in law("eu.cer.art15.initial").displaced_by}

    def test_a_qualified_provider_runs_from_the_incident_and_another_from_awareness(self) -> None:
        assert law("eu.eidas.art24.notice").anchors[0].name == "occurred_at"
        assert law("eu.eidas.art19a.notice").anchors[0].name == "aware_at"

    def test_a_gdpr_processor_tells_the_controller_without_any_test_of_risk(self) -> None:
        told = law("eu.gdpr.art33.processor_to_controller")
        breach = {"jurisdiction": "EE", "personal_data_breach": True, "risk_to_individuals": "none"}
        assert holds(told, breach, owed_by={"jurisdiction": "US", "is_processor": True}) is True

    def test_disproportionate_effort_leads_to_the_public_and_not_to_silence(self) -> None:
        assert law("eu.gdpr.art33.public_communication").source.cite == "Regulation (EU) 2016/679 Art. 34(3)(c)"

    def test_telecom_breach_law_and_gdpr_both_run(self) -> None:
        assert law("eu.gdpr.art33.authority").displaced_by == law("eu.eprivacy.611.initial").displaced_by == ()

    def test_psd2_is_left_to_those_whom_dora_does_not_bind(self) -> None:
        provider = {"jurisdiction": "EE", "is_psp": True, "major_payment_incident": True}
        assert holds(law("eu.psd2.art96.notice"), {**provider, "is_dora_financial_entity": True}) is False
        assert holds(law("eu.psd2.art96.notice"), {**provider, "is_dora_financial_entity": False}) is True

    def test_mdr_has_fifteen_ten_and_two_days_and_ten_for_a_sudden_deterioration_too(self) -> None:
        maker = {"jurisdiction": "US", "is_mdr_manufacturer": True}
        about = {"jurisdiction": "EE", "mdr_serious_incident": True}
        found = {
            each: holds(law(f"eu.mdr.art87.{each}"), {**about, "mdr_death_or_unanticipated_deterioration": True}, owed_by=maker)
            for each in ("general", "death", "public_health_threat")
        }
        assert found == {"general": False, "death": True, "public_health_threat": None}

    def test_the_thresholds_of_nis2_start_no_clock(self) -> None:
        assert text("eu.nis2.ir2690").stages == ()
        assert len(text("eu.nis2.ir2690").thresholds) > 30
        assert all(each.cite.startswith("Art") for each in text("eu.nis2.ir2690").thresholds)

    def test_the_csirt_answers_within_24_hours_of_receiving(self) -> None:
        answer = law("eu.nis2.art23.authority.response")
        assert (answer.owed_by, answer.owed_to) == (Parties(Role.AUTHORITY, competence="nis2.csirt"), Parties(Role.OPERATOR))
        entity = {"jurisdiction": "AT", "is_essential_entity": True}
        assert holds(answer, {"significant_incident": True}, owed_to=entity, owed_by={"jurisdiction": "AT"}) is True
        assert holds(answer, {"significant_incident": True}, owed_to={"jurisdiction": "US"}, owed_by={"jurisdiction": "AT"}) is False


CORPUS = Path(__file__).parents[3] / "shared" / "law" / "regimes.yaml"
# Anchors that are named otherwise here, and why.
OTHERWISE = {
    ("eu.gpai_code", "intermediate"): "'the initial report' is whichever of the four was the first one",
    ("eu.aiact.art73", "complete_report"): "'the initial incomplete report' is whichever of the three was due",
}


@pytest.mark.skipif(not CORPUS.exists(), reason="the collected sources are not beside this checkout")
@pytest.mark.parametrize("id", REGIMES)
def test_each_stage_of_the_sources_has_its_counterpart(id: str) -> None:
    sources = cast(list[dict[str, Any]], yaml.safe_load(CORPUS.read_text(encoding="utf-8"))["regimes"])
    source = next(each for each in sources if each["id"] == id)
    for said in source.get("stages", ()):
        found = text(id).stage(said["id"])
        assert found is not None, said["id"]
        assert _number(found) == ((said["n"], said["unit"], said["rule"]) if "n" in said else None)
        if (id, said["id"]) not in OTHERWISE:
            anchor = said["anchor"].removeprefix("after:").split("(")[0]
            assert anchor in {each.name for each in found.anchors}
    for variant in source.get("variants", ()):
        assert _number(text(id).stage(f"trust_service.{variant['stage']}")) == (variant["n"], variant["unit"], "eu1182_hours")


def _number(stage: Stage | None) -> tuple[int, str, str] | None:
    assert stage is not None
    return (stage.period.n, stage.period.unit, stage.period.rule) if stage.period else None
