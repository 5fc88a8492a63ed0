"""The demo world and its agreements hold together: every name leads somewhere, and no agreement has a finding."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
import yaml

from incident.rules.terms import CASE_FACTS, lint, load, render
from incident.rules.vocabulary import vocabulary

DEMO = Path(__file__).parents[2] / "web" / "demo"
WORLD: dict[str, Any] = yaml.safe_load((DEMO / "world.yaml").read_text(encoding="utf-8"))
PARTIES = {each["slug"]: each for each in WORLD["parties"]}
URIS = {each["uri"]: each for each in WORLD["parties"]}
AGREEMENTS = {path.stem: load(path.read_text(encoding="utf-8")) for path in sorted((DEMO / "agreements").glob("*.yaml"))}
COUNTRIES = {"EE", "FR", "DE", "PT", "IN", "US", "KE", "JP", "AU", "GB", "CA", "NZ", "KR", "BR", "SG"}
EU = {"EE", "FR", "DE", "PT"}
PROFILE = {
    "profile_complete",
    "is_essential_entity",
    "is_important_entity",
    "is_trust_service_provider",
    "is_controller",
    "is_processor",
    "is_certin_obliged",
    "is_sec_registrant",
    "is_highrisk_ai_provider",
    "is_highrisk_ai_deployer",
}


def in_country(country: str, **wanted: str) -> list[dict[str, Any]]:
    here = [each for each in WORLD["parties"] if each["jurisdiction"] == country]
    return [each for each in here if all(value == each[key] or value in each[key] for key, value in wanted.items())]


def test_every_country_has_one_cert_an_operator_and_a_deployment() -> None:
    for country in COUNTRIES:
        (cert,) = in_country(country, kind="cert")
        (deployment,) = [each for each in WORLD["deployments"] if each["jurisdiction"] == country]
        assert cert["slug"] == f"cert-{country.lower()}"
        assert deployment["slug"].startswith(f"{country.lower()}-")
        assert PARTIES[deployment["operator"]]["jurisdiction"] == country
        assert PARTIES[deployment["operator"]]["kind"] in ("ministry", "operator")
    assert {each["jurisdiction"] for each in WORLD["deployments"]} == COUNTRIES
    assert (PARTIES["cert-intl"]["kind"], PARTIES["cert-intl"]["jurisdiction"]) == ("cert", "CH")


def test_every_competence_that_a_shipped_law_asks_for_has_one_holder_in_its_country() -> None:
    for country in EU:
        for competence in ("nis2.csirt", "gdpr.supervisory", "aiact.market_surveillance"):
            assert len(in_country(country, competences=competence)) == 1
    assert [each["slug"] for each in WORLD["parties"] if "certin" in each["competences"]] == ["cert-in"]
    assert [each["slug"] for each in WORLD["parties"] if "sec" in each["competences"]] == ["us-sec"]


@pytest.mark.parametrize("slug", PARTIES)
def test_each_party_is_complete(slug: str) -> None:
    party = PARTIES[slug]
    assert set(party) == {
        "slug", "uri", "name", "kind", "jurisdiction", "zone", "calendar", "languages", "competences", "profile", "contacts",
    }  # fmt: skip
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug)
    assert party["kind"] in ("cert", "regulator", "vendor", "operator", "ministry", "spoc")
    assert re.fullmatch(r"[A-Z]{2}", party["jurisdiction"])
    assert ZoneInfo(party["zone"]).key == party["zone"]
    assert holidays.country_holidays(party["jurisdiction"], years=2026)
    assert party["calendar"] == f"{party['jurisdiction']}:public"
    assert all(isinstance(language, str) for language in party["languages"])
    assert set(party["contacts"]) == {"duty_desk", "deputy", "manager"}


@pytest.mark.parametrize("slug", PARTIES)
def test_each_profile_says_yes_or_no_to_every_question_with_its_date_and_source(slug: str) -> None:
    groups = PARTIES[slug]["profile"]
    assert {name for group in groups for name in group["facts"]} == PROFILE
    for group in groups:
        assert isinstance(group["from"], date)
        assert group["source"]
        assert all(isinstance(value, bool) for value in group["facts"].values())


def test_one_vendor_is_a_registrant_and_one_operator_is_bound_by_cert_in() -> None:
    def those(fact: str) -> list[str]:
        return [slug for slug, party in PARTIES.items() if any(group["facts"].get(fact) for group in party["profile"])]

    assert those("is_sec_registrant") == ["meridian-models"]
    assert those("is_certin_obliged") == ["in-ministry"]
    assert len(those("is_highrisk_ai_deployer")) == len(EU)


def test_names_uris_and_addresses_are_distinct_and_under_a_reserved_domain() -> None:
    assert len(WORLD["parties"]) == len(PARTIES) == len(URIS) <= 60
    addresses = [contact["email"] for party in WORLD["parties"] for contact in party["contacts"].values()]
    addresses += [person["email"] for person in WORLD["people"]]
    assert [address for address, times in Counter(addresses).items() if times > 1] == []
    assert all(re.fullmatch(r"[a-z.]+@[a-z0-9-]+\.example", address) for address in addresses)
    assert all(re.fullmatch(r"https://[a-z0-9-]+\.example/#party", uri) for uri in URIS)


def test_everybody_who_signs_in_belongs_to_a_party_and_carries_no_password() -> None:
    assert all(set(person) == {"email", "name", "party"} and person["party"] in PARTIES for person in WORLD["people"])
    signing_in = {person["party"] for person in WORLD["people"]}
    assert {slug for slug, party in PARTIES.items() if party["kind"] in ("cert", "vendor", "ministry", "operator")} <= signing_in


def test_each_deployment_has_an_operator_and_two_suppliers_that_exist() -> None:
    assert len({each["slug"] for each in WORLD["deployments"]}) == len(WORLD["deployments"])
    for deployment in WORLD["deployments"]:
        assert len(set(deployment["suppliers"])) == 2
        assert all(PARTIES[supplier]["kind"] == "vendor" for supplier in deployment["suppliers"])
        assert set(deployment["system"]) == {"name", "version", "models"}
        assert isinstance(deployment["system"]["version"], str)
        assert all(re.fullmatch(r"[A-Z]{2}", country) for country in deployment["data_may_live"])
        assert deployment["jurisdiction"] in deployment["data_may_live"]


def test_the_three_agreements_have_no_findings() -> None:
    assert set(AGREEMENTS) == {"cert-mutual-aid", "ee-meridian-model-weights", "sovereign-ai-assurance"}
    assert {name: lint(agreement, vocabulary()) for name, agreement in AGREEMENTS.items()} == dict.fromkeys(AGREEMENTS, ())
    assert all(agreement.name == name for name, agreement in AGREEMENTS.items())


def test_the_vocabulary_has_every_profile_question_and_the_names_that_a_condition_may_ask_of_the_case() -> None:
    assert set(vocabulary()) >= PROFILE | CASE_FACTS


def test_every_signatory_is_a_party_and_every_clause_can_be_said() -> None:
    for agreement in AGREEMENTS.values():
        assert set(agreement.parties) <= set(URIS)
        assert all(clause.text.endswith(".") for clause in render(agreement))


def test_the_multi_state_agreement_binds_every_cert_operator_and_vendor() -> None:
    meant = {each["uri"] for each in WORLD["parties"] if each["kind"] != "regulator"}
    assert set(AGREEMENTS["sovereign-ai-assurance"].parties) == meant
    certs = {each["uri"] for each in WORLD["parties"] if each["kind"] == "cert"}
    assert set(AGREEMENTS["cert-mutual-aid"].parties) == certs


def test_telling_a_supplier_of_a_severe_incident_is_pre_authorised() -> None:
    notice = AGREEMENTS["sovereign-ai-assurance"].commitment("supplier_notice")
    assert notice is not None
    assert notice.tell is not None
    assert notice.tell.release == "pre_authorised"
