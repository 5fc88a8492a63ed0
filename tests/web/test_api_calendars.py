"""Calendars over the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.callers import STRANGER, Callers, a_world_at_the_door, faults, problem_of


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    with a_world_at_the_door() as callers:
        yield callers


def test_a_year_of_a_calendar_is_the_same_for_everybody(api: Callers) -> None:
    mine, theirs = api.get("/calendars/DE-BY:public?year=2027"), api.get("/calendars/DE-BY:public?year=2027", STRANGER)
    assert mine.json == theirs.json
    assert {"on": "2027-11-01", "weekday": "Monday", "name": "All Saints' Day", "weekend": False} in mine.json["closed"]
    assert "published up to 2026" in mine.json["notes"][0]


def test_without_a_year_it_is_the_present_one(api: Callers) -> None:
    assert api.get("/calendars/EE:public").json["year"] == 2026


def test_every_listed_category_can_be_asked_for(api: Callers) -> None:
    listed = next(each for each in api.get("/calendars").json["items"] if each["code"] == "LU")
    for category in listed["categories"]:
        assert api.get(f"/calendars/LU:{category}").status_code == 200


def test_an_unknown_calendar_is_not_found_with_what_there_is(api: Callers) -> None:
    problem = problem_of(api.get("/calendars/IT:bank"), 404)
    assert problem["code"] == "unknown_calendar"
    assert "it has: public" in problem["detail"]


@pytest.mark.parametrize(("query", "code"), [("year=1899", "out_of_range"), ("year=2201", "out_of_range"), ("year=x", "wrong_type")])
def test_a_bad_year_is_named(api: Callers, query: str, code: str) -> None:
    assert faults(api.get(f"/calendars/EE:public?{query}")) == {"/year": code}


def test_a_misspelt_parameter_is_refused(api: Callers) -> None:
    assert faults(api.get("/calendars/EE:public?yaer=2026")) == {"/yaer": "unknown_parameter"}
