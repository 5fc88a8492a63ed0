"""A draft that is tried, the preview under it and the filing under it: the same obligations and the same notices, to the digest."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest
import yaml

from incident.actions.accept_agreement import accept_agreement
from incident.actions.commands import FileReport
from incident.actions.file_report import file_report
from incident.actions.preview_report import preview_report
from incident.actions.publish_agreement import publish_agreement
from incident.actions.simulate_agreement import simulate_agreement
from incident.rules.case import SEVERITIES, TLP
from tests.rules.random_agreements import random_agreement
from tests.world import World, a_report, a_world

PARTIES = ("cert-ee", "ee-ministry", "meridian-models", "halden-compute", "cert-fr")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def puts_in_force(world: World, text: str) -> None:
    with world.work("cert-ee") as work:
        published, _ = publish_agreement(work, text)
    for party in PARTIES:
        with world.work(party) as work:
            accept_agreement(work, UUID(published["id"]))


def obligations(rows: list[dict[str, Any]], side: str | None = None) -> dict[Any, Any]:
    """By whom, to whom, under which clause: what it was dated to, and why."""
    found = {}
    for each in rows:
        judged = each[side] if side else each
        if judged:
            key = (each["source"]["name"], each["commitment"], each["owed_by"], each["owed_to"], each["occurrence"])
            found[key] = {name: judged[name] for name in ("target_at", "due_at", "started_at", "provisional", "predicted", "because")}
    return found


def a_random_report(random: Random, number: int) -> FileReport:
    facts = {name: random.choice((True, False, None)) for name in ("personal_data_breach", "cross_border", "significant_incident")}
    return a_report(
        reference=f"alike {number}", severity=random.choice(SEVERITIES), tlp=random.choice(TLP),
        affected_countries=random.choice(((), ("FR",), ("DE", "FR"))), **facts,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_draft_that_is_tried_its_preview_and_its_filing_are_one_and_the_same(world: World, seed: int) -> None:
    random = Random(seed)
    text = yaml.safe_dump(random_agreement(random, "EE").document, sort_keys=False)
    world.forward(minutes=1)
    if seed % 2:
        puts_in_force(world, text)
    report = a_random_report(random, seed)
    with world.work("cert-ee") as work:
        tried = simulate_agreement(work, text, case=report)["cases"][0]
    if not seed % 2:
        puts_in_force(world, text)
    with world.work("cert-ee") as work:
        previewed = preview_report(work, report)
        filed = file_report(work, report).answer
    assert obligations(filed["obligations"]) == obligations(previewed["obligations"]) == obligations(tried["clocks"], "then")
    told = [{(each["to"], each["digest"]) for each in answer["notices"]} for answer in (filed, previewed)]
    assert told[0] == told[1] == {(each["to"], each["then"]["digest"]) for each in tried["notices"] if each["then"]}
