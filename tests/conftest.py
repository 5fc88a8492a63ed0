"""Fixtures that every room uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident import logs
from tests.world import World, a_world

logs.configure("WARNING", "json")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts real processes goes first: it mostly waits, and at the end one core would wait with it."""
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


@pytest.fixture
def world() -> Iterator[World]:
    """The demo world on a database of its own, with a clock wound by hand."""
    with a_world() as made:
        yield made
