"""The hand-worked cases of `tests/golden`, the vectors beside the checkout where there are some, and what a derivation tells its reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident.rules.legaltime import Basis, Moment, Period, Place, Refusal, Worked, calendars_of, deadline, moment, rules, worked, zone
from web.cli import source

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent.parent / "golden" / "legaltime.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)["cases"]

WORKED: dict[str, Any] = source.value((Path(__file__).parent.parent / "golden" / "cases.yaml").read_text(encoding="utf-8"))  # type: ignore[assignment]
VECTORS = Path(__file__).parents[3] / "shared" / "law" / "vectors.yaml"
GIVEN: dict[str, Any] = source.value(VECTORS.read_text(encoding="utf-8")) if VECTORS.exists() else {"calendars": {}, "vectors": []}  # type: ignore[assignment]


def named(case: dict[str, Any]) -> str:
    return f"{case['id']} {case['source']}"


def local(text: str, zone_name: str, *, fold: int | None = None) -> datetime:
    """The instant of a golden time; 24:00 is read with the standard library alone."""
    day, _, clock = text.partition("T")
    if clock == "24:00":
        midnight = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=zone(zone_name))
        return midnight.astimezone(UTC)
    return datetime.fromisoformat(text).replace(tzinfo=zone(zone_name), fold=fold or 0).astimezone(UTC)


def period(case: dict[str, Any]) -> Period:
    options = {name: value == "true" for name, value in case.get("options", {}).items()}
    return Period(int(case["n"]), case["unit"], case["rule"], case.get("at"), options)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_comes_out_as_worked(case: dict[str, Any]) -> None:
    place = Place(case["zone"], case.get("calendar", "none"))
    fold = int(case["fold"]) if "fold" in case else None
    anchor = moment(case["start"], zone=case["zone"], fold=fold)
    found = deadline(period(case), anchor, place, basis=Basis.STATUTE, cite=case["source"])
    assert anchor.earliest == local(case["start"], case["zone"], fold=fold)
    assert found.due_at == local(case["due"], case["zone"]), case["why"]
    assert found.target_at == local(case["target"], case["zone"]), case["why"]
    assert found.basis == case.get("basis", "statute")
    assert found.rule_version == f"{case['rule']}/1"
    assert found.because[-1].at == found.due_at or found.basis is Basis.DISPUTED


def answered(case: dict[str, Any], calendars: Any) -> tuple[str, str]:
    found = worked(case, calendars_of(calendars))
    assert isinstance(found, Worked), found
    assert found.ignored == ()
    assert found.deadline.target_at <= found.deadline.due_at
    return found.due_utc, found.due_local


@pytest.mark.parametrize("case", WORKED["vectors"], ids=named)
def test_a_case_of_a_batch_comes_out_as_worked_by_hand(case: dict[str, Any]) -> None:
    assert answered(case, WORKED["calendars"]) == (case["due_utc"], case["due_local"]), case["why"]


@pytest.mark.parametrize("case", GIVEN["vectors"], ids=named)
def test_a_given_vector_comes_out_as_given(case: dict[str, Any]) -> None:
    assert answered(case, GIVEN["calendars"]) == (case["due_utc"], case["due_local"]), case["why"]


@pytest.mark.skipif(not VECTORS.exists(), reason="no vectors beside the checkout")
def test_the_given_vectors_were_found() -> None:
    assert len(GIVEN["vectors"]) >= 79


def test_every_rule_has_a_worked_case() -> None:
    assert {case["rule"] for case in (*CASES, *WORKED["vectors"])} == set(rules())
    assert not any(isinstance(each, Refusal) for each in calendars_of(WORKED["calendars"]).values())


def codes_of(period: Period, anchor: Any, place: Place) -> dict[str, Any]:
    found = deadline(period, anchor, place, basis=Basis.STATUTE, cite=None)
    return {line.code: line for line in found.because}


def test_counting_backwards_says_what_its_instant_is() -> None:
    hearing = moment("2023-10-20T10:30", zone="Europe/London")
    lines = codes_of(Period(3, "d", "cpr_backward"), hearing, Place("Europe/London", "GB-ENG:public"))
    assert lines["last_day"].text == "The last day for it is Mon 16 Oct 2023, the day before the clear days."
    assert lines["due"].text.endswith("Counted backwards: after it the event is too near.")
    assert lines["strict"].at == local("2023-10-16T10:30", "Europe/London")


def test_an_earliest_hearing_is_no_limit() -> None:
    notice = moment("2023-10-01T10:00", zone="Europe/London")
    lines = codes_of(Period(28, "d", "cpr_at_least_after"), notice, Place("Europe/London", "GB-ENG:public"))
    assert "due" not in lines
    assert lines["opens"].text.startswith("Lawful from Mon 30 Oct 2023 00:00")
    assert rules()["cpr_at_least_after"].ending == "opening"


def initial(**anchors: str) -> dict[str, Any]:
    known = {name: moment(text, zone="Europe/Luxembourg") for name, text in anchors.items()}
    return codes_of(Period(4, "h", "dora_initial"), known, Place("Europe/Luxembourg", "LU:bank"))


def test_an_initial_notification_says_which_of_its_two_spans_decides() -> None:
    assert "counted" in initial(classified_at="2026-11-16T10:00", aware_at="2026-11-16T09:00")
    assert "capped" in initial(classified_at="2026-11-17T08:00", aware_at="2026-11-16T09:00")
    assert "classified_late" in initial(classified_at="2026-11-18T15:30", aware_at="2026-11-16T09:00")
    assert "awareness_unknown" in initial(classified_at="2026-11-18T15:30")
    assert "not_classified" in initial(aware_at="2026-11-16T09:00")
    assert initial(aware_at="2026-11-16T09:00")["anchor"].text.startswith("aware_at is Mon 16 Nov 2026 09:00")


def test_who_is_exempt_from_the_noon_rule_is_said() -> None:
    place = Place("Europe/Luxembourg", "LU:bank")
    at = moment("2026-12-23T10:00", zone="Europe/Luxembourg")
    lines = codes_of(Period(72, "h", "dora_intermediate", options={"exempt": True}), at, place)
    assert lines["exempt"].text.startswith("Credit institutions, central counterparties, trading venues")
    final = codes_of(Period(1, "mo", "dora_final", options={"exempt": True}), moment("2026-01-30T11:00", zone="Europe/Luxembourg"), place)
    assert final["not_exempt"].cite.endswith("Art. 5(5)")


def test_a_derivation_of_many_days_stays_readable() -> None:
    at = moment("2026-01-05T10:00", zone="Europe/Tallinn")
    lines = codes_of(Period(250, "bd", "business_days"), at, Place("Europe/Tallinn", "EE:public"))
    assert lines["counted"].text.endswith("(250 in all).")
    assert len(lines["counted"].text) < 250


def test_a_derivation_reads_line_by_line_with_its_provisions() -> None:
    found = deadline(
        Period(1, "mo", "eu1182_months"),
        moment("2026-09-03T10:00", zone="Europe/Berlin"),
        Place("Europe/Berlin", "DE:public"),
        basis=Basis.STATUTE,
        cite="Directive (EU) 2022/2555 Art. 23(4)(d)",
    )
    assert [(line.code, line.text) for line in found.because] == [
        ("anchor", "The clock starts at Thu 3 Sep 2026 10:00 (Europe/Berlin, UTC+02:00)."),
        ("period", "The period is 1 month."),
        (
            "rule",
            "Months end on the date of the event or the last of the month, moved to a working day. (rule eu1182_months)",
        ),
        ("day_excluded", "Thu 3 Sep 2026 is the day of the event and does not count."),
        ("counted", "1 month from Thu 3 Sep 2026 end on Sat 3 Oct 2026."),
        (
            "roll",
            "Sat 3 Oct 2026 is closed: German Unity Day and Saturday; Sun 4 Oct 2026 is closed: Sunday (DE:public); "
            "the period runs on to Mon 5 Oct 2026.",
        ),
        ("strict", "Strictest reading, to plan with: Sat 3 Oct 2026 10:00 (Europe/Berlin, UTC+02:00)."),
        (
            "due",
            "Due by the end of Mon 5 Oct 2026 (24:00, Europe/Berlin); at that instant it is still in time.",
        ),
    ]
    assert found.because[1].cite == "Directive (EU) 2022/2555 Art. 23(4)(d)"
    assert found.because[5].cite == "Regulation (EEC, Euratom) 1182/71 Art. 3(4)"


def test_an_anchor_known_to_the_day_is_planned_from_its_start_and_judged_from_its_end() -> None:
    anchor = moment("2014-05-03", zone="Europe/Tallinn", precision="day")
    found = deadline(Period(24, "h", "eu1182_hours"), anchor, Place("Europe/Tallinn"), basis=Basis.STATUTE, cite="Art. 23(4)(a)")
    assert found.target_at == local("2014-05-04T00:00", "Europe/Tallinn")
    assert found.due_at == local("2014-05-05T00:00", "Europe/Tallinn")
    line = next(line for line in found.because if line.code == "anchor_precision")
    assert "known only to the day" in line.text


def test_a_deadline_that_reaches_unpublished_holidays_says_so_and_one_before_does_not() -> None:
    def codes(start: str) -> list[str]:
        found = deadline(
            Period(15, "d", "eu1182_days"),
            moment(start, zone="Europe/Brussels"),
            Place("Europe/Brussels", "BE:public"),
            basis=Basis.STATUTE,
            cite=None,
        )
        return [line.code for line in found.because]

    assert "calendar_not_yet_published" not in codes("2026-12-16T10:00")
    assert "calendar_not_yet_published" in codes("2026-12-17T10:00")


def test_a_deadline_before_the_calendar_begins_says_so() -> None:
    found = deadline(
        Period(2, "d", "eu1182_days"),
        moment("2024-12-02T10:00", zone="Europe/Brussels"),
        Place("Europe/Brussels", "EU:institution"),
        basis=Basis.STATUTE,
        cite=None,
    )
    assert "calendar_not_covered" in [line.code for line in found.because]


def test_an_anchor_entered_elsewhere_is_shown_as_entered() -> None:
    anchor = moment("2026-11-24T08:00", zone="Asia/Tokyo")
    place = Place("America/New_York", "US:government")
    found = deadline(Period(4, "bd", "business_days", "17:30"), anchor, place, basis=Basis.STATUTE, cite=None)
    assert found.because[0].text.endswith("entered as 2026-11-24T08:00 in Asia/Tokyo.")
    assert found.because[0].text.startswith("The clock starts at Mon 23 Nov 2026 18:00 (America/New_York, UTC-05:00)")


def test_versions_name_what_a_deadline_was_computed_with() -> None:
    at = Moment.exactly(datetime(2026, 11, 20, 12, tzinfo=UTC))
    days = deadline(Period(2, "d", "eu1182_days"), at, Place("Europe/Tallinn", "EE:public"), basis=Basis.STATUTE, cite=None)
    assert days.calendar_version == "EE:public: holidays 0.109"
    hours = deadline(Period(2, "h", "elapsed_hours"), at, Place("Europe/Tallinn", "EE:public"), basis=Basis.STATUTE, cite=None)
    assert hours.calendar_version == "not asked"
