"""How the pages say times, states, parties and values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from web import page_context as say
from web.views.pages import forms, lab_words

NOW = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


def a_line(**changes: Any) -> dict[str, Any]:
    """A running obligation, due in two days."""
    due = NOW + timedelta(days=2)
    return {"target_at": due, "due_at": due, "verdict": "running", "predicted": False, "provisional": False, **changes}


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(minutes=52, seconds=48), "00:52:48"),
        (timedelta(hours=47, minutes=59, seconds=59), "47:59:59"),
        (timedelta(days=2), "2 d 00 h"),
        (timedelta(days=30, hours=3, minutes=59), "30 d 03 h"),
        (-timedelta(minutes=41, seconds=24), "−00:41:24"),
        (timedelta(0), "00:00:00"),
    ],
)
def test_time_left_shows_seconds_for_two_days_and_days_from_then_on(left: timedelta, text: str) -> None:
    assert say.time_left(NOW + left, NOW) == text


def test_a_duty_without_a_number_has_no_time_left() -> None:
    assert say.time_left(None, NOW) == "–"


def test_every_time_carries_its_zone_across_a_change_of_clocks() -> None:
    assert say.local("2026-03-29T00:59:00Z", "Europe/Tallinn") == "Sun 29 Mar 2026, 02:59 Tallinn (UTC+2)"
    assert say.local("2026-03-29T01:00:00Z", "Europe/Tallinn") == "Sun 29 Mar 2026, 04:00 Tallinn (UTC+3)"
    assert say.local("2026-03-29T01:00:00Z", "America/New_York") == "Sat 28 Mar 2026, 21:00 New York (UTC−4)"  # breaks no line
    assert say.local("2026-03-29T01:00:00Z", "Asia/Kolkata") == "Sun 29 Mar 2026, 06:30 Kolkata (UTC+5:30)"
    assert say.utc("2026-03-29T01:00:00.123456Z") == "Sun 29 Mar 2026, 01:00 UTC"


def test_a_zone_nobody_knows_is_shown_as_utc() -> None:
    assert say.local("2026-03-29T01:00:00Z", "Mars/Olympus") == "Sun 29 Mar 2026, 01:00 UTC"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "running"),
        ({"target_at": NOW + timedelta(hours=24), "due_at": NOW + timedelta(hours=24)}, "soon"),
        ({"target_at": NOW + timedelta(minutes=60), "due_at": NOW + timedelta(minutes=60)}, "critical"),
        ({"target_at": NOW - timedelta(1), "due_at": NOW - timedelta(seconds=1)}, "late"),
        ({"target_at": None, "due_at": None}, "none"),
        ({"verdict": "met_late"}, "met"),
        ({"verdict": "missed"}, "late"),
        ({"verdict": "waived"}, "stayed"),
    ],
)
def test_a_state_follows_the_verdict_first_and_then_the_time(change: dict[str, Any], expected: str) -> None:
    assert say.state(a_line(**change), NOW) == expected


def test_between_target_and_due_instant_nobody_is_late_yet() -> None:
    line = a_line(target_at=NOW - timedelta(hours=3), due_at=NOW + timedelta(hours=20))
    assert say.state(line, NOW) == "soon"
    assert say.awaited(line, NOW) == NOW + timedelta(hours=20)
    assert say.group(line, NOW) == "soon"


@pytest.mark.parametrize("mark", ["predicted", "provisional"])
def test_a_date_that_binds_nobody_makes_nobody_late(mark: str) -> None:
    past = NOW - timedelta(hours=1)
    line = a_line(target_at=past, due_at=past, **{mark: True})
    assert say.state(line, NOW) != "late"
    assert say.group(line, NOW) == "none"


def test_parties_have_short_marks() -> None:
    assert [say.code(slug) for slug in ("cert-ee", "ee-ministry", "ee-dpa", "meridian-models", None)] == [
        "CERT EE",
        "EE MIN",
        "EE DPA",
        "MER",
        "?",
    ]


def test_values_read_as_words() -> None:
    assert say.shown(None) == "not known yet"
    assert say.shown(value=False) == "no"
    assert say.shown(["FR", "DE"]) == "FR, DE"
    assert say.shown([]) == "none"
    assert say.shown("2026-03-29T01:00:00Z") == "Sun 29 Mar 2026, 01:00 UTC"
    assert say.shown("2026-13-99T99:00:00Z") == "2026-13-99T99:00:00Z"
    spread = say.shown({"earliest": "2026-03-29T00:00:00Z", "latest": "2026-03-29T23:59:59Z", "precision": "day"})
    assert spread == "between Sun 29 Mar 2026, 00:00 UTC and Sun 29 Mar 2026, 23:59 UTC (known to the day)"


def test_names_of_the_interface_read_as_words() -> None:
    assert say.words("early_warning") == "Early warning"
    assert say.words("tlp") == "TLP"
    assert say.words("ee-meridian-model-weights") == "EE meridian model weights"
    assert say.words("sovereign-ai-assurance") == "Sovereign AI assurance"
    assert say.words("ai_serious_incident") == "AI serious incident"


def test_a_clause_is_read_sentence_by_sentence_and_its_citations_stay_whole() -> None:
    text = "The CERT owes a notice within 1 hour. It must name Art. 4(1). May be waived under cl. 12.2."
    parts = [{"text": text[:30]}, {"text": "1 hour", "clause": "notice"}, {"text": text[36:]}]
    found = lab_words.by_sentence(parts)
    said = ["".join(each["text"] for each in sentence).strip() for sentence in found]
    assert said == ["The CERT owes a notice within 1 hour.", "It must name Art. 4(1).", "May be waived under cl. 12.2."]
    assert [each["text"] for each in found[0] if each.get("clause")] == ["1 hour"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("9:05", "09:05"), ("9.05", "09:05"), ("1740", "17:40"), ("17h40", "17:40"), ("late", "late")]
)
def test_a_time_of_day_is_taken_as_people_type_it(typed: str, meant: str) -> None:
    assert forms.padded(typed) == meant


def test_an_instant_inside_a_reason_is_read_by_the_clocks_of_the_reader() -> None:
    text = "Its clock stands still since 2026-11-26T11:28:19.708031Z, until 2026-12-02T08:00:00Z: file 2026-11."
    assert say.instants(text, "Europe/Tallinn") == (
        "Its clock stands still since Thu 26 Nov 2026, 13:28 Tallinn (UTC+2), until Wed 2 Dec 2026, 10:00 Tallinn (UTC+2): file 2026-11."
    )
