"""The drawings: positions only, so that they can be checked without a picture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from web.views.pages import drawing

NOW = datetime(2026, 11, 22, 22, 7, tzinfo=UTC)


def an_obligation(due_in: float | None = 24, *, started: float = -2, **changes: Any) -> dict[str, Any]:
    due = None if due_in is None else NOW + timedelta(hours=due_in)
    return {
        "title": "Early warning", "owed_by": "ee-ministry", "owed_to": "cert-ee", "owed_to_role": "home_cert", "verdict": "running",
        "started_at": NOW + timedelta(hours=started), "target_at": due, "due_at": due, "settled_at": None, "predicted": False,
        "provisional": False, **changes,
    }  # fmt: skip


def a_notice(to: str, items: dict[str, Any], withheld: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    held = [{"field": field, "rule": "r", "why": f"{field} stays"} for field in withheld]
    return {"to": to, "kind": "duties", "items": items, "withheld": held, "cancelled_at": None, "released": True, **changes}


def test_the_axis_runs_one_way_and_fits_twenty_minutes_and_thirty_days() -> None:
    places = [drawing.stretched(hours) for hours in (-1000, -24, -1, 0, 0.33, 1, 24, 720, 5000)]
    assert all(before <= after for before, after in pairwise(places))
    assert places[0] == places[1] == 0
    assert places[-1] == places[-2] == 98
    assert places[4] - places[3] > 3


def test_a_track_has_no_place_for_a_duty_without_a_number() -> None:
    assert drawing.track(an_obligation(None), NOW) is None


def test_every_deadline_of_the_next_day_is_counted_in_its_hour_once() -> None:
    hours = drawing.per_hour([an_obligation(due) for due in (-1, 0, 0.9, 1, 23.99, 24, None)], NOW)
    assert [hour.count for hour in hours] == [2, 1, *[0] * 21, 1]
    assert hours[0].clock == "22:00"


def test_labels_on_the_ladder_never_share_their_room() -> None:
    found = drawing.ladder([an_obligation(due, title="A title of some length") for due in (24, 25, 26, 700)], NOW)
    assert found is not None
    (lane,) = found.lanes
    by_row: dict[int, list[drawing.Rung]] = {}
    for rung in lane.rungs:
        by_row.setdefault(rung.row, []).append(rung)
    for rungs in by_row.values():
        for left, right in pairwise(sorted(rungs, key=lambda each: each.due)):
            assert left.due < right.due - drawing.LETTER * len(right.label)
    assert found.height >= lane.rows * drawing.ROW


def test_the_ladder_keeps_what_has_no_number_out_and_says_so() -> None:
    found = drawing.ladder([an_obligation(24), an_obligation(None), an_obligation(48, verdict="superseded")], NOW)
    assert found is not None
    assert found.undated == 1
    assert sum(len(lane.rungs) for lane in found.lanes) == 1
    assert drawing.ladder([an_obligation(None)], NOW) is None


def test_everything_on_the_ladder_stays_inside_it() -> None:
    late = an_obligation(-5, started=-50, verdict="missed")
    met = an_obligation(3, verdict="met", settled_at=NOW - timedelta(hours=1))
    found = drawing.ladder([late, met, an_obligation(9000)], NOW)
    assert found is not None
    for lane in found.lanes:
        for rung in lane.rungs:
            assert drawing.LADDER_LEFT <= rung.start <= rung.used <= drawing.LADDER_LEFT + drawing.LADDER_WIDTH
            assert drawing.LADDER_LEFT <= rung.due <= drawing.LADDER_LEFT + drawing.LADDER_WIDTH


def test_the_matrix_tells_told_from_withheld_from_never_asked() -> None:
    found = drawing.matrix(
        [
            a_notice("cert-ee", {"summary": "…", "facts": {}}),
            a_notice("meridian-models", {"severity": "high"}, ("summary",)),
            a_notice("cert-fr", {"summary": "…", "facts": {}}, ("fact:affected_individuals",)),
            a_notice("ee-dpa", {}, ("*",)),
        ]
    )
    assert [each.to for each in found.recipients] == ["cert-ee", "meridian-models", "cert-fr", "ee-dpa"]
    cells = {field.name: field.cells for field in found.fields}
    assert cells["summary"] == ["told", "withheld", "told", "withheld"]
    assert cells["facts"] == ["told", "unasked", "partly", "withheld"]
    assert cells["severity"] == ["unasked", "told", "unasked", "withheld"]
    assert next(field.why for field in found.fields if field.name == "summary") == "summary stays"


def test_what_was_cancelled_or_says_nothing_is_not_in_the_matrix() -> None:
    found = drawing.matrix(
        [a_notice("cert-ee", {"summary": "…"}, cancelled_at="2026-11-22T22:00:00Z"), a_notice("cert-fr", {}, kind="reminder")]
    )
    assert found.recipients == []


def test_a_label_without_room_before_its_mark_is_written_after_it() -> None:
    met = an_obligation(24, title="A title of some length", verdict="met", settled_at=NOW - timedelta(minutes=119))
    found = drawing.ladder([met, an_obligation(700)], NOW)
    assert found is not None
    rungs = [rung for lane in found.lanes for rung in lane.rungs]
    assert [rung.forward for rung in rungs] == [True, False]
    assert all(rung.forward or rung.mark - drawing.LETTER * len(rung.label) >= drawing.LADDER_LEFT for rung in rungs)
