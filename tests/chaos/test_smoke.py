"""A short campaign with every run of the suite; the long ones are `make chaos`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.chaos.__main__ import Plan, campaign


@pytest.mark.processes
def test_after_a_few_kills_nothing_is_lost_early_doubled_or_stuck() -> None:
    told: list[str] = []
    found = campaign(Plan(seed=1, kills=3, with_matrix=False, clocks=timedelta(seconds=8)), told.append)
    assert found.good, (found.why, told)
    assert found.reports_accepted
    assert found.delivered == found.notifications_due
    assert found.kills == 3
