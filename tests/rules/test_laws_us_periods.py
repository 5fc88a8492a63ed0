"""The laws of the United States and the United Kingdom, and three templates: periods, what is armed, what was compiled before.

The table of periods is typed from the texts of the laws, independently of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident.rules.commitment import Discharge
from incident.rules.regimes import catalogue, commitments, regime
from incident.rules.regimes.values import Regime, Stage

TODAY = date(2026, 11, 26)

SHARE = (
    *("uk.nis2018", "uk.csrb", "uk.gdpr33", "uk.pecr", "us.circia", "us.sec.8k105", "us.hipaa", "us.bank36", "us.fcc.64_2011"),
    *("us.tsa.pipeline", "us.dfars7012", "us.fedramp.icp", "us.nydfs.500_17", "us.ca.sb53", "us.ny.raise", "us.il.sb315"),
    *("tmpl.ihr2005", "tmpl.osce_cbm8", "tmpl.cloud_dpa"),
)

# id: number, unit, counting rule and whose facts start it; None where the text sets no number
PERIODS: Mapping[str, tuple[int | None, str, str, str]] = {
    "uk.nis2018.notification": (72, "h", "elapsed_hours", "aware_at"),
    "uk.nis2018.rdsp.notification": (72, "h", "elapsed_hours", "aware_at"),
    "uk.csrb.initial": (24, "h", "elapsed_hours", "aware_at"),
    "uk.csrb.csirt.initial": (24, "h", "elapsed_hours", "aware_at"),
    "uk.csrb.full": (72, "h", "elapsed_hours", "aware_at"),
    "uk.csrb.csirt.full": (72, "h", "elapsed_hours", "aware_at"),
    "uk.csrb.customers": (None, "", "", "aware_at"),
    "uk.gdpr33.authority": (72, "h", "elapsed_hours", "aware_at"),
    "uk.gdpr33.data_subjects": (None, "", "", "aware_at"),
    "uk.gdpr33.processor_to_controller": (None, "", "", "aware_at"),
    "uk.pecr.authority": (72, "h", "elapsed_hours", "aware_at"),
    "us.circia.covered_incident": (72, "h", "elapsed_hours", "reasonable_belief_at"),
    "us.circia.ransom_payment": (24, "h", "elapsed_hours", "payment_at"),
    "us.circia.joint": (72, "h", "elapsed_hours", "reasonable_belief_at"),
    "us.circia.supplemental": (None, "", "", "new_fact_at"),
    "us.sec.8k105.form_8k": (4, "bd", "business_days", "determined_at"),
    "us.sec.8k105.after_ag_delay": (4, "bd", "business_days", "delay_ended_at"),
    "us.sec.8k105.amendment": (4, "bd", "business_days", "new_fact_at"),
    "us.hipaa.individuals": (60, "d", "calendar_days", "discovered_at"),
    "us.hipaa.secretary_500": (60, "d", "calendar_days", "discovered_at"),
    "us.hipaa.secretary_under_500": (60, "d", "days_after_year_end", "discovered_at"),
    "us.hipaa.media": (60, "d", "calendar_days", "discovered_at"),
    "us.hipaa.business_associate": (60, "d", "calendar_days", "discovered_at"),
    "us.bank36.regulator": (36, "h", "elapsed_hours", "determined_at"),
    "us.bank36.service_provider_to_bank": (None, "", "", "determined_at"),
    "us.fcc.64_2011.agency": (7, "bd", "business_days", "determined_at"),
    "us.fcc.64_2011.customers_old": (7, "bd", "business_days", "after:agency"),
    "us.fcc.64_2011.customers": (30, "d", "calendar_days", "determined_at"),
    "us.tsa.pipeline.report": (24, "h", "elapsed_hours", "identified_at"),
    "us.dfars7012.report": (72, "h", "elapsed_hours", "discovered_at"),
    "us.dfars7012.preserve_images": (90, "d", "calendar_days", "after:report"),
    "us.fedramp.icp.one_hour": (1, "h", "elapsed_hours", "identified_at"),
    "us.fedramp.icp.agency.one_hour": (1, "h", "elapsed_hours", "identified_at"),
    "us.fedramp.icp.cisa.one_hour": (1, "h", "elapsed_hours", "identified_at"),
    "us.fedramp.icp.daily_update": (1, "d", "calendar_days", "after:one_hour"),
    "us.fedramp.icp.agency.daily_update": (1, "d", "calendar_days", "after:one_hour"),
    "us.fedramp.icp.cisa.daily_update": (1, "d", "calendar_days", "after:one_hour"),
    "us.fedramp.icp.final": (None, "", "", "resolved_at"),
    "us.nydfs.500_17.notice": (72, "h", "elapsed_hours", "determined_at"),
    "us.nydfs.500_17.update": (None, "", "", "new_fact_at"),
    "us.nydfs.500_17.extortion_payment": (24, "h", "elapsed_hours", "payment_at"),
    "us.nydfs.500_17.payment_explanation": (30, "d", "calendar_days", "payment_at"),
    "us.ca.sb53.oes": (15, "d", "calendar_days", "discovered_at"),
    "us.ca.sb53.imminent_risk": (24, "h", "elapsed_hours", "discovered_at"),
    "us.ca.sb53.amended_report": (None, "", "", "new_fact_at"),
    "us.ny.raise.dfs": (72, "h", "elapsed_hours", "determined_at or reasonable_belief_at"),
    "us.ny.raise.imminent_risk": (24, "h", "elapsed_hours", "discovered_at"),
    "us.ny.raise.amended_report": (None, "", "", "new_fact_at"),
    "us.il.sb315.state": (72, "h", "elapsed_hours", "reasonable_belief_at"),
    "us.il.sb315.attorney_general.state": (72, "h", "elapsed_hours", "reasonable_belief_at"),
    "us.il.sb315.imminent_risk": (24, "h", "elapsed_hours", "discovered_at"),
    "us.il.sb315.amended_report": (None, "", "", "new_fact_at"),
    "tmpl.ihr2005.assess": (48, "h", "elapsed_hours", "detected_at"),
    "tmpl.ihr2005.notify_who": (24, "h", "elapsed_hours", "assessed_at"),
    "tmpl.osce_cbm8.poc": (None, "", "", "aware_at"),
    "tmpl.cloud_dpa.customer": (None, "", "", "aware_at"),
}

# where the catalogue at hand departs from the compiled one, and why
DEPARTURES: Mapping[str, str] = {
    "us.sec.8k105.amendment: anchor": "the four days run from the missing information, which `new_fact_at` records",
    "tmpl.osce_cbm8.poc: anchor": "the measure names no event; every stage starts somewhere",
    "us.ny.raise.dfs: anchor": "both anchors of the text stand as anchors; the compiled one keeps the second beside the first",
    "us.il.sb315: evidence": "the consolidated text of 430 ILCS 185/15 was read, signature and effective date included",
    "us.hipaa: since": "45 CFR 164.400 names 23 September 2009",
    "us.nydfs.500_17: since": "law-firm pages date the present notices to 1 December 2023",
    "us.tsa.pipeline: since": "the first directive took effect on 28 May 2021",
    "us.fedramp.icp: since": "the compiled note names 18 November 2025",
    "uk.gdpr33: since": "SI 2019/419 names IP completion day, the last hour of 2020",
}


def the(id: str) -> Regime:
    found = regime(id)
    assert found is not None, id
    return found


def stages() -> Iterator[tuple[str, Stage]]:
    for each in catalogue():
        if each.id in SHARE:
            for stage in each.stages:
                yield f"{each.id}.{stage.id}", stage


def stage(id: str) -> Stage:
    return dict(stages())[id]


def started_by(stage: Stage) -> str:
    return " or ".join(f"after:{each.name}" if each.kind == "after" else each.name for each in stage.anchors)


def bound(on: date) -> set[str]:
    return {each.source.name for each in commitments(on)}


def test_every_stage_has_the_period_rule_and_anchor_of_its_text() -> None:
    found = {
        id: (each.period.n, each.period.unit, each.period.rule, started_by(each)) if each.period else (None, "", "", started_by(each))
        for id, each in stages()
    }
    assert found == dict(PERIODS)


def test_each_starts_from_a_fact_of_the_debtor() -> None:
    for id, each in stages():
        assert {anchor.of for anchor in each.anchors if anchor.kind == "fact"} <= {"owed_by"}, id


def test_no_source_is_a_path_or_a_number_of_an_index() -> None:
    for id in SHARE:
        assert not re.search(r"\bfiles? (?:id )?\d{6,}|\.json\b|/[a-z]+/[a-z]+/", the(id).source), id


def test_receipt_is_prescribed_by_one_rule_alone() -> None:
    received = [id for id, each in stages() if each.discharged_by in (Discharge.RECEIVED, Discharge.CONFIRMED)]
    assert received == ["us.bank36.regulator"]


class TestUnarmed:
    FAR = date(2040, 1, 1)

    def test_only_these_ship_unarmed(self) -> None:
        assert {id for id in SHARE if the(id).unarmed_because} == {"us.circia", "tmpl.cloud_dpa"}
        assert {id for id, each in stages() if each.unarmed_because} == {
            "us.fcc.64_2011.customers",
            "tmpl.ihr2005.assess",
            "tmpl.cloud_dpa.customer",
            "us.tsa.pipeline.report",
        }

    def test_circia_starts_no_clock_before_its_rule_or_an_officer(self) -> None:
        assert "us.circia" not in bound(self.FAR)
        armed = {each.id for each in commitments(TODAY, {"us.circia": TODAY}) if each.source.name == "us.circia"}
        assert armed == {"us.circia.covered_incident", "us.circia.ransom_payment", "us.circia.supplemental"}

    def test_the_amended_text_for_customers_waits_for_an_officer(self) -> None:
        id = "us.fcc.64_2011.customers"
        assert id not in {each.id for each in commitments(self.FAR)}
        assert id in {each.id for each in commitments(TODAY, {id: TODAY})}

    def test_templates_never_bind_not_even_armed(self) -> None:
        templates = {id for id in SHARE if id.startswith("tmpl.")}
        assert not templates & bound(self.FAR)
        assert not templates & {each.source.name for each in commitments(self.FAR, dict.fromkeys(templates, TODAY))}


COMPILED = Path(__file__).parents[2].parent / "shared" / "law" / "regimes.yaml"


def compiled() -> dict[str, dict[str, Any]]:
    if not COMPILED.exists():
        pytest.skip("the compiled catalogue is not beside this checkout")
    document = yaml.safe_load(COMPILED.read_text(encoding="utf-8"))
    return {each["id"]: each for each in document["regimes"] if each["id"] in SHARE}


def test_every_regime_and_stage_of_the_compiled_catalogue_has_its_counterpart() -> None:
    found, apart = compiled(), []
    assert set(found) == set(SHARE)
    for id, written in found.items():
        mine = the(id)
        if mine.evidence != written["evidence"]:
            apart.append(f"{id}: evidence")
        if mine.status.since != written["status"].get("since"):
            apart.append(f"{id}: since")
        relations = {(each.to, each.type) for each in mine.relations}
        assert {(each["to"], each["type"]) for each in written.get("relations", [])} <= relations, id
        for each in written["stages"]:
            apart += [f"{id}.{each['id']}: {what}" for what in differences(stage(f"{id}.{each['id']}"), each)]
    assert set(apart) == set(DEPARTURES)


def differences(mine: Stage, written: Mapping[str, Any]) -> Iterator[str]:
    period = (mine.period.n, mine.period.unit, mine.period.rule) if mine.period else (None, "none", None)
    if period != (written.get("n"), written["unit"], written.get("rule")):
        yield "period"
    if started_by(mine) != written.get("anchor"):
        yield "anchor"
