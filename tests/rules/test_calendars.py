"""Whose holidays, and what is known of them."""

from __future__ import annotations

import re
from datetime import date

import holidays
import pytest
from dateutil.easter import easter as dateutil_easter

from incident.rules.legaltime import CalendarRefused, calendar
from incident.rules.legaltime.calendar_layers import easter
from incident.rules.legaltime.calendars import known, shipped
from incident.rules.legaltime.closing_files import closing_file, closing_files
from incident.rules.legaltime.shipped import ShippedFault, parse
from incident.rules.legaltime.zones import weekday


@pytest.mark.parametrize(
    ("id", "day", "why"),
    [
        ("none", date(2026, 12, 25), None),
        ("none", date(2026, 11, 21), None),
        ("weekend", date(2026, 11, 21), "Saturday"),
        ("weekend", date(2026, 12, 25), None),
        ("EE:public", date(2026, 2, 24), "Independence Day"),
        ("EE:public", date(2026, 11, 20), None),
        ("EE:public", date(2026, 11, 21), "Saturday"),
        ("LU:public", date(2026, 4, 3), None),
        ("LU:bank", date(2026, 4, 3), "Good Friday"),
        ("LU:bank", date(2026, 4, 6), "Easter Monday"),
        ("DE:public", date(2026, 11, 1), "Sunday"),
        ("DE-BY:public", date(2027, 11, 1), "All Saints' Day"),
        ("DE:public", date(2027, 11, 1), None),
        ("US:government", date(2026, 11, 26), "Thanksgiving Day"),
        ("US:government", date(2026, 11, 27), None),
        ("US:government", date(2025, 1, 9), "National Day of Mourning (President Carter)"),
        ("US:government", date(2020, 12, 24), "Christmas Eve (federal government closed)"),
        ("US:government", date(2026, 12, 24), None),
        ("US:government", date(2018, 12, 24), "Christmas Eve (federal government closed)"),
        ("US:government", date(2025, 12, 26), "Day After Christmas"),
        ("EU:institution", date(2025, 5, 9), "Anniversary of the Schuman Declaration"),
        ("EU:institution", date(2026, 5, 15), "Day after Ascension Day"),
        ("EU:institution", date(2027, 12, 23), "End-of-year day"),
        ("EU:bank", date(2026, 4, 3), "Good Friday"),
        ("EU:bank", date(2026, 5, 14), None),
        ("DE:bank", date(2026, 4, 3), "Good Friday"),
        ("DE:bank", date(2026, 12, 24), None),
        ("FR:bank", date(2026, 7, 14), "National Day"),
        ("FR:bank", date(2026, 4, 3), None),
        ("NL:bank", date(2026, 5, 5), "Liberation Day"),
        ("NL:bank", date(2026, 5, 1), None),
        ("NL:public", date(2027, 5, 5), "Liberation Day"),
        ("IE:bank", date(2026, 4, 3), "Good Friday"),
        ("IE:public", date(2026, 4, 3), None),
        ("GB-ENG:bank", date(2026, 4, 6), "Easter Monday"),
        ("GB-SCT:bank", date(2026, 4, 6), None),
        ("GB-SCT:bank", date(2026, 11, 30), "Saint Andrew's Day"),
        ("JP:government", date(2026, 12, 28), None),
        ("JP:government", date(2026, 12, 29), "Year-end closure"),
        ("JP:government", date(2027, 1, 1), "New Year's Day"),
        ("JP:government", date(2027, 1, 2), "Year-end closure and Saturday"),
        ("JP:government", date(2027, 1, 4), None),
        ("JP:public", date(2026, 12, 29), None),
        ("EU:institution", date(2026, 5, 13), None),
        ("EU:institution", date(2026, 5, 16), "Saturday"),
        ("EG:public", date(2026, 6, 5), "Friday"),
        ("EG:public", date(2026, 6, 7), None),
        ("DE:public", date(2026, 10, 3), "German Unity Day and Saturday"),
    ],
)
def test_a_calendar_says_why_a_day_is_closed(id: str, day: date, why: str | None) -> None:
    assert calendar(id).closed(day) == why


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("EE", "expected none, weekend"),
        ("", "expected none, weekend"),
        ("ee:public", "expected none, weekend"),
        ("XX:public", "no holidays are known for the country 'XX'"),
        ("IT:bank", "no calendar of category 'bank'; it has: public. The package knows none and none is shipped, because no source"),
        ("GB:bank", "There is GB-ENG:bank, GB-NIR:bank, GB-SCT:bank, GB-WLS:bank"),
        ("DE-BY:bank", "DE-BY has no calendar of category 'bank'.*There is DE:bank"),
        ("FI:workday", "FI has no calendar of category 'workday'"),
        ("DE-XX:public", "no subdivision 'XX'; it has: BB"),
        ("EE-37:public", "no subdivision '37'; it has: none"),
        ("US:governmental", "no calendar of category"),
    ],
)
def test_an_unknown_calendar_is_refused_with_what_there_is(id: str, says: str) -> None:
    with pytest.raises(CalendarRefused, match=says):
        calendar(id)


