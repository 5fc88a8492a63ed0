"""Calendars made on the spot: of plain values, and of days that were kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from incident.rules.legaltime import CalendarRefused, adhoc, calendar, frozen


def test_a_country_alone_is_its_public_calendar() -> None:
    made, known = adhoc("de", country="DE"), calendar("DE:public")
    for year in (2025, 2026, 2027):
        assert made.years[year] == known.years[year]
    assert made.id == "de"
    assert made.version.startswith("ad hoc ")
    assert made.version.endswith("; holidays 0.109")


def test_days_are_added_and_removed_whatever_they_are() -> None:
    made = adhoc("desk", country="DE", add=["2026-12-24", date(2026, 12, 31)], remove=["2026-12-25", "2026-12-26"])
    assert made.closed(date(2026, 12, 24)) == "closing day"
    assert made.closed(date(2026, 12, 25)) is None
    assert made.closed(date(2026, 12, 26)) is None, "a Saturday can be opened too"
    assert made.next_open(date(2026, 12, 24)) == date(2026, 12, 25)


def test_an_added_day_can_say_why() -> None:
    made = adhoc("desk", add={"2026-11-02": "staff day", "2026-11-07": "move"})
    assert made.closed(date(2026, 11, 2)) == "staff day"
    assert made.closed(date(2026, 11, 7)) == "move and Saturday"


def test_a_span_recurs_every_year_and_runs_over_the_new_year() -> None:
    made = adhoc("jp_open", country="JP", every_year=[(12, 29, 1, 3)])
    for first in (date(2026, 12, 29), date(2031, 12, 29)):
        assert all(made.closed(first + timedelta(days=ahead)) for ahead in range(6))
    assert made.closed(date(2026, 12, 28)) is None
    assert made.closed(date(2027, 1, 4)) is None
    assert made.closed(date(2027, 1, 1)) == "New Year's Day", "a day keeps the name that it has"


def test_the_29th_of_february_recurs_in_the_years_that_have_it() -> None:
    made = adhoc("leap", weekend=(), every_year=[(2, 29, 2, 29)])
    assert list(made.years[2028]) == [date(2028, 2, 29)]
    assert list(made.years[2027]) == []


@pytest.mark.parametrize(
    ("given", "weekend"),
    [
        ({}, {5, 6}),
        ({"weekend": [4, 5]}, {4, 5}),
        ({"weekend": [4, 5, 6]}, {4, 5, 6}),
        ({"weekend": []}, set()),
        ({"country": "EG"}, {4, 5}),
        ({"country": "EG", "weekend": [5, 6]}, {5, 6}),
        ({"country": "DE"}, {5, 6}),
    ],
)
def test_the_weekend_is_the_one_given_else_the_countrys_else_saturday_and_sunday(given: dict[str, Any], weekend: set[int]) -> None:
    made = adhoc("w", **given)
    bare = [date(2027, 8, 2) + timedelta(days=ahead) for ahead in range(7)]
    assert {day.weekday() for day in bare if made.closed(day)} == weekend


def test_equal_values_make_equal_versions_and_other_values_other_ones() -> None:
    versions = [
        adhoc("a", country="DE").version,
        adhoc("a", country="FR").version,
        adhoc("a", country="DE", add=["2026-12-24"]).version,
        adhoc("a", country="DE", remove=["2026-12-24"]).version,
        adhoc("a", country="DE", weekend=[4, 5]).version,
        adhoc("a", country="DE", weekend=[]).version,
        adhoc("a", country="LU", categories=["public", "bank"]).version,
        adhoc("a", country="LU").version,
        adhoc("a", every_year=[(12, 29, 1, 3)]).version,
        adhoc("a").version,
    ]
    assert len(set(versions)) == len(versions)
    assert adhoc("b", country="DE", add=["2026-12-24", "2026-12-31"]) == adhoc("b", country="DE", add=["2026-12-31", "2026-12-24"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"country": "XX"}, "no holidays are known for the country 'XX'"),
        ({"country": "GB", "subdivision": "ENGLAND"}, "GB has no subdivision 'ENGLAND'; it has: ENG, NIR, SCT, WLS"),
        ({"subdivision": "ENG"}, "the subdivision 'ENG' needs a country"),
        ({"country": "LU", "categories": ["public", "banc"]}, "LU has no calendar of category 'banc'; it has: bank, public"),
        ({"country": "FI", "categories": ["workday"]}, "FI has no calendar of category 'workday'; it has: public"),
        ({"country": "LU", "categories": []}, "no category was given; LU has: bank, public"),
        ({"add": ["2026-02-30"]}, "'2026-02-30' in add is no date; expected one such as 2026-12-24"),
        ({"add": ["24.12.2026"]}, "'24.12.2026' in add is no date"),
        ({"add": [20261224]}, "20261224 in add is no date"),
        ({"remove": ["2201-01-01"]}, "2201-01-01 in remove lies outside the years 1900 to 2200"),
        ({"add": ["1899-12-31"]}, "1899-12-31 in add lies outside the years 1900 to 2200"),
        ({"add": ["2026-12-24", "2026-12-24"]}, "2026-12-24 stands twice in add"),
        ({"add": ["2026-12-24"], "remove": ["2026-12-24"]}, "2026-12-24 stands both in add and in remove"),
        ({"weekend": [7]}, "7 in weekend is no weekday; expected 0"),
        ({"weekend": ["sat"]}, "'sat' in weekend is no weekday"),
        ({"weekend": [True]}, "True in weekend is no weekday"),
        ({"weekend": range(7)}, "seven days leaves no working day"),
        ({"every_year": [(12, 32, 1, 3)]}, "names a day that no year has; expected month, day, month, day"),
        ({"every_year": [(13, 1, 1, 3)]}, "names a day that no year has"),
        ({"every_year": [(12, 29, 1)]}, "is no span of days; expected month, day, month, day"),
        ({"every_year": [("12", "29", "1", "3")]}, "is no span of days"),
    ],
)
def test_a_calendar_that_cannot_be_made_is_refused_by_name_with_the_value(given: dict[str, Any], says: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        adhoc("desk", **given)
    assert says in refused.value.message
    assert "'desk'" in refused.value.message


def test_a_calendar_without_a_working_day_says_so() -> None:
    made = adhoc("shut", every_year=[(1, 1, 12, 31)])
    with pytest.raises(CalendarRefused, match="'shut' has no working day within 370 days of 2026-01-01"):
        made.next_open(date(2026, 1, 1))


def test_a_frozen_calendar_answers_as_the_one_it_was_taken_from_and_only_within_its_span() -> None:
    first, last = date(2026, 12, 20), date(2027, 1, 10)
    whole = calendar("LU:bank")
    kept = frozen(whole.id, whole.version, first, last, whole.between(first, last))
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    assert [kept.closed(day) for day in days] == [whole.closed(day) for day in days]
    assert kept.next_open(date(2026, 12, 25)) == date(2026, 12, 28)
    assert kept.between(first, last) == whole.between(first, last)
    assert (kept.id, kept.version) == (whole.id, whole.version)
    for day in (first - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(CalendarRefused, match=f"frozen from 2026-12-20 to 2027-01-10 and cannot answer for {day}"):
            kept.closed(day)
    with pytest.raises(CalendarRefused, match="cannot answer for 2027-01-11"):
        kept.next_open(date(2027, 1, 9))


def test_a_calendar_of_a_country_has_its_horizon_and_one_of_plain_days_has_none() -> None:
    assert [code for code, _ in adhoc("de", country="DE").coverage(2027, 2027)] == ["calendar_not_yet_published"]
    assert adhoc("desk", add=["2027-12-24"]).coverage(1900, 2200) == ()


def test_a_frozen_calendar_says_the_same_of_its_coverage_and_gives_no_whole_year() -> None:
    whole, first, last = calendar("DE:public"), date(2026, 12, 1), date(2027, 1, 31)
    years = {"covered_from": whole.covered_from, "published_until": whole.published_until, "computed_until": whole.computed_until}
    kept = frozen(whole.id, whole.version, first, last, whole.between(first, last), **years)
    assert kept.coverage(2026, 2027) == whole.coverage(2026, 2027) != ()
    with pytest.raises(CalendarRefused, match="no whole year of it is kept"):
        kept.years[2026]


def test_a_frozen_calendar_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(CalendarRefused, match="before it begins"):
        frozen("x", "1", date(2026, 1, 2), date(2026, 1, 1), {})
    with pytest.raises(CalendarRefused, match="has 2026-03-01, outside"):
        frozen("x", "1", date(2026, 1, 1), date(2026, 2, 1), {date(2026, 3, 1): "Sunday"})


@pytest.mark.parametrize("id", ["none", "weekend", "EE:public", "US:government"])
def test_years_outside_1900_to_2200_are_refused(id: str) -> None:
    for year in (1899, 2201):
        with pytest.raises(CalendarRefused, match=f"'{id}' answers for the years 1900 to 2200, not for {year}"):
            calendar(id).closed(date(year, 6, 1))
    with pytest.raises(CalendarRefused, match="not for 2201"):
        calendar(id).between(date(2200, 12, 1), date(2201, 1, 1))
    calendar(id).closed(date(1900, 1, 1))
    calendar(id).closed(date(2200, 12, 31))


def test_a_weekend_that_a_country_or_part_of_it_has_of_its_own_is_kept() -> None:
    assert calendar("AE:public").closed(date(2021, 6, 4)) == "Friday", "until 2021 Friday and Saturday"
    assert calendar("AE:public").closed(date(2022, 6, 3)) is None
    assert calendar("MY-03:public").closed(date(2026, 11, 6)) == "Friday"
    assert calendar("MY:public").closed(date(2026, 11, 6)) is None


def test_government_and_bank_days_come_on_top_of_the_public_ones() -> None:
    assert calendar("AD:government").closed(date(2026, 1, 1)) == "New Year's Day"
    assert calendar("SE:bank").closed(date(2026, 1, 1)) == "New Year's Day"
