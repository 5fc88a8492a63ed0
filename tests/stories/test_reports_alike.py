"""Reports that say the same are planned from what was worked out before, and never from what has ceased to be so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import World, a_world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def plan_of(filed: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Everything of it that is the same for whoever files the same again."""
    told = ("commitment", "owed_by", "owed_to", "occurrence", "target_at", "due_at", "provisional", "predicted")
    return [(*(each[name] for name in told), [line["text"] for line in each["because"]]) for each in filed["obligations"]]


def test_the_same_report_filed_again_has_the_same_plan(world: World) -> None:
    assert plan_of(world.files(reference="A-1")) == plan_of(world.files(reference="A-2"))


def test_what_a_party_has_become_since_the_last_report_counts_in_the_next(world: World) -> None:
    before = world.files(reference="B-1")
    with world.worker.work() as work:
        work.connection.execute(
            sa.text(
                "insert into demarche.profile_fact select gen_random_uuid(), operator_id, 'is_essential_entity', 'false', '2020-01-02',"
                " null, 'declared', now() from demarche.deployment where slug = 'ee-citizen-assistant'"
            )
        )
    after = world.files(reference="B-2")
    assert plan_of(before) != plan_of(after)