def test_a_version_names_the_package_and_the_file_that_a_calendar_was_made_of_and_no_other() -> None:
    assert calendar("EE:public").version == "holidays 0.109"
    assert calendar("none").version == "none"
    assert re.fullmatch(r"holidays 0\.109; corrections \d{4}-\d\d-\d\d/[0-9a-f]{8}", calendar("US:government").version)
    assert re.fullmatch(r"weekend; corrections \d{4}-\d\d-\d\d/[0-9a-f]{8}", calendar("EU:bank").version)
    assert calendar("NL:bank").version.startswith(calendar("NL:public").version)


def test_a_calendar_is_made_once() -> None:
    assert calendar("EE:public") is calendar("EE:public")


def test_the_next_open_day_is_the_day_itself_when_open() -> None:
    assert calendar("EE:public").next_open(date(2026, 11, 20)) == date(2026, 11, 20)
    assert calendar("EE:public").next_open(date(2026, 12, 24)) == date(2026, 12, 28)


@pytest.mark.parametrize(("year", "days"), [(2025, 18), (2026, 17), (2027, 17)])
def test_the_commission_is_closed_on_the_days_of_its_list(year: int, days: int) -> None:
    assert sum(why != weekday(day) for day, why in calendar("EU:institution").years[year].items()) == days


def test_the_list_of_the_commission_without_an_official_journal_is_not_yet_published() -> None:
    found = calendar("EU:institution")
    assert [code for code, _ in found.coverage(2026, 2026)] == []
    assert [code for code, _ in found.coverage(2027, 2027)] == ["calendar_not_yet_published"]
    assert [code for code, _ in found.coverage(2028, 2028)] == ["calendar_not_computed", "calendar_not_yet_published"]
    assert [code for code, _ in found.coverage(2024, 2025)] == ["calendar_not_covered"]


@pytest.mark.parametrize("id", ["none", "weekend", "EU:bank"])
def test_what_cannot_change_or_stands_until_changed_has_no_horizon(id: str) -> None:
    assert calendar(id).coverage(2030, 2199) == ()


def test_past_the_years_that_the_package_computes_only_weekends_are_known_and_it_says_so() -> None:
    found = calendar("DE:public")
    assert found.closed(date(2100, 1, 1)) == "New Year's Day"
    assert found.closed(date(2103, 1, 1)) is None, "a Monday"
    assert found.closed(date(2101, 1, 1)) == "Saturday"
    assert "computed up to 2100; after that only weekends" in dict(found.coverage(2101, 2101))["calendar_not_computed"]


def test_target_closing_days_are_those_that_the_package_computes_for_it_apart() -> None:
    for year in range(2002, 2100):
        apart = set(holidays.XECB(years=year))
        assert {day for day, why in calendar("EU:bank").years[year].items() if why != weekday(day)} == apart


def test_easter_is_that_of_the_library_for_dates() -> None:
    assert [easter(year) for year in range(1900, 2201)] == [dateutil_easter(year) for year in range(1900, 2201)]


def test_known_calendars_can_all_be_made() -> None:
    for each in known():
        for category in each.categories:
            assert len(calendar(f"{each.code}:{category}").years[2026]) >= 50, each.code
    assert {"DE", "EU", "US"} <= {each.code for each in known()}
    assert next(each for each in known() if each.code == "DE").categories == ("bank", "catholic", "public", "school")


def test_a_warm_calendar_answers_by_a_lookup() -> None:
    found = calendar("EE:public")
    assert found.years[2026] is found.years[2026]
    assert list(found.years[2026]) == sorted(found.years[2026])
    with pytest.raises(TypeError):
        found.years[2026][date(2026, 11, 24)] = "meddled"  # type: ignore[index]


def test_every_shipped_calendar_loads_and_names_its_source() -> None:
    assert len(shipped()) == len(closing_files()) >= 13
    for each in shipped():
        assert each.source
        assert each.evidence in ("read", "secondary")
        assert each.years[2026]


