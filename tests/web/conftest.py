"""Fixtures of the front door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident import logs
from tests.web.callers import Callers, a_world_at_the_door


@pytest.fixture(scope="session", autouse=True)
def _logs_in_one_line() -> None:
    """As every process of the node has them: an unconfigured logger would print each traceback with all that was filed."""
    logs.configure("ERROR", "json")


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    """The API of a demo world that the tests of one module share."""
    with a_world_at_the_door() as callers:
        yield callers
