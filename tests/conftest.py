"""Fixtures that every room uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from incident import logs
from tests.examples import ALL
from tests.world import World, a_world

logs.configure("WARNING", "json")

# The suite judges a change by the same examples every time; `make deep` goes looking for new ones.
settings.register_profile("suite", derandomize=True)
settings.load_profile("default" if ALL else "suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts real processes goes first: it mostly waits, and at the end one core would wait with it."""
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


@pytest.fixture
def world() -> Iterator[World]:
    """The demo world on a database of its own, with a clock wound by hand."""
    with a_world() as made:
        yield made
