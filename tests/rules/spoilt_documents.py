"""A good agreement document to be spoilt, and what is asked of whatever comes of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from incident.errors import Fault, Invalid
from incident.rules.terms import load

GOOD = """\
format: agreement/1
name: two-parties
version: "1.0"
title: Two parties
zone: Europe/Tallinn
in_force: {from: 2026-01-01, until: 2030-12-31}
parties:
  - https://one.example/#party
  - https://two.example/#party
groups:
  - {name: everybody, members: [https://one.example/#party, https://two.example/#party]}
commitments:
  - id: notice
    title: Notice
    cite: cl. 1
    owed_by: {role: operator}
    owed_to: {role: group, group: everybody}
    owes: a notice
    when:
      all:
        - {fact: severity, in: [high, critical]}
        - not: {fact: personal_data_breach, is: true}
        - {fact: affected_individuals, at_least: 500}
    anchor:
      earliest:
        - {filing: true}
        - {fact: aware_at, of: owed_by}
    within: {hours: 4}
    discharged_by: received
    must_contain: [reference]
    tell: {fields: [reference, severity, "fact:cross_border"], release: pre_authorised, channels: [webhook, email]}
    acknowledge_within: {hours: 2}
    ladder: [{contact: deputy, before: {minutes: 30}}]
    handling:
      max_tlp: AMBER
      residency: [EE, NO]
      fields: [{fields: [system], max_tlp: GREEN}]
      recipients: [{to: [https://two.example/#party], max_tlp: GREEN, withhold: [summary]}]
    on_call:
      - {contact: deputy, zone: owed_to, days: [sat, sun], from: "00:00", until: "00:00"}
restrictions:
  - id: stay
    title: Data of patients stay
    cite: sec. 4
    fields: [summary]
    only_to: [EE]
"""


def faults(text: str) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        load(text)
    for each in refused.value.faults:
        assert each.code
        assert each.message
        assert each.pointer == "" or each.pointer.startswith("/")
    return refused.value.faults


def fault(text: str) -> Fault:
    (found,) = faults(text)
    return found


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def line(text: str, of: str) -> int:
    return text[: text.index(of)].count("\n") + 1


def places(value: Any, pointer: str = "") -> list[str]:
    below: list[tuple[Any, Any]] = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [pointer, *(each for key, item in below for each in places(item, f"{pointer}/{key}".replace("~", "~0")))]


PLAIN: dict[str, Any] = yaml.load(GOOD, yaml.BaseLoader)
PLAIN["commitments"][0]["within"]["hours"] = 4
PLAIN["commitments"][0]["acknowledge_within"]["hours"] = 2
PLAIN["commitments"][0]["ladder"][0]["before"]["minutes"] = 30
PLAIN["commitments"][0]["anchor"]["earliest"][0]["filing"] = True
PLAIN["commitments"][0]["when"]["all"][1]["not"]["is"] = True
PLAIN["commitments"][0]["when"]["all"][2]["at_least"] = 500
