"""The transpositions of Member States as encoded: what differs from the Directive, from which day, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from incident.rules.commitment import Anchor, Commitment
from incident.rules.conditions import Truth, truth
from incident.rules.legaltime import Period
from incident.rules.regimes import catalogue, commitments, regime

TODAY = date(2026, 11, 26)
AWARE = Anchor("fact", "aware_at", "owed_by")
DETECTED = Anchor("fact", "detected_at", "owed_by")
NOBODY: Mapping[str, date] = {}
DAY, THREE_DAYS, MONTH = Period(24, "h", "eu1182_hours"), Period(72, "h", "eu1182_hours"), Period(1, "mo", "eu1182_months")

# Country, first day on which its law bound, the moment its hours run from.
NIS2 = [
    ("BE", date(2024, 10, 18), AWARE),
    ("DE", date(2025, 12, 6), AWARE),
    ("DK", date(2025, 7, 1), AWARE),
    ("EE", date(2026, 1, 1), AWARE),
    ("FI", date(2025, 4, 8), DETECTED),
    ("HR", date(2024, 12, 21), AWARE),
    ("HU", date(2025, 1, 1), AWARE),
    ("IT", date(2024, 10, 18), AWARE),
    ("LV", date(2024, 9, 1), AWARE),
    ("NL", date(2026, 8, 15), AWARE),
    ("PL", date(2026, 4, 3), DETECTED),
    ("RO", date(2024, 12, 31), AWARE),
    ("SE", date(2026, 1, 15), AWARE),
    ("SI", date(2025, 6, 19), DETECTED),
    ("SK", date(2025, 1, 1), DETECTED),
]


def law(id: str, on: date = TODAY) -> Commitment:
    """The duty as the Directive itself has it."""
    return next(each for each in commitments(on) if each.id == id and "(" not in each.source.version)


def theirs(overlay: str, stage: str, on: date = TODAY) -> Commitment:
    """The same duty as a country transposed it; it keeps its name."""
    return next(each for each in of(overlay, on) if each.id.endswith(f".{stage}"))


def of(overlay: str, on: date = TODAY, armed: Mapping[str, date] = NOBODY) -> list[Commitment]:
    return [each for each in commitments(on, armed) if each.source.version.endswith(f"({overlay})")]


def holds(commitment: Commitment, country: str) -> Truth:
    said: Mapping[str, object] = {"jurisdiction": country, "is_essential_entity": True, "significant_incident": True}
    return truth(commitment.when, lambda fact, _: said.get(fact))


@pytest.mark.parametrize(("country", "since", "anchor"), NIS2, ids=[each[0] for each in NIS2])
class TestNis2InEachState:
    def test_its_own_law_binds_and_the_template_no_longer_does(self, country: str, since: date, anchor: Anchor) -> None:
        own = theirs(f"{country.lower()}.nis2", "early_warning")
        assert holds(own, country) is True
        assert holds(own, "AT") is False
        assert holds(law("eu.nis2.art23.early_warning"), country) is False
        assert "Directive" not in own.source.cite

    def test_its_hours_run_from_the_moment_that_it_names(self, country: str, since: date, anchor: Anchor) -> None:
        early, notification = (theirs(f"{country.lower()}.nis2", each) for each in ("early_warning", "incident_notification"))
        assert (early.period, notification.period) == (DAY, THREE_DAYS)
        assert early.anchors[0] == notification.anchors[0] == anchor

    def test_before_its_day_it_is_shown_for_planning_at_most(self, country: str, since: date, anchor: Anchor) -> None:
        eve = date.fromordinal(since.toordinal() - 1)
        found = of(f"{country.lower()}.nis2", eve)
        assert all(each.provisional_because for each in found)
        assert bool(found) == (since > date(2024, 10, 18))
        assert theirs(f"{country.lower()}.nis2", "early_warning", since).provisional_because is None


def test_where_no_transposition_was_read_the_template_stands() -> None:
    template = law("eu.nis2.art23.early_warning")
    assert {holds(template, country) for country in ("AT", "CZ", "FR", "IE", "PT")} == {True}


def test_a_law_that_runs_from_detection_falls_back_on_awareness() -> None:
    early = theirs("fi.nis2", "early_warning")
    assert (early.anchors, early.combine) == ((DETECTED, AWARE), "first")
    assert "havaitsemisesta" in early.because_applies


def test_croatia_gives_thirty_days_and_others_a_month() -> None:
    assert theirs("hr.nis2", "final_report").period == Period(30, "d", "eu1182_days")
    assert theirs("de.nis2", "final_report").period == MONTH
    assert theirs("de.nis2", "final_report").anchors == (Anchor("after", "incident_notification"),)


def test_slovakia_gives_thirty_days_after_an_incident_that_went_on() -> None:
    assert theirs("sk.nis2", "final_after_ongoing").period == Period(30, "d", "eu1182_days")


def test_a_transposition_whose_first_day_nobody_found_starts_no_clock() -> None:
    for id, country in (("bg.nis2", "BG"), ("de.cer", "DE")):
        found = regime(id)
        assert found is not None
        assert "not found" in found.unarmed_because
        assert found.countries == (country,)
        assert of(id) == []
    armed = of("de.cer", TODAY, {"de.cer": date(2026, 11, 1)})
    detailed = next(each for each in armed if each.id == "eu.cer.art15.detailed")
    assert (detailed.period, detailed.anchors) == (MONTH, (AWARE,))


def test_what_a_transposition_leaves_out_is_said_to_be_the_directives() -> None:
    for each in catalogue():
        if each.overlay_of == "eu.nis2.art23":
            kept = [stage.id for stage in each.stages if "2022/2555" in stage.cite]
            assert "threat_recipients" in kept
            assert "the national provision for it was not read" in each.notes[-1]