GOOD = """
id: XX:government
title: Somewhere
version: 2026-11-26
base: weekend
covered_from: 2025
published_until: 2026
source: A decree
evidence: read
"""


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("closed: [{on: 2026-01-02, name: A}]", "closed[0]: 'source' is missing"),
        ("closed: [{on: 2026-01-02, source: S}]", "closed[0]: 'name' is missing"),
        ("closed: [{on: 2026-02-30, name: A, source: S}]", "closed[0].on: expected a date such as 2026-11-22, found '2026-02-30'"),
        ("closed: [{on: 20260102, name: A, source: S}]", "closed[0].on: expected a"),
        ("closed: [{on: 2026-01-02, name: A, source: S}, {on: 2026-01-02, name: B, source: S}]", "closed[1]: 2026-01-02 stands twice"),
        ("closed: [{on: 2027-01-02, name: A, source: S}]", "closed[0]: 2027-01-02 lies outside the years of this file, 2025 to 2026"),
        ("open: [{on: 2024-01-02, name: A, source: S}]", "open[0]: 2024-01-02 lies outside the years of this file, 2025 to 2026"),
        (
            "closed: [{on: 2026-01-02, name: A, source: S}]\nopen: [{on: 2026-01-02, name: A, source: S}]",
            "2026-01-02 is listed both as closed and as open",
        ),
        (
            "lists: [{year: 2026, source: S, evidence: read, closed: [{on: 2025-12-31, name: A}]}]",
            "lists[0].closed[0]: 2025-12-31 lies outside the year of this list, 2026",
        ),
        (
            "lists: [{year: 2026, source: S, evidence: read, closed: [{on: 2026-12-31, name: A}, {on: 2026-12-31, name: B}]}]",
            "lists[0].closed[1]: 2026-12-31 stands twice in this file",
        ),
        ("lists: [{year: 2026, evidence: read, closed: []}]", "lists[0]: 'source' is missing"),
        ("lists: [{year: 2026, source: S, evidence: hearsay, closed: []}]", "lists[0].evidence: 'hearsay' is none of read, secondary"),
        (
            "lists: [{year: 2026, source: S, evidence: read, closed: []}, {year: 2026, source: S, evidence: read, closed: []}]",
            "lists[1]: there is another list of 2026",
        ),
        ("lists: [{year: 2027, source: S, evidence: read, closed: []}]", "lists[0]: expected 'provisional' with a reason"),
        (
            "lists: [{year: 2026, source: S, evidence: read, provisional: why, closed: []}]",
            "lists[0]: expected 'provisional' with a reason exactly where the year (2026) is after published_until (2026)",
        ),
        ("every_year: [{on: 13-01, name: A, source: S}]", "every_year[0].on: expected month and day such as 12-29, found '13-01'"),
        ("every_year: [{on: 02-30, name: A, source: S}]", "every_year[0].on: expected month and day"),
        ("every_year: [{from: 12-29, name: A, source: S}]", "every_year[0]: expected one of: on; from and to; easter"),
        ("every_year: [{on: 12-29, easter: 1, name: A, source: S}]", "every_year[0]: expected one of"),
        ("every_year: [{on: 12-29, name: A}]", "every_year[0]: 'source' is missing"),
        ("clozed: []", "unknown key 'clozed'; expected one of"),
    ],
)
def test_a_file_of_closing_days_is_refused_with_file_place_and_what_was_expected(more: str, says: str) -> None:
    with pytest.raises(ShippedFault) as refused:
        closing_file(parse(GOOD + more, "somewhere.yaml"))
    assert str(refused.value).startswith("somewhere.yaml: ")
    assert says in str(refused.value)


@pytest.mark.parametrize("key", ["id", "title", "version", "base", "published_until", "source", "evidence"])
def test_a_file_of_closing_days_without_what_every_file_needs_is_refused(key: str) -> None:
    text = "".join(line for line in GOOD.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    with pytest.raises(ShippedFault, match=f"somewhere.yaml: : '{key}' is missing"):
        closing_file(parse(text, "somewhere.yaml"))


def test_a_rule_of_every_year_begins_with_its_first_year() -> None:
    more = "every_year: [{from: 12-29, to: 01-03, name: Closure, since: 2025, source: S}, {easter: -2, name: F, since: 2026, source: S}]"
    (file,) = closing_file(parse(GOOD + more, "somewhere.yaml"))
    span, friday = file.yearly
    assert [day.isoformat() for day in span.days(2025)] == ["2025-12-29", "2025-12-30", "2025-12-31"]
    assert [day.isoformat() for day in span.days(2026)][:4] == ["2026-01-01", "2026-01-02", "2026-01-03", "2026-12-29"]
    assert span.days(2024) == {}
    assert friday.days(2025) == {}
    assert list(friday.days(2026)) == [date(2026, 4, 3)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2\n", "stands twice"),
        ("a: [1, 2\n", "while parsing"),
        ("1: a\n", "not text"),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
    ],
)
def test_a_shipped_file_is_read_strictly(text: str, says: str) -> None:
    with pytest.raises(ShippedFault, match=f"(?s)sample.yaml.*{says}"):
        parse(text, "sample.yaml")


def test_a_shipped_file_keeps_what_is_written() -> None:
    spot = parse("country: NO\nat: 17:30\non: 2026-11-22\nn: 24\nno: null\nyes: true\nx: 1e3\n", "sample.yaml")
    assert spot.value == {
        "country": "NO",
        "at": "17:30",
        "on": "2026-11-22",
        "n": 24,
        "no": None,
        "yes": True,
        "x": "1e3",
    }
