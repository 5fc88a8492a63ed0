"""One-time links: fetched by anybody without effect, used by a button, once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.actions.revoke_links import revoke_links
from incident.links import LENGTH, link_for
from tests.web.visitors import VENDOR
from tests.world import World
from web.door import LINK_MOST

SECRET = "Prompts of the tax office in the clear"
HELD = ("notice", "notification", "attempt", "act", "obligation", "timer", "link_use", "ask", "word", "evidence_entry", "evidence_head")


def link_to(world: World, slug: str = VENDOR, kind: str = "duties") -> str:
    """The link of the letter that told the party."""
    row = world.rows(
        "select n.id from demarche.notification n join demarche.notice o on o.id = n.notice_id join demarche.party p on p.id = n.party_id"
        " where p.slug = :s and o.kind = :k and n.kind = 'email' order by n.created_at desc limit 1",
        s=slug, k=kind,
    )  # fmt: skip
    return link_for(world.web.settings.secret_key, row[0].id)


@pytest.fixture
def filed(world: World) -> dict[str, Any]:
    answer = world.files(summary=SECRET)
    world.sweep()
    return answer


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def everything(world: World) -> dict[str, list[str]]:
    return {
        table: sorted(json.dumps([str(value) for value in row]) for row in world.rows(f"select * from demarche.{table}")) for table in HELD
    }


def notice_of(world: World, slug: str = VENDOR) -> Any:
    return world.rows(
        "select o.* from demarche.notice o join demarche.party p on p.id = o.recipient where p.slug = :s and o.kind = 'duties'", s=slug
    )[0]


def test_fetching_a_link_changes_no_row_however_often_and_by_whom(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link, before = link_to(world), everything(world)
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "SafeLinks/1.0", "X-Forwarded-For": "192.0.2.7"}):
            assert browser.open(link, method=method, headers=headers).status_code == 200
    assert browser.get(f"{link}/acknowledge").status_code == 303
    assert everything(world) == before


def test_the_cover_is_neutral_and_says_by_when_in_two_zones(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    page = browser.get(link_to(world))
    assert filed["incident_ref"] in page.text
    assert "TLP:AMBER" in page.text
    assert "UTC" in page.text
    assert re.search(r"Acknowledge by</dt><dd>[^<]+<br>[^<]+UTC", page.text)
    assert "Receipt only: neither awareness nor admission." in page.text
    told = notice_of(world)
    for content in (SECRET, told.title, "halden", "supplier"):
        assert content.lower() not in page.text.lower()


def test_the_pages_leave_no_trace_of_the_link(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    for page in (browser.get(link), browser.post(f"{link}/show"), browser.get(link[:-2] + "zz")):
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert page.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in page.headers
        assert not re.search(r'(?:href|src|action)="https?://', page.text)


def test_showing_is_a_button_and_records_who_opened_as_a_link_holder(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    page = browser.post(f"{link_to(world)}/show")
    told = notice_of(world)
    assert page.status_code == 200
    assert told.digest in page.text
    assert "That it was shown is recorded" in page.text
    assert "has recorded nothing" not in page.text
    assert (told.opened_by, told.opened_how, told.opened_at) == ("link holder", "link", world.now)
    assert told.acknowledged_at is None
    world.forward(minutes=5)
    browser.post(f"{link_to(world)}/show")
    assert notice_of(world).opened_at == told.opened_at


@pytest.mark.parametrize("label", ["AMBER+STRICT", "RED"])
def test_what_is_bound_to_persons_is_not_shown_to_who_holds_a_link(label: str, world: World, browser: FlaskClient) -> None:
    world.files(summary=SECRET, tlp=label)
    world.sweep()
    link = link_to(world, "ee-ministry") if not _was_told(world, VENDOR) else link_to(world)
    assert "Show it" not in browser.get(link).text
    page = browser.post(f"{link}/show").text
    assert SECRET not in page
    assert "Digest" not in page
    assert f"TLP:{label} is not shown to whoever holds a link" in page
    assert browser.post(f"{link}/acknowledge", data={"by": "Kari"}).status_code == 303


def _was_told(world: World, slug: str) -> bool:
    question = "select n.id from demarche.notification n join demarche.party p on p.id = n.party_id where p.slug = :s and n.kind = 'email'"
    return bool(world.rows(question, s=slug))


def test_acknowledging_by_a_link_is_recorded_of_its_holder_and_only_once(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    assert browser.post(f"{link}/acknowledge", data={"by": ""}).status_code == 422
    first = browser.post(f"{link}/acknowledge", data={"by": "Kari Nordmann", "note": "on it"})
    assert first.location == link
    told = notice_of(world)
    assert (told.acknowledged_by, told.acknowledged_how) == ("link holder, name given as Kari Nordmann", "link")
    assert world.verdict(filed, "supplier_notice.acknowledge", owed_by=VENDOR) == "met"
    stands = everything(world)
    world.forward(minutes=3)
    again = browser.post(f"{link}/acknowledge", data={"by": "Somebody Else"}, follow_redirects=True)
    assert "link holder, name given as Kari Nordmann" in again.text
    assert "This link is used up" in again.text
    assert everything(world) == stands


def test_two_who_press_at_once_acknowledge_once(filed: dict[str, Any], app: Flask, world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    link = link_to(world)
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda name: app.test_client().post(f"{link}/acknowledge", data={"by": name}).status_code, "ABCD"))
    assert came == [303] * 4
    assert len(world.rows("select id from demarche.act where kind = 'notice_acknowledged'")) == 1
    assert len(world.rows("select notification_id from demarche.link_use where what = 'acknowledged'")) == 1


def test_a_used_link_acts_no_more(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    browser.post(f"{link}/acknowledge", data={"by": "Kari"})
    page = browser.post(f"{link}/ask", data={"kind": "not_ours", "by": "Kari", "reason": "no such system"})
    assert page.status_code == 410
    assert "used up" in page.text
    assert not world.rows("select id from demarche.ask")


def test_an_expired_link_opens_nothing_and_acts_no_more(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    world.forward(days=14)
    for page in (browser.get(link), browser.post(f"{link}/show"), browser.post(f"{link}/acknowledge", data={"by": "Kari"})):
        assert page.status_code == 410
        assert "has expired" in page.text
    assert notice_of(world).acknowledged_at is None
    assert notice_of(world).opened_at is None


def test_a_revoked_link_opens_nothing_and_what_was_done_by_it_stands(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    browser.post(f"{link}/show")
    with world.work(VENDOR) as work:
        revoke_links(work, notice_of(world).id)
    for page in (browser.get(link), browser.post(f"{link}/acknowledge", data={"by": "Kari"})):
        assert page.status_code == 410
        assert "was revoked" in page.text
    assert notice_of(world).opened_how == "link"
    assert notice_of(world).acknowledged_at is None


def test_foreign_links_open_nothing_and_are_answered_ever_more_slowly(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    altered = link[:-1] + ("A" if link[-1] != "A" else "B")
    came = [browser.get(path).status_code for path in (altered, link[:-3], link + "A", "/l/x", f"/l/{'0' * LENGTH}", f"/l/{'0' * 5000}")]
    assert came == [404] * 5 + [429]
    assert browser.post(f"{altered}/acknowledge", data={"by": "N"}).status_code == 429
    assert browser.get(link).status_code == 200, "whoever has a good link is not held up by others"


def test_a_link_is_used_at_most_so_often_in_a_minute(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    came = [browser.head(link).status_code for _ in range(LINK_MOST + 1)]
    assert came == [200] * LINK_MOST + [429]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "https://elsewhere.example"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),  # our own form, on a page without a referrer
        ({}, 303),
    ],
)
def test_a_form_of_another_site_does_not_act(
    filed: dict[str, Any], world: World, browser: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert browser.post(f"{link_to(world)}/acknowledge", data={"by": "N"}, headers=headers).status_code == status
    assert (notice_of(world).acknowledged_at is not None) == (status == 303)


def test_a_link_of_before_leads_to_the_cover(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    import base64
    import hashlib
    import hmac

    id_ = world.rows("select id from demarche.notification where kind = 'email' and notice_id = :n", n=notice_of(world).id)[0].id
    mac = hmac.new(world.web.settings.secret_key.encode(), b"demarche link v1 " + id_.bytes, hashlib.sha256).digest()[:16]
    path = f"/n/{id_}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    assert browser.get(path).location == link_to(world)
    assert browser.get(path[:-1] + "-").status_code == 404


def test_no_token_is_kept_or_logged(
    filed: dict[str, Any], world: World, browser: FlaskClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    link = link_to(world)
    token = link.rpartition("/")[2]
    browser.post(f"{link}/show")
    browser.post(f"{link}/ask", data={"kind": "not_ours", "by": "Kari", "reason": "no such system"})
    browser.post(f"{link}/acknowledge", data={"by": "Kari"})
    world.sweep()
    said = capsys.readouterr()
    assert token not in said.out + said.err + caplog.text
    question = "select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind = 'r'"
    tables = [row.relname for row in world.rows(f"{question} and has_table_privilege(oid, 'select')")]
    assert len(tables) > 35
    for table in tables:
        assert not world.rows(f"select 1 from demarche.{table} t where t::text like :t limit 1", t=f"%{token}%"), table
    payloads = b"".join(bytes(row.payload) for row in world.rows("select payload from demarche.evidence_payload"))
    assert token.encode() not in payloads
    assert b"name given as Kari" in payloads


def test_not_ours_tells_the_liaison_and_ends_no_duty(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    page = browser.post(f"{link}/ask", data={"kind": "not_ours", "by": "Kari", "reason": "no such system"}, follow_redirects=True)
    assert "Not ours: said by link holder, name given as Kari" in page.text
    browser.post(f"{link}/ask", data={"kind": "not_ours", "by": "Kari", "reason": "really"})
    assert [row.reason for row in world.rows("select reason from demarche.ask")] == ["no such system"]
    world.sweep()
    assert world.verdict(filed, "supplier_notice.acknowledge", owed_by=VENDOR) == "running"
    told = [row.title for row in world.rows("select title from demarche.notice where kind = 'ask'")]
    assert told == ["Not theirs, says Meridian Models"] or len(told) == 1


def test_a_call_is_asked_for_with_a_number_and_hours(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    assert browser.post(f"{link}/ask", data={"kind": "human", "by": "Kari", "reason": "help"}).status_code == 422
    answer = browser.post(f"{link}/ask", data={"kind": "human", "by": "Kari", "reason": "help", "call_back": "+47 1, until 7"})
    assert answer.status_code == 303
    (ask,) = world.incident(filed)["asks"]
    assert (ask["kind"], ask["how"], ask["call_back"]) == ("human", "link", "+47 1, until 7")


def test_more_time_is_asked_of_a_clause_and_refused_of_a_law(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    link = link_to(world)
    plan = world.obligation(filed, "mitigation_plan", owed_by=VENDOR)
    until = world.now + timedelta(days=30)
    fields = {
        "obligation": plan["id"], "by": "Kari", "reason": "parts are late", "until_date": until.date().isoformat(), "until_time": "12:00",
        "until_zone": "UTC",
    }  # fmt: skip
    assert "Ask for more time" in browser.post(f"{link}/show").text
    assert browser.post(f"{link}/more_time", data=fields).status_code == 303
    (claim,) = world.incident(filed)["claims"]
    assert (claim["kind"], claim["holds"], claim["by"]) == ("more_time", False, "link holder, name given as Kari")
    assert world.obligation(filed, "mitigation_plan", owed_by=VENDOR)["due_at"] == plan["due_at"]
    warning = world.obligation(filed, "supplier_notice.acknowledge", owed_by=VENDOR)
    refused = browser.post(f"{link}/more_time", data={**fields, "obligation": warning["id"]})
    assert refused.status_code == 403
    assert "no clause lets anybody do so" in refused.text


def test_a_link_opens_nothing_else(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    browser.post(f"{link_to(world)}/show")
    for other in ("/", "/inbox", f"/notices/{notice_of(world).id}", "/settings"):
        assert browser.get(other).status_code == 303
    assert browser.get("/api/v1/notices").status_code == 401
    other_duty = world.obligation(filed, "art23.early_warning")["id"]
    fields = {"obligation": other_duty, "by": "K", "reason": "r", "until_date": "2027-01-01", "until_time": "12:00", "until_zone": "UTC"}
    assert browser.post(f"{link_to(world)}/more_time", data=fields).status_code == 404


def test_who_acknowledged_otherwise_is_said_on_the_cover(filed: dict[str, Any], world: World, browser: FlaskClient) -> None:
    with world.work(VENDOR) as work:
        acknowledge_notice(work, UUID(str(notice_of(world).id)), DoneBy("E. Castellano"))
    assert "Acknowledged: E. Castellano" in browser.get(link_to(world)).text
    assert notice_of(world).acknowledged_how == "api"
