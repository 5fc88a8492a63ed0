"""The page of calendars: a year that anybody who is signed in can read, with what it rests on."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.visitors import OFFICER, STRANGER, Enter


def test_without_a_question_it_shows_this_year_at_home(app: Flask, enter: Enter) -> None:
    assert app.test_client().get("/calendars").status_code == 303
    page = enter(OFFICER).get("/calendars")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Estonia, public holidays, 2026" in page.text
    assert page.text.count("<caption>") == 12


def test_closed_days_are_named_and_weekends_marked(enter: Enter) -> None:
    page = enter(STRANGER).get("/calendars?country=DE&category=bank&year=2026").text
    assert '<td class="hol"><abbr title="Good Friday">3</abbr></td>' in page
    assert re.search(r'<time datetime="2026-10-03">3</time> German Unity Day <small>on a weekend</small>', page)
    assert '<td class="off">4<span class="vh">, weekend</span></td>' in page
    assert "bafin.de/ref/19882254" in page
    assert "24 and 31 December are no national banking days" in page


def test_a_year_beyond_what_is_published_says_so_and_names_the_source_of_its_list(enter: Enter) -> None:
    page = enter(OFFICER).get("/calendars?country=EU&category=institution&year=2027").text
    assert "published up to 2026" in page
    assert "provisional: no reference to the Official Journal was found" in page


def test_a_new_country_starts_anew_with_all_of_it_and_the_public_days(enter: Enter) -> None:
    page = enter(OFFICER).get("/calendars?of=DE&country=FR&part=BY&category=bank&year=2026")
    assert page.status_code == 200
    assert "France, public holidays, 2026" in page.text


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("country=ZZ", 404, "no holidays are known for the country"),
        ("country=IT&category=bank", 404, "IT has no calendar of category"),
        ("country=DE&part=XX", 404, "DE has no subdivision"),
        ("country=DE&year=abc", 422, "is no year; expected one from 1900 to 2200"),
        ("country=DE&year=2201", 422, "answers for the years 1900 to 2200, not for 2201"),
        ("country=%3Cscript%3E", 404, "is no calendar"),
    ],
)
def test_what_there_is_not_is_said_above_the_form(query: str, status: int, says: str, enter: Enter) -> None:
    page = enter(OFFICER).get(f"/calendars?{query}")
    assert page.status_code == status
    assert says in page.text
    assert '<select id="country"' in page.text
    assert "<script>" not in page.text
