"""The page of who is on call: windows added and taken out, a calendar from a file or an address, and red hours."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.visitors import OFFICER, VENDOR, Enter, token
from tests.world import World
from workers import rotas

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T080000Z\r\nDURATION:PT12H\r\nSUMMARY:Primary, Mari\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
WINDOW = {"contact": "deputy", "zone": "Europe/Tallinn", "days": "sat", "from": "08:00", "until": "08:00"}


def seen(client: FlaskClient) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', client.get("/rota").text)
    assert found is not None
    return unescape(found[1])


def post(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    return client.post(address, data={"csrf_token": token(client.get("/rota")), **fields})


def sends_a_calendar(client: FlaskClient, text: str, **fields: object) -> TestResponse:
    data = {"csrf_token": token(client.get("/rota")), "by": "summary", "what": "primary", "means": "duty_desk", **fields}
    return client.post("/rota/calendar", data={**data, "file": (io.BytesIO(text.encode()), "rota.ics")})


def test_a_window_is_added_to_those_that_are_there_and_taken_out_again(enter: Enter) -> None:
    officer = enter(OFFICER)
    assert "the duty desk is taken to be staffed at all hours" in officer.get("/rota").text
    assert post(officer, "/rota/windows", seen=seen(officer), **WINDOW).status_code == 303
    assert post(officer, "/rota/windows", seen=seen(officer), **{**WINDOW, "contact": "manager", "days": "sun"}).status_code == 303
    assert [each["contact"] for each in json.loads(seen(officer))] == ["deputy", "manager"]
    page = officer.get("/rota").text
    assert "Nobody can be reached" in page
    assert "no window and no turn names anybody" in page
    assert post(officer, "/rota/windows/removal", seen=seen(officer), place="0").status_code == 303
    assert [each["contact"] for each in json.loads(seen(officer))] == ["manager"]
    assert "Nobody can be reached" in officer.get("/settings").text
    assert "Nobody can be reached" not in enter(VENDOR).get("/settings").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"zone": "Mars/Olympus"}, "is no time zone"),
        ({"from": "25:00"}, "from 00:00 to 23:59"),
        ({"days": "someday"}, "xpected one of mon, tue"),
        ({"contact": "cleaner"}, "xpected one of duty_desk"),
    ],
)
def test_a_window_that_cannot_be_read_comes_back_as_it_was_typed(changed: dict[str, str], said: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    refused = post(officer, "/rota/windows", seen="[]", **{**WINDOW, **changed})
    assert refused.status_code == 422
    assert said in refused.text
    assert json.loads(seen(officer)) == []


def test_a_calendar_from_a_file_is_read_at_once_and_shows_which_events_mean_whom(enter: Enter) -> None:
    officer = enter(OFFICER)
    assert sends_a_calendar(officer, ICS).status_code == 303
    page = officer.get("/rota").text
    for words in ("1 turns in the next two weeks", "Primary, Mari", "events with a title that has “primary”", "Read on"):
        assert words in page
    assert post(officer, "/rota/calendar/removal").status_code == 303
    assert "Primary, Mari" not in officer.get("/rota").text


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("<html>", {}, "begin with BEGIN:VCALENDAR"),
        (ICS, {"what": ""}, "1 to 50 lines that say which events mean whom"),
        ("", {}, "either a text or a url"),
        ("", {"url": "https://127.0.0.1/x.ics", "means": "cleaner"}, "xpected one of duty_desk"),
        ("", {"url": "ftp://calendar.example/x.ics"}, "https"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_with_its_reason_and_changes_nothing(
    text: str, fields: dict[str, str], said: str, enter: Enter
) -> None:
    officer = enter(OFFICER)
    sends_a_calendar(officer, ICS)
    refused = sends_a_calendar(officer, text, **fields)
    assert refused.status_code == 422
    assert said in unescape(refused.text)
    assert "Primary, Mari" in officer.get("/rota").text


def test_an_address_is_read_by_the_workers_and_what_goes_wrong_is_shown(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    fields = {"url": "https://calendar.example/on-call.ics", "by": "every", "what": "", "means": "deputy"}
    assert post(officer, "/rota/calendar", **fields).status_code == 303
    assert "It is to be read within a minute" in officer.get("/rota").text

    def fails(url: str) -> str:
        raise OSError("No address associated with hostname")

    rotas.read_calendars(world.worker, fails)
    assert "could not be fetched: No address associated with hostname" in officer.get("/rota").text
    world.forward(minutes=15)
    rotas.read_calendars(world.worker, lambda url: ICS)
    assert "Primary, Mari" in officer.get("/rota").text


def test_partners_see_when_nobody_can_be_reached(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    assert "Nobody was looked at yet" in officer.get("/partners").text
    rotas.read_calendars(world.worker)
    assert "At all hours" in officer.get("/partners").text
    post(enter(VENDOR), "/rota/windows", seen="[]", **WINDOW)
    page = officer.get("/partners").text
    assert "no window and no turn names anybody" in page
    assert page.count("Nobody at") == 1
