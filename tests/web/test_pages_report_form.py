"""The report form as the body that the interface takes."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from web.views.pages import report_form

FACTS = [
    {"name": "aware_at", "type": "instant", "domain": []},
    {"name": "personal_data_breach", "type": "boolean", "domain": [True, False, None]},
    {"name": "affected_individuals", "type": "integer", "domain": []},
    {"name": "risk_to_individuals", "type": "enum", "domain": ["none", "risk", "high", None]},
    {"name": "cross_border", "type": "boolean", "domain": [True, False, None]},
]


def body(**entered: str) -> dict[str, Any]:
    given = report_form.of_request(MultiDict({name.replace("__", ".").replace("fact_", "fact-"): value for name, value in entered.items()}))
    return report_form.body(given, FACTS)


def test_what_is_left_empty_is_not_sent() -> None:
    assert body() == {"facts": {}, "affected_countries": []}


def test_i_do_not_know_yet_is_sent_as_unknown() -> None:
    sent = body(fact_aware_at__unknown="1", fact_personal_data_breach="null", abroad="null")
    assert sent["facts"] == {"aware_at": None, "personal_data_breach": None, "cross_border": None}


def test_severity_and_label_not_known_yet_are_handled_as_the_form_says() -> None:
    sent = body(severity="unknown", tlp="unknown")
    assert (sent["severity"], sent["tlp"]) == ("high", "AMBER+STRICT")


def test_a_time_goes_as_it_was_entered_with_its_zone() -> None:
    sent = body(fact_aware_at__date="2026-11-20", fact_aware_at__time="9:05", fact_aware_at__zone="Europe/Tallinn")
    assert sent["facts"]["aware_at"] == {"at": "2026-11-20T09:05", "precision": "exact", "zone": "Europe/Tallinn"}


def test_a_date_without_a_time_is_known_to_the_day() -> None:
    sent = body(fact_aware_at__date="2026-11-20", fact_aware_at__zone="Asia/Kolkata")
    assert sent["facts"]["aware_at"] == {"at": "2026-11-20", "precision": "day", "zone": "Asia/Kolkata"}


def test_the_pass_of_an_hour_that_occurs_twice_is_kept() -> None:
    sent = body(
        fact_aware_at__date="2026-10-25", fact_aware_at__time="03:30", fact_aware_at__zone="Europe/Tallinn", fact_aware_at__fold="1"
    )
    assert sent["facts"]["aware_at"]["fold"] == 1


def test_countries_make_it_cross_border_and_are_written_as_codes() -> None:
    sent = body(affected_countries="fr, de;  pt")
    assert sent["affected_countries"] == ["FR", "DE", "PT"]
    assert sent["facts"]["cross_border"] is True


def test_text_that_is_no_number_is_left_to_the_parser_to_name() -> None:
    assert body(fact_affected_individuals="41000")["facts"]["affected_individuals"] == 41000
    assert body(fact_affected_individuals="many")["facts"]["affected_individuals"] == "many"


def test_an_open_question_is_named_for_people() -> None:
    given = report_form.of_request(MultiDict({"deployment": "ee-citizen-assistant", "summary": "x", "severity": "high"}))
    assert report_form.unanswered(given) == ["how far shared", "when you became aware"]


def a_case() -> dict[str, Any]:
    fact = {
        "about": "ee-ministry",
        "superseded": False,
        "earliest_at": None,
        "precision": None,
        "entered": None,
        "zone": None,
        "fold": None,
    }
    return {
        "incident": {
            "reference": "web-1", "deployment": "ee-citizen-assistant", "summary": "s", "severity": "high", "tlp": "AMBER",
            "affected_countries": ["FR"], "operator": "ee-ministry", "exercise": True,
        },
        "facts": [
            fact | {"name": "personal_data_breach", "value": True},
            fact | {"name": "risk_to_individuals", "value": None},
            fact | {"name": "affected_individuals", "value": 7, "superseded": True},
            fact | {"name": "affected_individuals", "value": 9},
            fact | {"name": "aware_at", "value": None, "earliest_at": "2026-11-20T15:40:00Z", "precision": "exact",
                    "entered": "2026-11-20T17:40", "zone": "Europe/Tallinn"},
            fact | {"name": "personal_data_breach", "value": False, "about": "meridian-models"},
        ],
        "reports": [{"stage": "early_warning", "revision": 1}, {"stage": "early_warning", "revision": 2}],
    }  # fmt: skip


def test_a_correction_begins_with_what_stands_and_sends_it_back_unchanged() -> None:
    sent = report_form.body(report_form.of_case(a_case(), "early_warning"), FACTS)
    assert sent == {
        "deployment": "ee-citizen-assistant", "reference": "web-1", "stage": "early_warning", "summary": "s", "severity": "high",
        "tlp": "AMBER", "affected_countries": ["FR"], "exercise": True,
        "facts": {
            "aware_at": {"at": "2026-11-20T17:40", "precision": "exact", "zone": "Europe/Tallinn"}, "personal_data_breach": True,
            "affected_individuals": 9, "risk_to_individuals": None, "cross_border": True,
        },
    }  # fmt: skip


def test_a_moment_that_was_entered_with_an_offset_comes_back_in_utc() -> None:
    case = a_case()
    case["facts"][4] |= {"entered": "2026-11-20T17:40:00+02:00", "zone": None}
    given = report_form.of_case(case, "early_warning")
    assert (given["fact-aware_at.date"], given["fact-aware_at.time"], given["fact-aware_at.zone"]) == ("2026-11-20", "15:40", "UTC")


def test_the_revision_is_fixed_when_the_form_is_made() -> None:
    assert report_form.next_revision(a_case(), "early_warning") == 3
    assert report_form.next_revision(a_case(), "final_report") == 1
    sent = body(stage="early_warning", revision__early_warning="3", revision__final_report="1")
    assert sent["revision"] == 3


def test_two_fresh_forms_have_references_of_their_own() -> None:
    first, second = report_form.empty([]), report_form.empty([])
    assert first["reference"] != second["reference"]
