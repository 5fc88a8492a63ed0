"""A short campaign with every run of the suite; the long ones are `make chaos`."""

from __future__ import annotations

import pytest

from tests.chaos.__main__ import campaign


@pytest.mark.processes
def test_after_a_few_kills_nothing_is_lost_early_doubled_or_stuck() -> None:
    found = campaign(1, 3, with_matrix=False, say=lambda line: None)
    assert found.good, found.why
    assert found.reports_accepted
    assert found.delivered == found.notifications_due
    assert found.kills == 3
