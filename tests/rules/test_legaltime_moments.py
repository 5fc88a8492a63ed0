"""Times as people enter them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident.rules.legaltime import Moment, TimeRefused, moment

INSTANT = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T17:40:00+02:00", "2026-11-20T15:40:00"),
        ("2026-11-20T15:40Z", "2026-11-20T15:40:00"),
        ("2026-11-20 15:40:01.5z", "2026-11-20T15:40:01.500000"),
        ("2026-11-20T15:40:01.123456789Z", "2026-11-20T15:40:01.123456"),
        ("2026-11-20T21:10:00+05:30", "2026-11-20T15:40:00"),
    ],
)
def test_a_time_with_an_offset_is_an_instant(text: str, at: str) -> None:
    assert moment(text) == Moment(utc(at), utc(at), "exact", text)


def test_a_local_time_with_a_zone_keeps_both_as_entered() -> None:
    found = moment("2026-11-20T17:40", zone="Europe/Tallinn")
    assert found == Moment(utc("2026-11-20T15:40"), utc("2026-11-20T15:40"), "exact", "2026-11-20T17:40", "Europe/Tallinn")


def test_an_offset_decides_and_the_zone_is_kept() -> None:
    found = moment("2026-11-20T15:40Z", zone="Europe/Tallinn")
    assert (found.earliest, found.zone) == (utc("2026-11-20T15:40"), "Europe/Tallinn")


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "after"),
    [
        ("2014-05-03", "day", "2014-05-02T21:00", "2014-05-03T21:00"),
        ("2014-05-03T12:00", "day", "2014-05-02T21:00", "2014-05-03T21:00"),
        ("2014-05", "month", "2014-04-30T21:00", "2014-05-31T21:00"),
        ("2014", "year", "2013-12-31T22:00", "2014-12-31T22:00"),
        ("2014-05-03", "year", "2013-12-31T22:00", "2014-12-31T22:00"),
        ("2014-12", "month", "2014-11-30T22:00", "2014-12-31T22:00"),
        ("2014-05-03T12:20", "hour", "2014-05-03T09:00", "2014-05-03T10:00"),
        ("2014-10-26", "day", "2014-10-25T21:00", "2014-10-26T22:00"),
    ],
)
def test_a_vague_time_runs_from_its_first_instant_to_its_last(text: str, precision: Any, earliest: str, after: str) -> None:
    found = moment(text, zone="Europe/Tallinn", precision=precision)
    assert (found.earliest, found.latest) == (utc(earliest), utc(after) - INSTANT)
    assert (found.precision, found.text, found.zone) == (precision, text, "Europe/Tallinn")


def test_an_hour_that_the_clocks_cut_short_ends_with_the_change() -> None:
    found = moment("2026-04-05T01:45", zone="Australia/Lord_Howe", precision="hour", fold=1)
    assert found.latest - found.earliest == timedelta(minutes=30) - INSTANT
    assert found.earliest == utc("2026-04-04T15:00")


def test_the_day_of_an_instant_with_an_offset_is_the_day_there() -> None:
    found = moment("2026-11-20T01:00+02:00", precision="day")
    assert found.earliest == utc("2026-11-19T22:00")


def test_a_time_in_a_gap_is_refused_with_its_neighbours() -> None:
    with pytest.raises(TimeRefused) as refused:
        moment("2026-03-29T02:30", zone="Europe/Berlin")
    assert refused.value.code == "in_gap"
    assert "01:59 (Europe/Berlin, UTC+01:00)" in refused.value.message
    assert "03:00 (Europe/Berlin, UTC+02:00)" in refused.value.message


def test_a_time_that_occurs_twice_asks_which() -> None:
    with pytest.raises(TimeRefused) as refused:
        moment("2026-10-25T02:30", zone="Europe/Berlin")
    assert refused.value.code == "ambiguous"
    assert "UTC+02:00" in refused.value.message
    assert "UTC+01:00" in refused.value.message
    assert moment("2026-10-25T02:30", zone="Europe/Berlin", fold=0).earliest == utc("2026-10-25T00:30")
    assert moment("2026-10-25T02:30", zone="Europe/Berlin", fold=1).earliest == utc("2026-10-25T01:30")
    assert moment("2026-10-25T02:30+01:00", zone="Europe/Berlin").earliest == utc("2026-10-25T01:30")


def test_a_batch_takes_the_first_pass_and_says_so() -> None:
    found = moment("2026-10-25T02:30", zone="Europe/Berlin", first_pass=True)
    assert (found.earliest, found.fold) == (utc("2026-10-25T00:30"), 0)
    assert moment("2026-10-25T02:30", zone="Europe/Berlin", first_pass=True, fold=1).fold == 1
    assert moment("2026-10-25T12:30", zone="Europe/Berlin", first_pass=True).fold is None


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        ("2026-11-20T17:40", {}, "naive_time"),
        ("2026-11-20", {"precision": "day"}, "zone_required"),
        ("2026-11-20", {"zone": "Europe/Tallinn"}, "too_coarse"),
        ("2026-11", {"zone": "Europe/Tallinn", "precision": "day"}, "too_coarse"),
        ("2026", {"zone": "Europe/Tallinn", "precision": "month"}, "too_coarse"),
        ("2026-11-20", {"zone": "Europe/Tallinn", "precision": "hour"}, "too_coarse"),
        ("2026-11-20T17:40", {"zone": "Mars/Olympus"}, "unknown_zone"),
        ("2026-11-20T17:40", {"zone": "../zones"}, "unknown_zone"),
        ("2026-11-20T17:40", {"zone": ""}, "unknown_zone"),
        ("1899-12-31T23:59Z", {}, "out_of_range"),
        ("2201-01-01T00:00Z", {}, "out_of_range"),
        ("0000", {"zone": "UTC", "precision": "year"}, "out_of_range"),
        ("2026-02-30T10:00Z", {}, "not_a_time"),
        ("2026-13-01T10:00Z", {}, "not_a_time"),
        ("2026-11-20T24:00Z", {}, "not_a_time"),
        ("2026-11-20T23:59:60Z", {}, "not_a_time"),
        ("2026-11-20T10:00+15:00", {}, "not_a_time"),
        ("2026-11-20T10:00+0200", {}, "not_a_time"),
        ("2026-11-20T10Z", {}, "not_a_time"),
        ("yesterday", {}, "not_a_time"),
        ("", {}, "not_a_time"),
        ("２０２６-11-20T10:00Z", {}, "not_a_time"),
        ("2026-11-20T10:00Z\n", {}, "not_a_time"),
        (20261120, {}, "not_a_time"),
        (None, {}, "not_a_time"),
        ("2026-11-20T10:00Z", {"precision": "week"}, "unknown_precision"),
        ("2026-11-20T10:00Z", {"fold": 2}, "bad_fold"),
    ],
)
def test_a_time_that_would_have_to_be_guessed_is_refused(text: Any, given: dict[str, Any], code: str) -> None:
    with pytest.raises(TimeRefused) as refused:
        moment(text, **given)
    assert refused.value.code == code
    assert refused.value.message.endswith((".", "?"))


def test_the_ends_of_the_accepted_years_are_accepted() -> None:
    assert moment("1900", zone="Asia/Tokyo", precision="year").earliest == utc("1899-12-31T15:00")
    assert moment("2200", zone="UTC", precision="year").latest == utc("2201-01-01T00:00") - INSTANT
