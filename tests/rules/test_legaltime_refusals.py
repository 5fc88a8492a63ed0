"""Periods, anchors and places that cannot be counted are refused with what was expected."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incident.rules.legaltime import (
    Basis,
    CalendarRefused,
    Moment,
    Period,
    PeriodRefused,
    Place,
    TimeRefused,
    check,
    deadline,
)

NOON = Moment.exactly(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("period", "code", "says"),
    [
        (Period(1, "h", "guess"), "unknown_rule", "there are: business_days"),
        (Period(1, "d", "eu1182_hours"), "wrong_unit", "counts in h, not in 'd'"),
        (Period(1, "min", "frcp_hours"), "wrong_unit", "counts in h"),
        (Period(0, "h", "elapsed_hours"), "not_positive", "above zero, not 0"),
        (Period(-4, "bd", "business_days"), "not_positive", "above zero, not -4"),
        (Period(True, "h", "elapsed_hours"), "not_positive", "not True"),
        (Period(101, "y", "eu1182_years"), "too_long", "101 years is more than a century"),
        (Period(1, "d", "calendar_days", options={"rol": True}), "unknown_option", "count_first, roll"),
        (Period(1, "h", "elapsed_hours", options={"roll": True}), "unknown_option", "none"),
        (Period(4, "bd", "business_days", "25:30"), "bad_cut_off", "no time of day"),
        (Period(4, "bd", "business_days", "17:30+01:00"), "bad_cut_off", "clocks of the place"),
        (Period(4, "h", "elapsed_hours", "17:30"), "bad_cut_off", "has no local cut-off"),
    ],
)
def test_a_period_that_cannot_be_counted_is_refused(period: Period, code: str, says: str) -> None:
    with pytest.raises(PeriodRefused) as refused:
        check(period)
    assert refused.value.code == code
    assert says in refused.value.message
    with pytest.raises(PeriodRefused):
        deadline(period, NOON, Place("UTC"), basis=Basis.STATUTE, cite=None)


@pytest.mark.parametrize(
    ("place", "error", "says"),
    [
        (Place("Europe/Atlantis"), TimeRefused, "no time zone"),
        (Place("../../etc/passwd"), TimeRefused, "no time zone"),
        (Place("UTC", "EE:holy"), CalendarRefused, "no calendar of category 'holy'"),
    ],
)
def test_an_unknown_place_is_refused(place: Place, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        deadline(Period(1, "d", "eu1182_days"), NOON, place, basis=Basis.STATUTE, cite=None)


@pytest.mark.parametrize(
    ("anchor", "code"),
    [
        (Moment.exactly(datetime(1899, 12, 30, tzinfo=UTC)), "out_of_range"),
        (Moment.exactly(datetime(2201, 1, 3, tzinfo=UTC)), "out_of_range"),
        (Moment.exactly(datetime(2026, 11, 20, 12)), "naive_time"),  # noqa: DTZ001 - that is the point
        (Moment(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)), "backward"),
    ],
)
def test_an_impossible_anchor_is_refused(anchor: Moment, code: str) -> None:
    with pytest.raises(TimeRefused) as refused:
        deadline(Period(1, "h", "elapsed_hours"), anchor, Place("UTC"), basis=Basis.STATUTE, cite=None)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("rule", "anchor", "code", "says"),
    [
        ("dora_initial", {}, "missing_anchor", "expected one at least of: classified_at, aware_at"),
        ("dora_initial", {"classified_at": NOON, "noticed_at": NOON}, "unknown_anchor", "no anchor 'noticed_at'; expected"),
        ("elapsed_hours", {}, "missing_anchor", "elapsed_hours has nothing to start from"),
        ("elapsed_hours", {"aware_at": NOON, "classified_at": NOON}, "unknown_anchor", "no anchor 'aware_at'"),
    ],
)  # fmt: skip
def test_an_anchor_that_is_missing_or_unknown_is_named(rule: str, anchor: dict[str, Moment], code: str, says: str) -> None:
    with pytest.raises(PeriodRefused) as refused:
        deadline(Period(4, "h", rule), anchor, Place("UTC"), basis=Basis.STATUTE, cite=None)
    assert refused.value.code == code
    assert says in refused.value.message


def test_the_one_anchor_of_a_rule_may_be_given_by_its_name() -> None:
    named = deadline(Period(4, "h", "elapsed_hours"), {"aware_at": NOON}, Place("UTC"), basis=Basis.STATUTE, cite=None)
    assert named == deadline(Period(4, "h", "elapsed_hours"), NOON, Place("UTC"), basis=Basis.STATUTE, cite=None)


def test_a_refusal_is_a_value_error() -> None:
    assert issubclass(PeriodRefused, ValueError)
    assert issubclass(TimeRefused, ValueError)
    assert issubclass(CalendarRefused, ValueError)


def test_a_number_that_is_no_number_is_refused() -> None:
    wrong: list[Any] = [Period("1", "h", "elapsed_hours"), Period(None, "h", "elapsed_hours")]  # type: ignore[arg-type]
    for period in wrong:
        with pytest.raises(PeriodRefused, match="whole number"):
            check(period)
