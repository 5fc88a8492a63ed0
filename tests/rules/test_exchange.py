"""Records of the open formats become reports, with every fault of theirs named and nothing invented."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from incident.rules import exchange
from incident.rules.exchange import Destination, Mapped, Record, Unreadable

CORPUS = Path(__file__).parents[1] / "corpus"
UNSHIFTED = Destination("there", "Europe/Tallinn")
SHIFTED = Destination("there", "Europe/Tallinn", date(2026, 11, 20))


def read(name: str) -> Record | Unreadable:
    return exchange.read(name, (CORPUS / name).read_bytes())


def mapped(name: str, to: Destination = UNSHIFTED) -> Mapped:
    record = read(name)
    assert isinstance(record, Record), record
    report = exchange.to_report(record, to)
    assert isinstance(report, Mapped), report
    return report


def of_veris(incident: object, **rest: object) -> Mapped | Unreadable:
    content = {"incident_id": "X", "summary": "Something.", "timeline": {"incident": incident}, **rest}
    record = exchange.read("x.json", json.dumps(content).encode())
    assert isinstance(record, Record), record
    return exchange.to_report(record, UNSHIFTED)


def facts(report: Mapped | Unreadable) -> dict[str, object]:
    assert isinstance(report, Mapped), report
    found = report.body["facts"]
    assert isinstance(found, dict)
    return found


def at(report: Mapped | Unreadable, fact: str) -> tuple[object, object] | None:
    found = facts(report)[fact]
    return (found["at"], found["precision"]) if isinstance(found, dict) else None


def faults(report: Mapped) -> dict[str, str]:
    return {fault.pointer: fault.code for fault in report.faults}


def summary(report: Mapped) -> str:
    text = report.body["summary"]
    assert isinstance(text, str)
    return text


def test_a_plain_record_becomes_a_whole_report() -> None:
    body = mapped("veris/clinic-portal.json").body
    day = {"at": "2016-04-01", "precision": "day", "zone": "Europe/Tallinn"}
    assert body == {
        "deployment": "there",
        "reference": "invented:INV-0001",
        "stage": "early_warning",
        "summary": "A booking portal of an invented chain of clinics showed patients each other's letters."
        " [Actor: internal (System admin)] [Action: error (Misconfiguration)]",
        "severity": "critical",
        "facts": {
            "occurred_at": {"at": "2016-03-14", "precision": "day", "zone": "Europe/Tallinn"},
            "aware_at": day,
            "noticed_at": day,
            "personal_data_breach": True,
            "risk_to_individuals": "high",
            "affected_individuals": 4200,
            "significant_incident": True,
            "listed_in_certin_annex": None,
            "cross_border": None,
        },
        "affected_countries": ["US"],
        "tlp": "CLEAR",
    }


def test_a_day_that_does_not_exist_is_kept_to_its_month_and_named() -> None:
    report = mapped("veris/thirty-first-of-february.json")
    assert at(report, "occurred_at") == ("2014-02", "month")
    assert at(report, "aware_at") == ("2014-03-05", "day")
    assert faults(report) == {"/timeline/incident": "impossible_date"}
    assert "/timeline/incident: 2014-02-31 does not exist; kept to the month 2014-02" in summary(report)


@pytest.mark.parametrize(
    ("incident", "kept"),
    [
        ({"year": 2015, "month": 13, "day": 4}, ("2015", "year")),
        ({"year": 2015, "month": 0}, ("2015", "year")),
        ({"year": 2015, "day": 4}, ("2015", "year")),
        ({"year": 2015, "month": 2, "day": 29}, ("2015-02", "month")),
        ({"year": 2015, "month": 12, "day": 32}, ("2015-12", "month")),
        ({"year": 2015, "month": 12, "day": -1}, ("2015-12", "month")),
        ({"year": 2015, "month": 12, "day": 10**400}, ("2015-12", "month")),
        ({"year": 2015, "month": 12, "day": 4.0}, ("2015-12", "month")),
        ({"year": 2015, "month": 12, "day": 4, "time": "25:00"}, ("2015-12-04", "day")),
        ({"year": 2015, "month": 12, "time": "05:45:00 PM"}, ("2015-12", "month")),
    ],
)
def test_an_impossible_part_costs_that_part_and_no_more(incident: object, kept: tuple[str, str]) -> None:
    report = of_veris(incident)
    assert at(report, "aware_at") == kept
    assert isinstance(report, Mapped)
    assert report.faults[0].pointer.startswith("/timeline/incident")


@pytest.mark.parametrize("incident", [{"year": 2016, "month": 2, "day": 29}, {"year": 2015, "month": 12, "day": 31}])
def test_a_rare_day_that_exists_is_no_fault(incident: dict[str, int]) -> None:
    report = of_veris(incident)
    assert at(report, "aware_at") == (date(**incident).isoformat(), "day")
    assert isinstance(report, Mapped)
    assert report.faults == ()


def test_awareness_before_the_incident_is_kept_to_where_both_can_be_true() -> None:
    report = mapped("veris/known-before-it-happened.json")
    assert at(report, "occurred_at") == ("2019-04-24", "day")
    assert at(report, "aware_at") == ("2019-04", "month")
    assert faults(report) == {"/plus/timeline/notification": "backward_date"}


def test_awareness_that_no_precision_can_save_gives_way_to_the_incident() -> None:
    report = mapped("veris/known-a-year-before.json")
    assert at(report, "aware_at") == ("2013-10-01", "day")
    assert "2012-10-31 lies before the incident itself, 2013-10-01" in summary(report)


def test_a_coarse_date_is_never_called_backward() -> None:
    report = mapped("veris/unknown-keys.json")
    assert at(report, "aware_at") == ("2019", "year")
    assert "backward_date" not in faults(report).values()


def test_without_a_notification_awareness_is_the_incident_and_the_summary_says_so() -> None:
    report = mapped("veris/year-only.json")
    assert at(report, "aware_at") == at(report, "occurred_at") == ("2012", "year")
    assert "Awareness is taken from the incident" in summary(report)
    assert report.faults == ()


def test_a_notification_without_its_year_is_named_and_left_out() -> None:
    report = mapped("veris/month-without-year.json")
    assert at(report, "aware_at") == ("2018-05", "month")
    assert faults(report) == {"/plus/timeline/notification": "no_year"}


def test_a_record_without_any_possible_date_is_refused_with_the_reason() -> None:
    record = read("veris/year-of-five-digits.json")
    assert isinstance(record, Record)
    refused = exchange.to_report(record, SHIFTED)
    assert isinstance(refused, Unreadable)
    assert refused.pointer == "/timeline/incident"
    assert "the year 20144 is outside 1950 to 2050" in refused.reason


def test_a_time_is_exact_in_the_zone_of_the_deployment() -> None:
    report = mapped("veris/at-half-past-eleven.json", Destination("gb", "Europe/London"))
    assert at(report, "occurred_at") == ("2016-03-26T23:30:00+00:00", "exact")


def test_a_time_that_the_zone_skips_is_kept_to_its_day() -> None:
    incident = {"year": 2016, "month": 3, "day": 27, "time": "03:30:00 AM"}
    report = of_veris(incident)
    assert at(report, "occurred_at") == ("2016-03-27", "day")
    assert isinstance(report, Mapped)
    assert faults(report) == {"/timeline/incident": "skipped_time"}


def test_a_time_that_happens_twice_is_the_first_and_says_so() -> None:
    report = of_veris({"year": 2016, "month": 10, "day": 30, "time": "03:30:00 AM"})
    assert at(report, "occurred_at") == ("2016-10-30T03:30:00+03:00", "exact")
    assert isinstance(report, Mapped)
    assert faults(report) == {"/timeline/incident": "ambiguous_time"}


@pytest.mark.parametrize(("written", "hour"), [("12:00:00 AM", "00"), ("12:00:00 PM", "12"), ("01:00:00 PM", "13")])
def test_noon_and_midnight_are_where_the_clock_has_them(written: str, hour: str) -> None:
    report = of_veris({"year": 2016, "month": 6, "day": 1, "time": written})
    assert at(report, "occurred_at") == (f"2016-06-01T{hour}:00:00+03:00", "exact")


def test_several_countries_are_all_affected_and_it_crosses_a_border() -> None:
    record = read("veris/three-countries.json")
    assert isinstance(record, Record)
    assert exchange.victim_countries(record) == ("DE", "FR", "PL")
    report = mapped("veris/three-countries.json")
    assert report.body["affected_countries"] == ["DE", "FR", "PL"]
    assert facts(report)["cross_border"] is True


def test_an_unknown_country_is_no_country_and_no_fault() -> None:
    report = mapped("veris/nowhere.json")
    assert report.body["affected_countries"] == []
    assert report.faults == ()


def test_a_code_that_no_country_has_is_named() -> None:
    report = of_veris({"year": 2016}, victim={"country": ["XQ", "EE", "EE", "ee"]})
    assert isinstance(report, Mapped)
    assert report.body["affected_countries"] == ["EE"]
    assert faults(report) == {"/victim/country/0": "unknown_country", "/victim/country/3": "unknown_country"}


def test_control_characters_go_and_are_named() -> None:
    report = mapped("veris/control-characters.json")
    assert summary(report).startswith("A log was pasted here, with its bells and a half of a sign. [")
    assert "control characters removed: U+0000, U+0007, U+202E, U+D83D" in summary(report)
    assert faults(report) == {"/summary": "control_characters"}
    summary(report).encode()


def test_unknown_keys_are_named_by_their_escaped_pointer() -> None:
    assert faults(mapped("veris/unknown-keys.json")) == {"/weather": "unknown_key", "/a~1b~0c": "unknown_key"}


def test_values_of_a_wrong_type_are_named_and_left_out() -> None:
    report = mapped("veris/wrong-types.json")
    assert faults(report) == {
        "/timeline/incident/month": "wrong_type",
        "/timeline/incident/day": "wrong_type",
        "/plus/timeline/notification": "wrong_type",
        "/attribute/confidentiality/data/1": "wrong_type",
        "/attribute/confidentiality/data/2": "wrong_type",
        "/attribute/confidentiality/data_total": "wrong_type",
        "/action": "wrong_type",
    }
    assert at(report, "aware_at") == ("2011", "year")
    assert facts(report)["affected_individuals"] is None
    assert report.body["affected_countries"] == ["SE"]


def test_a_long_summary_is_cut_and_keeps_what_was_noted() -> None:
    report = of_veris({"year": 2016, "month": 2, "day": 31}, summary="word " * 900, action={"hacking": {}})
    assert isinstance(report, Mapped)
    assert len(summary(report)) <= 2000
    assert "[cut: the record has 4499 characters] [Awareness" in summary(report)
    assert summary(report).endswith("2016-02-31 does not exist; kept to the month 2016-02]")
    assert report.faults[-1].code == "too_long"


def test_thousands_of_faults_fit_as_well() -> None:
    report = of_veris({"year": 2016}, **{f"key-{number}\x00": number for number in range(5000)})
    assert isinstance(report, Mapped)
    assert len(report.faults) == 5000
    assert len(summary(report)) <= 2000
    assert "more]" in summary(report)
    assert "\x00" not in summary(report)


CONFIDENTIALITY = [
    ("Yes", ["Personal"], True, "risk"),
    ("Yes", ["Internal", "Payment"], True, "high"),
    ("Yes", ["Source code", "Secrets"], False, None),
    ("Yes", ["Internal"], None, None),
    ("Yes", [], None, None),
    ("Potentially", ["Personal"], None, None),
    ("Unknown", ["Personal"], None, None),
    ("No", ["Personal"], False, None),
]


@pytest.mark.parametrize(("disclosed", "varieties", "breach", "risk"), CONFIDENTIALITY)
def test_a_breach_is_what_the_record_confirms(disclosed: str, varieties: list[str], breach: bool | None, risk: str | None) -> None:
    data = [{"variety": variety} for variety in varieties]
    report = of_veris({"year": 2016}, attribute={"confidentiality": {"data_disclosure": disclosed, "data": data}})
    assert (facts(report)["personal_data_breach"], facts(report)["risk_to_individuals"]) == (breach, risk)


def test_a_denied_disclosure_beside_an_outage_leaves_the_breach_unknown() -> None:
    attribute = {"confidentiality": {"data_disclosure": "No"}, "availability": {"variety": ["Loss"]}}
    assert facts(of_veris({"year": 2016}, attribute=attribute))["personal_data_breach"] is None


def test_the_risk_of_data_that_was_all_encrypted_is_unknown() -> None:
    report = mapped("veris/three-countries.json")
    assert facts(report)["personal_data_breach"] is True
    assert facts(report)["risk_to_individuals"] is None


@pytest.mark.parametrize(
    ("rest", "severity", "significant"),
    [
        ({"security_incident": "Near miss", "impact": {"overall_rating": "Catastrophic"}}, "low", False),
        ({"security_incident": "Confirmed", "impact": {"overall_rating": "Catastrophic"}}, "critical", True),
        ({"security_incident": "Confirmed", "impact": {"overall_rating": "Damaging"}}, "high", True),
        ({"security_incident": "Confirmed", "impact": {"overall_rating": "Insignificant"}}, "medium", False),
        ({"security_incident": "Confirmed"}, "medium", None),
        ({"security_incident": "Suspected", "attribute": {"availability": {"variety": ["Loss"]}}}, "high", None),
        ({"security_incident": "Confirmed", "attribute": {"availability": {"variety": ["Obscuration"]}}}, "medium", None),
        ({"security_incident": "Confirmed", "attribute": {"confidentiality": {"data_disclosure": "Yes"}}}, "high", True),
        (
            {"attribute": {"confidentiality": {"data_disclosure": "Yes", "data_total": 1_000_000}}},
            "critical",
            None,
        ),
    ],
)
def test_severity_and_significance_follow_the_table(rest: dict[str, object], severity: str, significant: bool | None) -> None:
    report = of_veris({"year": 2016}, **rest)
    assert isinstance(report, Mapped)
    assert (report.body["severity"], facts(report)["significant_incident"]) == (severity, significant)


def test_only_attacks_are_said_to_be_in_the_annexure_and_nothing_is_said_not_to_be() -> None:
    said = {
        kind: facts(of_veris({"year": 2016}, action={kind: {}}))["listed_in_certin_annex"]
        for kind in ("hacking", "malware", "social", "error", "misuse", "physical")
    }
    assert said == {**dict.fromkeys(("hacking", "malware", "social"), True), **dict.fromkeys(("error", "misuse", "physical"))}


def test_an_incident_of_atlas_is_filed_as_one_with_its_harm_unknown() -> None:
    report = mapped("atlas/poisoned-index.yaml")
    assert report.body["severity"] == "high"
    assert "exercise" not in report.body
    assert at(report, "aware_at") == at(report, "occurred_at") == ("2024-05-17", "day")
    assert facts(report)["ai_serious_incident"] is None
    assert "[Target: The library assistant]" in summary(report)
    assert report.body["reference"] == "atlas:INV.CS01"


def test_an_exercise_of_atlas_is_an_exercise() -> None:
    report = mapped("atlas/evasion-drill.yaml")
    assert report.body["exercise"] is True
    assert report.body["severity"] == "medium"
    assert at(report, "aware_at") == ("2023-09", "month")


def test_a_granularity_of_a_year_makes_filler_of_the_rest() -> None:
    assert at(mapped("atlas/some-time-in-2020.yaml"), "occurred_at") == ("2020", "year")


def test_an_impossible_date_in_yaml_is_read_and_named() -> None:
    report = mapped("atlas/thirtieth-of-february.yaml")
    assert at(report, "occurred_at") == ("2025-02", "month")
    assert faults(report) == {"/incident-date": "impossible_date", "/summary": "control_characters"}


@pytest.mark.parametrize(
    ("written", "reason"),
    [("soon", "a date like 2023-05-31 was expected"), ("0000-01-01", "outside 1950 to 2050"), ("", "no possible date")],
)
def test_a_case_study_without_a_date_is_refused(written: str, reason: str) -> None:
    record = exchange.read("x.yaml", f"id: X\nobject-type: case-study\nincident-date: {written}\n".encode())
    assert isinstance(record, Record)
    refused = exchange.to_report(record, UNSHIFTED)
    assert isinstance(refused, Unreadable)
    assert refused.pointer == "/incident-date"
    assert reason in refused.reason


def test_a_record_without_an_id_is_known_by_its_bytes() -> None:
    data = b'{"timeline": {"incident": {"year": 2016}}}'
    reports = [exchange.to_report(record, UNSHIFTED) for _ in "ab" if isinstance(record := exchange.read("x.json", data), Record)]
    assert [report.body["reference"] for report in reports if isinstance(report, Mapped)] == [f"veris:{sha256(data).hexdigest()[:32]}"] * 2


def test_shifting_keeps_the_day_of_the_week_and_the_distance_and_says_what_was() -> None:
    report = mapped("veris/clinic-portal.json", SHIFTED)
    assert at(report, "aware_at") == ("2026-11-20", "day")
    assert at(report, "occurred_at") == ("2026-11-02", "day")
    assert report.weeks == 555
    assert "[Originally occurred 2016-03-14, aware 2016-04-01; moved by +555 weeks]" in summary(report)


def test_a_shifted_time_stays_at_its_local_hour() -> None:
    report = mapped("veris/at-half-past-eleven.json", Destination("gb", "Europe/London", date(2026, 7, 1)))
    assert at(report, "occurred_at") == ("2026-06-27T23:30:00+01:00", "exact")
