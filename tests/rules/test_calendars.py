"""Whose holidays, and what is known of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incident.rules.legaltime import CalendarRefused, calendar
from incident.rules.legaltime.calendars import overrides_version
from incident.rules.legaltime.shipped import ShippedFault, names, parse, read


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
        ("EU:institution", date(2026, 5, 15), "Commission holiday"),
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
        ("DE:bank", "no calendar of category 'bank'; it has: catholic, public, school"),
        ("DE-XX:public", "no subdivision 'XX'; it has: BB"),
        ("EE-37:public", "no subdivision '37'; it has: none"),
        ("US:governmental", "no calendar of category"),
    ],
)
def test_an_unknown_calendar_is_refused_with_what_there_is(id: str, says: str) -> None:
    with pytest.raises(CalendarRefused, match=says):
        calendar(id)


def test_a_calendar_names_the_package_and_the_corrections_it_was_made_of() -> None:
    assert calendar("EE:public").version == f"holidays 0.109; corrections {overrides_version()}"
    assert calendar("none").version == "none"


def test_a_calendar_is_made_once() -> None:
    assert calendar("EE:public") is calendar("EE:public")


def test_the_next_open_day_is_the_day_itself_when_open() -> None:
    assert calendar("EE:public").next_open(date(2026, 11, 20)) == date(2026, 11, 20)
    assert calendar("EE:public").next_open(date(2026, 12, 24)) == date(2026, 12, 28)


def test_the_commission_list_is_that_of_2026() -> None:
    days = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
    closed = [day for day in days if calendar("EU:institution").closed(day) == "Commission holiday"]
    assert len(closed) == 17
    assert calendar("EU:institution").published_until == 2026


def test_every_shipped_calendar_loads_and_names_its_source() -> None:
    package = "incident.rules.legaltime.closing_days"
    for name in names(package):
        spot = read(package, name)
        if name != "horizon.yaml":
            assert calendar(spot.at("id").text()).id == spot.at("id").text()
            assert spot.at("source").text()


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
