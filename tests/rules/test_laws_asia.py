"""The laws of Asia, the Pacific, Brazil, Canada, Switzerland and Ukraine as encoded, read as a jurist would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from incident.rules.commitment import Anchor, Commitment, Parties, Role
from incident.rules.conditions import Truth, truth
from incident.rules.legaltime import Basis, Deadline, Period, Place, deadline, moment
from incident.rules.regimes import catalogue, commitments, regime
from incident.rules.regimes.values import Regime, Stage

TODAY = date(2026, 11, 26)
NOW = moment("2026-11-20T15:40", zone="UTC")
SHARED = Path(__file__).parents[3] / "shared" / "law" / "regimes.yaml"
Said = Mapping[str, object]

# Typed from the laws and their catalogue, not from the files: stage, number, unit, rule, and what starts the clock.
# "a < b" is the earlier of two; a stage without a number is due without undue delay or the like.
EXPECTED = """
in.certin.report                        6 h   elapsed_hours  noticed_at < aware_at
in.dpdp.rule7.principals                -     -              aware_at
in.dpdp.rule7.board_initial             -     -              aware_at
in.dpdp.rule7.board_detailed            72 h  elapsed_hours  aware_at
sg.cii.initial                          2 h   elapsed_hours  aware_at
sg.cii.supplementary                    72 h  elapsed_hours  after:initial < aware_at
sg.cii.final                            30 d  calendar_days  aware_at
sg.cii.quarterly_consolidated           -     -              aware_at
sg.pdpa.intermediary                    -     -              aware_at
sg.pdpa.assessment                      30 d  calendar_days  suspected_at
sg.pdpa.commission                      3 d   calendar_days  assessed_notifiable_at
sg.pdpa.individuals                     -     -              after:commission
au.soci.critical                        12 h  elapsed_hours  aware_at
au.soci.written_record                  84 h  elapsed_hours  after:critical
au.soci.other                           72 h  elapsed_hours  aware_at
au.soci.other_written_record            48 h  elapsed_hours  after:other
au.ransom.payment                       72 h  elapsed_hours  payment_at < payment_aware_at
au.ndb.assessment                       30 d  calendar_days  suspected_at
au.ndb.statement                        -     -              reasonable_belief_at
au.ndb.individuals                      -     -              statement_completed_at
jp.appi.preliminary                     5 d   calendar_days  aware_at
jp.appi.final_30                        30 d  calendar_days  aware_at
jp.appi.final_60                        60 d  calendar_days  aware_at
jp.appi.data_subjects                   -     -              aware_at
kr.network48_3.initial                  24 h  elapsed_hours  aware_at
kr.network48_3.additional               24 h  elapsed_hours  new_fact_at
kr.pipa34.data_subjects                 72 h  elapsed_hours  aware_at
kr.pipa34.authority                     72 h  elapsed_hours  aware_at
kr.pipa34.possible_leak                 72 h  elapsed_hours  aware_at
cn.csl2025.cii                          1 h   elapsed_hours  discovered_at < aware_at
cn.csl2025.public_security.cii          1 h   elapsed_hours  discovered_at < aware_at
cn.csl2025.central_organs               2 h   elapsed_hours  discovered_at < aware_at
cn.csl2025.other                        4 h   elapsed_hours  discovered_at < aware_at
cn.csl2025.supplement                   -     -              new_fact_at
cn.csl2025.summary                      30 d  calendar_days  handled_at
cn.csl2025.protection_department.summary 30 d calendar_days  handled_at
cn.csl2025.public_security.summary      30 d  calendar_days  handled_at
cn.csl2025.organ_office.summary         30 d  calendar_days  handled_at
cn.csl2025.police                       -     -              discovered_at < aware_at
cn.csl2025.authority.cii_relay          30 min elapsed_hours receipt:cii
cn.csl2025.authority.central_relay      1 h   elapsed_hours  receipt:central_organs
cn.csl2025.authority.provincial_relay   1 h   elapsed_hours  receipt:other
hk.cap653.serious                       12 h  elapsed_hours  aware_at
hk.cap653.other                         48 h  elapsed_hours  aware_at
hk.cap653.written                       14 d  calendar_days  aware_at
tw.csma.notice                          1 h   elapsed_hours  aware_at
tw.csma.authority.level_review          8 h   elapsed_hours  receipt:notice
my.csa854.immediate                     -     -              aware_at
my.csa854.sector_lead.immediate         -     -              aware_at
my.csa854.initial                       6 h   elapsed_hours  aware_at
my.csa854.sector_lead.initial           6 h   elapsed_hours  aware_at
my.csa854.supplementary                 14 d  calendar_days  after:initial < after:immediate
my.csa854.sector_lead.supplementary     14 d  calendar_days  after:initial < after:immediate
my.csa854.updates                       -     -              authority_request_received
br.anpd15.authority                     3 bd  business_days  aware_at
br.anpd15.data_subjects                 3 bd  business_days  aware_at
br.anpd15.complement                    20 bd business_days  after:authority
br.anpd15.declaration                   6 bd  business_days  aware_at
br.anpd15.small_agent.authority         6 bd  business_days  aware_at
br.anpd15.small_agent.data_subjects     6 bd  business_days  aware_at
br.anpd15.small_agent.complement        40 bd business_days  after:authority
br.anpd15.small_agent.declaration       9 bd  business_days  aware_at
ca.pipeda.opc                           -     -              determined_at
ca.pipeda.individuals                   -     -              determined_at
ca.ccspa.cse                            72 h  elapsed_hours  detected_at
ca.ccspa.regulator.cse                  72 h  elapsed_hours  detected_at
ca.osfi.osfi                            24 h  elapsed_hours  determined_at
ca.osfi.lead_supervisor.osfi            24 h  elapsed_hours  determined_at
ch.isg74e.report                        24 h  elapsed_hours  discovered_at
ch.isg74e.complete                      14 d  calendar_days  after:report
ch.isg74e.confirm                       -     -              authority_request_received
ua.kmu1533.notice                       1 h   elapsed_hours  detected_at
ua.kmu1533.preliminary                  24 h  elapsed_hours  detected_at
ua.kmu1533.interim                      72 h  elapsed_hours  detected_at
ua.kmu1533.final                        1 mo  calendar_months detected_at
"""
COUNTRIES = ("in", "sg", "au", "jp", "kr", "cn", "hk", "tw", "my", "br", "ca", "ch", "ua")


def law(id: str, on: date = TODAY) -> Commitment:
    return next(each for each in commitments(on) if each.id == id)


def stage(id: str) -> Stage:
    """Of the catalogue, armed or not."""
    return next(s for r in ours() for s in r.stages if f"{r.id}.{s.id}" == id)


def ours() -> list[Regime]:
    return [each for each in catalogue() if each.id.split(".")[0] in COUNTRIES]


def holds(of: Commitment | Stage, said: Said, **roles: Said) -> Truth:
    """Whether it binds when `said` is known of the operator, who is also the debtor unless `owed_by` says otherwise."""
    return truth(of.when, lambda fact, of: roles.get(of, said).get(fact))


def bound(on: date) -> set[str]:
    return {each.source.name for each in commitments(on)}


def due(of: Commitment, at: str, calendar: str | None = None) -> Deadline:
    zone = of.counting.zone_of.removeprefix("fixed:")
    assert of.period is not None
    place = Place(zone, calendar or of.counting.calendar_of.removeprefix("fixed:"))
    return deadline(of.period, moment(at, zone=zone), place, basis=of.basis, cite=of.source.cite)


def written(each: Stage) -> tuple[str, str, str]:
    period = each.period
    amount, rule = (f"{period.n} {period.unit}", period.rule) if period else ("-", "-")
    names = [anchor.name if anchor.kind == "fact" else f"{anchor.kind}:{anchor.name}" for anchor in each.anchors]
    return amount, rule, (" < " if each.combine == "earliest" else " | ").join(names)


def expected() -> dict[str, tuple[str, str, str]]:
    found = {}
    for line in EXPECTED.strip().splitlines():
        id, *rest = line.split()
        amount, rest = ("-", rest[1:]) if rest[0] == "-" else (" ".join(rest[:2]), rest[2:])
        found[id] = (amount, rest[0], " ".join(rest[1:]))
    return found


def test_every_stage_has_the_period_and_the_start_that_the_law_gives_it() -> None:
    assert {f"{r.id}.{s.id}": written(s) for r in ours() for s in r.stages} == expected()


def test_a_fact_that_starts_a_clock_is_the_debtors_own() -> None:
    assert {anchor.of for r in ours() for s in r.stages for anchor in s.anchors if anchor.kind == "fact"} == {"owed_by"}


def test_what_nobody_may_rely_on_starts_no_clock() -> None:
    regimes = {each.id for each in ours() if each.unarmed_because}
    stages = {f"{r.id}.{s.id}" for r in ours() for s in r.stages if s.unarmed_because}
    assert regimes == {"ca.ccspa", "tw.csma", "ua.kmu1533"}
    assert stages == {"sg.cii.final", "sg.cii.quarterly_consolidated", "hk.cap653.written", "ca.ccspa.regulator.cse"}
    planned = {each.id for each in commitments(TODAY)}
    assert not planned & stages
    assert not regimes & bound(TODAY)


@pytest.mark.parametrize(
    ("name", "before", "first"),
    [
        ("in.dpdp.rule7", date(2027, 5, 12), date(2027, 5, 13)),
        ("sg.cii", date(2025, 10, 30), date(2025, 10, 31)),
        ("sg.pdpa", date(2021, 1, 31), date(2021, 2, 1)),
        ("au.soci", date(2022, 7, 7), date(2022, 7, 8)),
        ("au.ransom", date(2025, 5, 29), date(2025, 5, 30)),
        ("au.ndb", date(2018, 2, 21), date(2018, 2, 22)),
        ("jp.appi", date(2022, 3, 31), date(2022, 4, 1)),
        ("kr.network48_3", date(2024, 8, 13), date(2024, 8, 14)),
        ("kr.pipa34", date(2026, 9, 10), date(2026, 9, 11)),
        ("cn.csl2025", date(2025, 10, 31), date(2025, 11, 1)),
        ("hk.cap653", date(2025, 12, 31), date(2026, 1, 1)),
        ("my.csa854", date(2024, 8, 25), date(2024, 8, 26)),
        ("br.anpd15", date(2024, 4, 25), date(2024, 4, 26)),
        ("ca.pipeda", date(2018, 10, 31), date(2018, 11, 1)),
        ("ca.osfi", date(2021, 8, 12), date(2021, 8, 13)),
        ("ch.isg74e", date(2025, 3, 31), date(2025, 4, 1)),
    ],
)
def test_each_law_applied_from_its_day(name: str, before: date, first: date) -> None:
    assert name not in bound(before)
    assert name in bound(first)


def test_a_party_elsewhere_is_bound_only_where_its_profile_says_so() -> None:
    for each in commitments(date(2027, 6, 1)):
        if each.source.name.split(".")[0] in COUNTRIES and each.source.name != "in.certin":
            assert holds(each, {"jurisdiction": "EE"}) is False, each.id


BREACH = {"personal_data_breach": True}


class TestSingapore:
    ORGANISATION = {**BREACH, "jurisdiction": "SG", "is_pdpa_organisation": True}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("said", "commission", "individuals"),
        [
            ({"affected_individuals": 499, "pdpa_significant_harm": False}, False, False),
            ({"affected_individuals": 500, "pdpa_significant_harm": False}, True, False),
            ({"affected_individuals": 3, "pdpa_significant_harm": True}, True, True),
            ({"affected_individuals": 500}, True, None),
            ({}, None, None),
        ],
    )
    def test_scale_is_told_to_the_commission_and_harm_to_individuals_too(self, said: Said, commission: Truth, individuals: Truth) -> None:
        known = {**self.ORGANISATION, **said}
        assert holds(law("sg.pdpa.commission"), known) is commission
        assert holds(law("sg.pdpa.individuals"), known) is individuals

    def test_three_calendar_days_after_the_day_of_the_assessment(self) -> None:
        found = due(law("sg.pdpa.commission"), "2026-11-20T09:00")
        assert found.due_at == datetime(2026, 11, 23, 16, tzinfo=UTC)  # Monday 23 November, 24:00

    def test_thirty_days_for_the_assessment_are_guidance(self) -> None:
        assert law("sg.pdpa.assessment").basis is Basis.GUIDANCE

    def test_the_intermediary_tells_the_organisation_whatever_the_harm(self) -> None:
        told = law("sg.pdpa.intermediary")
        assert (told.owed_by, told.owed_to) == (Parties(Role.SUPPLIERS), Parties(Role.OPERATOR))
        assert holds(told, self.ORGANISATION, owed_by={"jurisdiction": "SG", "is_data_intermediary": True}) is True


class TestAustralia:
    ENTITY = {"jurisdiction": "AU", "is_soci_responsible_entity": True}  # noqa: RUF012

    def test_a_significant_impact_is_told_in_twelve_hours_and_a_relevant_one_in_72(self) -> None:
        critical, other = law("au.soci.critical"), law("au.soci.other")
        assert holds(critical, {**self.ENTITY, "soci_significant_impact": True}) is True
        assert holds(other, {**self.ENTITY, "soci_significant_impact": False, "soci_relevant_impact": True}) is True
        assert holds(critical, {**self.ENTITY, "soci_significant_impact": False, "soci_relevant_impact": True}) is False

    def test_the_statement_asks_for_serious_harm_and_the_assessment_does_not(self) -> None:
        entity = {**BREACH, "jurisdiction": "AU", "is_app_entity": True, "serious_harm_likely": False}
        assert holds(law("au.ndb.assessment"), entity) is True
        assert holds(law("au.ndb.statement"), entity) is False

    def test_a_ransom_is_reported_by_whoever_paid(self) -> None:
        payment, paid = law("au.ransom.payment"), {"jurisdiction": "AU", "is_au_reporting_business": True, "ransom_payment_made": True}
        assert holds(payment, paid) is True
        assert holds(payment, paid, owed_by={**paid, "ransom_payment_made": False}) is False


class TestJapan:
    OPERATOR = {"jurisdiction": "JP", "is_appi_operator": True}  # noqa: RUF012

    @pytest.mark.parametrize("category", ["sensitive", "financial", "over_1000"])
    def test_thirty_days_and_sixty_for_a_wrongful_purpose(self, category: str) -> None:
        usual, malicious = ({**self.OPERATOR, "appi_category": each} for each in (category, "malicious"))
        assert [holds(law(f"jp.appi.{each}"), usual) for each in ("final_30", "final_60")] == [True, False]
        assert [holds(law(f"jp.appi.{each}"), malicious) for each in ("final_30", "final_60")] == [False, True]

    def test_an_unnamed_category_is_open_until_there_is_known_to_be_no_breach(self) -> None:
        assert holds(law("jp.appi.preliminary"), self.OPERATOR) is None
        assert holds(law("jp.appi.preliminary"), {**self.OPERATOR, "personal_data_breach": False}) is False
        assert holds(law("jp.appi.preliminary"), {**self.OPERATOR, "appi_category": "malicious"}) is True

    def test_promptly_is_planned_for_three_days_and_has_no_number_in_the_statute(self) -> None:
        preliminary = stage("jp.appi.preliminary")
        assert preliminary.plan_for == Period(3, "d", "calendar_days", None, {"count_first": True})
        assert preliminary.basis is Basis.GUIDANCE

    def test_the_day_of_awareness_is_day_one_and_golden_week_moves_the_end(self) -> None:
        found = due(law("jp.appi.final_30"), "2026-04-04T15:00")
        assert found.due_at == datetime(2026, 5, 7, 15, tzinfo=UTC)  # day 30 is Sunday 3 May; Thursday 7 May, 24:00

    def test_the_year_end_closure_moves_the_end_to_the_first_open_day(self) -> None:
        found = due(law("jp.appi.final_60"), "2026-11-01T09:00")
        assert found.due_at == datetime(2027, 1, 4, 15, tzinfo=UTC)  # day 60 is 30 December; Monday 4 January, 24:00

    def test_any_of_the_commission_and_its_delegates_is_told(self) -> None:
        assert law("jp.appi.final_30").owed_to == Parties(Role.AUTHORITY, "any", "appi.ppc")


class TestKorea:
    CONTROLLER = {**BREACH, "jurisdiction": "KR", "is_pipa_controller": True}  # noqa: RUF012
    SMALL = {"affected_individuals": 999, "pipa_sensitive_or_unique_id": False, "pipa_illegal_external_access": False}  # noqa: RUF012

    def test_every_leak_is_told_to_people_and_a_grave_one_to_the_authority(self) -> None:
        people, authority = law("kr.pipa34.data_subjects"), law("kr.pipa34.authority")
        assert people.owed_to == Parties(Role.PERSONS)
        assert holds(people, {**self.CONTROLLER, **self.SMALL}) is True
        assert holds(authority, {**self.CONTROLLER, **self.SMALL}) is False
        for one in ({"affected_individuals": 1000}, {"pipa_sensitive_or_unique_id": True}, {"pipa_illegal_external_access": True}):
            assert holds(authority, {**self.CONTROLLER, **self.SMALL, **one}) is True

    def test_a_possible_leak_is_told_to_people_alone(self) -> None:
        possible = {**self.CONTROLLER, "personal_data_breach": False, "pipa_leak_possible": True, "affected_individuals": 5000}
        assert holds(law("kr.pipa34.possible_leak"), possible) is True
        assert holds(law("kr.pipa34.authority"), possible) is False

    def test_each_new_fact_has_a_day_of_its_own(self) -> None:
        additional = law("kr.network48_3.additional")
        provider = {"jurisdiction": "KR", "is_kr_ics_provider": True, "kr_intrusion_incident": True}
        assert additional.repeat is not None
        assert additional.repeat.every == "fact"
        assert holds(additional, provider) is False
        assert holds(additional, {**provider, "new_fact_at": NOW}) is True


class TestChina:
    OPERATOR = {"jurisdiction": "CN", "is_network_operator_cn": True, "cn_level": "relatively_major"}  # noqa: RUF012

    def holding(self, **said: object) -> set[str]:
        known = {**self.OPERATOR, **said}
        names = ("cii", "public_security.cii", "central_organs", "other")
        return {name for name in names if holds(law(f"cn.csl2025.{name}"), known)}

    def test_one_two_and_four_hours_by_who_is_hit(self) -> None:
        assert self.holding(involves_cii=True, is_cn_central_organ=False) == {"cii", "public_security.cii"}
        assert self.holding(involves_cii=False, is_cn_central_organ=True) == {"central_organs"}
        assert self.holding(involves_cii=False, is_cn_central_organ=False) == {"other"}
        assert self.holding() == {"other"}  # nothing known displaces nothing

    @pytest.mark.parametrize(("level", "binds"), [("general", False), (None, None), ("major", True), ("particularly_major", True)])
    def test_only_relatively_major_incidents_and_worse(self, level: str | None, binds: Truth) -> None:
        assert holds(law("cn.csl2025.other"), {**self.OPERATOR, "cn_level": level}) is binds

    def test_the_protection_department_relays_a_major_one_in_half_an_hour(self) -> None:
        relay = law("cn.csl2025.authority.cii_relay")
        assert relay.period == Period(30, "min", "elapsed_hours")
        assert relay.owed_by == Parties(Role.AUTHORITY, competence="cn.protection_department")
        assert relay.anchors == (Anchor("receipt", "cii"),)
        department = {"jurisdiction": "CN"}
        for level, binds in (("major", True), ("relatively_major", False)):
            operator = {**self.OPERATOR, "cn_level": level}
            assert holds(relay, operator, owed_by=department, owed_to=operator) is binds

    def test_in_the_night_of_the_national_day_one_hour_is_one_hour(self) -> None:
        assert due(law("cn.csl2025.cii"), "2026-10-01T03:20").due_at == datetime(2026, 9, 30, 20, 20, tzinfo=UTC)


def test_hong_kong_has_twelve_hours_once_the_core_function_is_hit_and_48_otherwise() -> None:
    operator = {"jurisdiction": "HK", "is_hk_ci_operator": True, "hk_css_incident": True}
    for hit, serious, other in ((True, True, False), (False, False, True), (None, None, True)):
        said = {**operator, "hk_core_function_hit": hit}
        assert (holds(law("hk.cap653.serious"), said), holds(law("hk.cap653.other"), said)) == (serious, other)


def test_brazil_doubles_the_periods_of_small_agents_and_of_nobody_else() -> None:
    controller = {"jurisdiction": "BR", "is_lgpd_controller": True, "lgpd_relevant_risk": True}
    for small, usual, doubled in ((True, False, True), (False, True, False), (None, True, None)):
        said = {**controller, "is_lgpd_small_agent": small}
        for name in ("authority", "data_subjects", "complement", "declaration"):
            assert holds(law(f"br.anpd15.{name}"), said) is usual
            assert holds(law(f"br.anpd15.small_agent.{name}"), said) is doubled


def test_brazil_counts_business_days_around_the_day_of_black_awareness() -> None:
    found = due(law("br.anpd15.authority"), "2026-11-19T17:00")
    assert found.due_at == datetime(2026, 11, 26, 3, tzinfo=UTC)  # Friday 20 is a holiday: Wednesday 25, 24:00


def test_malaysia_and_the_canadian_supervisor_have_two_recipients_each() -> None:
    for first, second in (("my.csa854.initial", "my.csa854.sector_lead.initial"), ("ca.osfi.osfi", "ca.osfi.lead_supervisor.osfi")):
        assert law(first).owed_to != law(second).owed_to
        assert first.rsplit(".", 1)[-1] == second.rsplit(".", 1)[-1]  # filed as the same stage
    assert law("ca.osfi.osfi").basis is Basis.GUIDANCE


def test_switzerland_asks_for_completion_fourteen_days_after_the_report() -> None:
    attacked = {"jurisdiction": "CH", "is_ch_74b": True, "ch_74d_attack": True}
    assert holds(law("ch.isg74e.complete"), attacked) is True
    assert holds(law("ch.isg74e.confirm"), attacked) is False
    assert due(law("ch.isg74e.report"), "2026-08-01T09:00").due_at == datetime(2026, 8, 2, 7, tzinfo=UTC)


def test_india_keeps_both_clocks_and_its_second_law_is_ahead() -> None:
    fiduciary = {**BREACH, "jurisdiction": "IN", "is_data_fiduciary": True}
    assert "in.dpdp.rule7" not in bound(TODAY)
    assert holds(law("in.dpdp.rule7.board_detailed", date(2027, 5, 14)), fiduciary) is True
    found = regime("in.certin")
    assert found is not None
    assert {each.text for each in found.duties} == {
        "synchronise clocks with the time servers of NIC or NPL",
        "keep logs for 180 days within India",
    }


@pytest.mark.skipif(not SHARED.exists(), reason="the shared catalogue is not at hand")
def test_the_shared_catalogue_has_its_counterpart_here() -> None:
    there = [each for each in yaml.safe_load(SHARED.read_text(encoding="utf-8"))["regimes"] if each["id"].split(".")[0] in COUNTRIES]
    assert {each["id"] for each in there} == {each.id for each in ours()}
    for each in there:
        for asked in each["stages"]:
            found = stage(f"{each['id']}.{asked['id']}")
            wanted = None if asked["unit"] == "none" else (asked["n"], asked["unit"], asked["rule"])
            assert (found.period and (found.period.n, found.period.unit, found.period.rule)) == wanted, found.id
            assert asked["anchor"].split(" ")[0] in written(found)[2].split(" ") if "anchor" in asked else True, found.id
