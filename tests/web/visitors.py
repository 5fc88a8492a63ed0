"""Somebody in front of the pages of a real node: a browser with a session, and forms as people fill them in."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

OFFICER, OPERATOR, VENDOR, OTHER_CERT, STRANGER = "cert-ee", "ee-ministry", "meridian-models", "cert-fr", "sakura-inference"
Enter = Callable[[str], FlaskClient]


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, url: str, seen: str = "/settings", **fields: str) -> TestResponse:
    """Send a form that the page at `seen` gave the token for."""
    return client.post(url, data={"csrf_token": token(client.get(seen)), **fields})


def a_form(client: FlaskClient, **changes: str) -> dict[str, str]:
    """The report form as a person fills it in."""
    page = client.get("/report")
    reference = re.search(r'name="reference" value="([^"]+)"', page.text)
    assert reference is not None
    return {
        "csrf_token": token(page), "reference": reference[1], "stage": "early_warning", "deployment": "ee-citizen-assistant",
        "summary": "Prompts of one agency appear in answers to another", "severity": "high", "tlp": "AMBER",
        "fact-aware_at.date": "2026-11-23", "fact-aware_at.time": "10:40", "fact-aware_at.zone": "Europe/Tallinn",
        "fact-significant_incident": "true", "fact-personal_data_breach": "null", "affected_countries": "FR", **changes,
    }  # fmt: skip


def file_one(client: FlaskClient, **changes: str) -> str:
    """The id of an incident filed through the form."""
    answer = client.post("/report", data=a_form(client, **changes))
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[2]
