"""Draft versions in the hands of a browser: texts to begin with, and what the editor holds."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.visitors import send

ASSURANCE = (Path(__file__).parents[2] / "web/demo/agreements/sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
NEXT = ASSURANCE.replace('version: "3.1"', 'version: "3.2"').replace("within: {hours: 1}", "within: {hours: 3}")
NIGHT_WATCH = """\
format: agreement/1
name: night-watch
version: "1.0"
title: Night watch over the assistant
zone: Europe/Tallinn
in_force: {from: 2026-01-01, until: 2030-12-31}
parties: [https://cert-ee.example/#party, https://ee-ministry.example/#party, https://meridian-models.example/#party]
commitments:
  - id: notice
    title: Notice of a severe incident
    cite: cl. 3.1
    owed_by: {role: home_cert}
    owed_to: {role: suppliers, mode: each}
    owes: a notice of the incident
    when: {fact: severity, in: [high, critical]}
    anchor: {filing: true}
    within: {hours: 1}
    discharged_by: received
    must_contain: [reference, severity, duties]  # the parties insist on this
    tell:
      fields: [reference, severity, tlp]
      release: officer
      channels: [webhook, email, inbox]
    acknowledge_within: {hours: 4}
    ladder:
      - {contact: deputy, before: {minutes: 60}}
"""


def begins(client: FlaskClient, text: str = NEXT) -> str:
    """The address of a draft version with that text."""
    made = send(client, "/agreements/drafts", "/agreements", text=text)
    assert made.status_code == 303, made.text
    return str(made.location).partition("?")[0]


def saves(client: FlaskClient, draft: str, text: str, revision: int = 1) -> TestResponse:
    return send(client, draft, f"{draft}?view=source", text=text, revision=str(revision))


def revision(client: FlaskClient, draft: str) -> int:
    found = re.search(r'name="revision" value="(\d+)"', client.get(draft).text)
    assert found is not None
    return int(found[1])


def typed(page: TestResponse) -> str:
    """What stands in the editor; a reader of HTML drops the first line end."""
    found = re.search(r"<textarea id=\"text\"[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert found is not None, page.text
    return unescape(found[1])
