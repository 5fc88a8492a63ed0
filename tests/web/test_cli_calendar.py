"""`demarche calendar`: a year of a calendar, and the list of those there are. Neither needs a node."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from web.cli import cli


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["calendar", *words], catch_exceptions=False)


def document(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_a_year_is_a_table_of_the_days_that_are_closed_by_name() -> None:
    result = run("show", "DE", "2026", "--category", "bank")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split("\t") == ["date", "weekday", "closed because", "also"]
    assert "2026-04-03\tFriday\tGood Friday\t" in lines
    assert "2026-10-03\tSaturday\tGerman Unity Day\tweekend" in lines
    assert len(lines) == 10
    assert "Doubt: 24 and 31 December are no national banking days" in result.stderr


def test_the_document_has_every_closed_day_and_what_it_rests_on() -> None:
    found = document("show", "JP", "2026", "--category", "government")
    assert (found["id"], found["jurisdiction"], found["subdivision"], found["category"]) == ("JP:government", "JP", None, "government")
    assert found["weekend"] == ["Saturday", "Sunday"]
    assert {"on": "2026-12-29", "weekday": "Tuesday", "name": "Year-end closure", "weekend": False} in found["closed"]
    assert {"on": "2026-11-22", "weekday": "Sunday", "name": None, "weekend": True} in found["closed"]
    assert "Act No. 91" in found["source"]
    assert found["evidence"] == "read"
    assert found["published_until"] == 2026
    assert found["notes"] == []


def test_a_year_beyond_the_horizon_is_never_shown_silently() -> None:
    result = run("show", "EU:institution", "2027")
    assert "published up to 2026" in result.stderr
    assert "published up to 2026" in document("show", "DE", "2027")["notes"][0]
    assert [("computed up to" in each) for each in document("show", "DE", "2150")["notes"]] == [True, False]


@pytest.mark.parametrize("words", [("DE", "--subdivision", "BY"), ("DE-BY",), ("DE-BY:public",), ("DE-BY", "--category", "public")])
def test_a_calendar_can_be_named_in_parts_or_whole(words: tuple[str, ...]) -> None:
    assert document("show", words[0], "2026", *words[1:])["id"] == "DE-BY:public"


def test_a_weekend_of_other_days_is_the_countrys_own() -> None:
    assert document("show", "EG", "2026")["weekend"] == ["Friday", "Saturday"]
    assert document("show", "none", "2026")["closed"] == []
    assert document("show", "weekend", "2026")["category"] is None


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("IT", "2026", "--category", "bank"), "unknown_calendar", "IT has no calendar of category 'bank'; it has: public"),
        (("ZZ", "2026"), "unknown_calendar", "no holidays are known for the country 'ZZ'"),
        (("GB", "2026", "--subdivision", "ENGLAND"), "unknown_calendar", "'GB-ENGLAND:public'"),
        (("EU", "2026"), "unknown_calendar", "European Union has no calendar of category 'public'; it has: bank, institution"),
        (("DE", "1899"), "out_of_calendar", "answers for the years 1900 to 2200, not for 1899"),
        (("DE", "0"), "out_of_calendar", "not for 0"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(words: tuple[str, ...], code: str, says: str) -> None:
    result = run("show", *words, "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["code"] == code
    assert says in error["message"]


@pytest.mark.parametrize("words", [("DE",), ("DE", "next"), ("DE:bank", "2026", "--category", "bank")])
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    assert run("show", *words).exit_code == 2


def test_the_list_names_every_country_and_every_calendar_with_a_file() -> None:
    found = document("list")
    assert len(found["countries"]) > 240
    assert {"DE:bank", "EU:bank", "EU:institution", "JP:government", "US:government"} <= {each["id"] for each in found["shipped"]}
    alone = document("list", "GB")
    assert alone["countries"] == [
        {"code": "GB", "name": "United Kingdom", "categories": ["public"], "subdivisions": ["ENG", "NIR", "SCT", "WLS"]}
    ]
    assert [each["id"] for each in alone["shipped"]] == ["GB-ENG:bank", "GB-NIR:bank", "GB-SCT:bank", "GB-WLS:bank"]


def test_the_list_of_an_unknown_country_is_refused() -> None:
    assert run("list", "ZZ").exit_code == 1
