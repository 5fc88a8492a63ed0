"""The door: who comes in and how, what is refused as forged, and what every answer carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incident.links import link_for
from incident.records.parties.tables import api_key
from incident.work import Work
from tests.web.callers import FILER, RECIPIENT, WAITING, Callers, a_body, a_world_at_the_door, problem_of
from tests.world import World
from web import create_app, door
from web.door import way_back
from web.throttle import FREE, LONGEST, Throttle

HTML = re.compile(r'name="csrf_token" value="([^"]+)"')


def token(page: TestResponse) -> str:
    found = HTML.search(page.text)
    assert found is not None, page.text[:300]
    return found[1]


def person(world: World, party: str = FILER) -> dict[str, str]:
    found = next(each for each in world.demo.people if each["party"] == party)
    return {"email": found["email"], "password": found["password"]}


def signs_in(api: Callers, party: str = FILER, client: FlaskClient | None = None, **more: str) -> FlaskClient:
    client = client or api.app.test_client()
    page = client.get("/sign-in")
    answer = client.post("/sign-in", data={**person(api.world, party), "csrf_token": token(page), **more})
    assert answer.status_code == 303, answer.text
    return client


def session_cookie(client: FlaskClient, name: str = "demarche") -> str:
    cookie = client.get_cookie(name)
    assert cookie is not None
    return str(cookie.value)


@pytest.fixture
def api() -> Iterator[Callers]:
    """A world of its own: sessions and clocks are moved about."""
    with a_world_at_the_door() as callers:
        yield callers


def test_a_person_signs_in_and_out(api: Callers) -> None:
    client = signs_in(api, next="/inbox")
    assert client.get("/inbox").status_code == 200
    kept = session_cookie(client)
    out = client.post("/sign-out", data={"csrf_token": token(client.get("/settings"))})
    assert (out.status_code, out.headers["Location"]) == (303, "/sign-in")
    assert client.get_cookie("demarche") is None
    client.set_cookie("demarche", kept)
    assert client.get("/inbox").status_code == 303, "the session is ended in the database too"


def test_a_stranger_is_led_to_the_sign_in_page_and_back(api: Callers) -> None:
    client = api.app.test_client()
    asked = client.get("/incidents?limit=5")
    assert asked.status_code == 303
    where = urlsplit(asked.headers["Location"])
    assert (where.path, parse_qs(where.query)["next"]) == ("/sign-in", ["/incidents?limit=5"])
    page = client.get(asked.headers["Location"])
    signed = client.post("/sign-in", data={**person(api.world), "csrf_token": token(page), "next": "/incidents?limit=5"})
    assert signed.headers["Location"] == "/incidents?limit=5"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/\nx", "javascript:alert(1)"]
)
def test_the_way_back_leads_nowhere_else(elsewhere: str) -> None:
    assert way_back(elsewhere) == "/"


def test_a_fragment_of_a_page_asks_its_page_to_go_to_the_sign_in(api: Callers) -> None:
    answer = api.app.test_client().get("/board/rows", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"].partition("?")[0]) == (401, "/sign-in")


def test_wrong_address_and_wrong_password_are_refused_alike(api: Callers) -> None:
    client = api.app.test_client()
    told = set()
    for email, password in ((person(api.world)["email"], "wrong"), ("nobody@nowhere.example", "wrong"), ("x\0y", "a\0b"), ("", "")):
        answer = client.post("/sign-in", data={"email": email, "password": password, "csrf_token": token(client.get("/sign-in"))})
        assert answer.status_code == 401
        told.add(re.sub(r'value="[^"]*"', "", answer.text))
        assert client.get_cookie("demarche") is None
    assert len(told) == 1


def test_guessing_becomes_slow(api: Callers) -> None:
    client = api.app.test_client()
    form = {"email": "Guessed@nowhere.example", "password": "wrong", "csrf_token": token(client.get("/sign-in"))}
    answers = [client.post("/sign-in", data=form) for _ in range(FREE)]
    assert {answer.status_code for answer in answers} == {401}
    while (last := client.post("/sign-in", data={**form, "email": "guessed@NOWHERE.example"})).status_code == 401:
        pass  # this machine was slower than the wait, which doubles
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert client.post("/sign-in", data={**form, "email": "another@nowhere.example"}).status_code == 401


def test_the_wait_doubles_ends_and_is_forgotten() -> None:
    at = [0.0]
    throttle = Throttle(lambda: at[0])
    waits = []
    for _ in range(FREE + 8):
        throttle.wrong("a")
        waits.append(throttle.wait("a"))
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, LONGEST, LONGEST, LONGEST]
    at[0] += LONGEST
    assert throttle.wait("a") == 0
    throttle.right("a")
    throttle.wrong("a")
    assert throttle.wait("a") == 0


def test_a_session_is_new_at_every_sign_in_and_the_old_one_ends(api: Callers) -> None:
    client = signs_in(api)
    first = session_cookie(client)
    signs_in(api, WAITING, client)
    assert session_cookie(client) != first
    client.set_cookie("demarche", first)
    assert client.get("/inbox").status_code == 303


def test_a_session_that_somebody_planted_is_not_taken_over(api: Callers) -> None:
    client = api.app.test_client()
    client.set_cookie("demarche", "planted")
    signs_in(api, client=client)
    assert session_cookie(client) != "planted"


def test_a_session_ends_when_it_is_not_used_and_after_a_day_at_work(api: Callers) -> None:
    client = signs_in(api)
    api.world.forward(minutes=29)
    assert client.get("/inbox").status_code == 200
    api.world.forward(minutes=29)
    assert client.get("/inbox").status_code == 200, "using it keeps it"
    api.world.forward(minutes=31)
    assert client.get("/inbox").status_code == 303
    client = signs_in(api)
    for _ in range(24):
        api.world.forward(minutes=29)
        last = client.get("/inbox").status_code
    assert last == 200
    api.world.forward(minutes=29)
    assert client.get("/inbox").status_code == 303


def test_cookies_are_for_this_site_and_for_no_script(api: Callers) -> None:
    client = api.app.test_client()
    page = client.get("/sign-in")
    answer = client.post("/sign-in", data={**person(api.world), "csrf_token": token(page)})
    cookies = answer.headers.getlist("Set-Cookie") + page.headers.getlist("Set-Cookie")
    assert any(each.startswith("demarche=") for each in cookies)
    for each in cookies:
        assert "HttpOnly" in each
        assert "SameSite=Lax" in each
        assert "Path=/" in each
        assert "Domain" not in each


def test_over_https_cookies_are_bound_to_the_host_and_the_browser_is_told_to_stay(api: Callers) -> None:
    node = replace(api.world.web, settings=replace(api.world.web.settings, base_url="https://demarche.example.ee"))
    client = create_app(node).test_client()
    page = client.get("/sign-in", base_url="https://demarche.example.ee")
    assert page.headers["Strict-Transport-Security"]
    answer = client.post("/sign-in", base_url="https://demarche.example.ee", data={**person(api.world), "csrf_token": token(page)})
    assert answer.status_code == 303
    for each in answer.headers.getlist("Set-Cookie"):
        assert each.startswith("__Host-demarche")
        assert "Secure" in each


def test_every_unsafe_page_is_refused_without_its_token(api: Callers) -> None:
    client = signs_in(api)
    for rule in api.app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.rule.startswith(("/api/", "/n/", "/l/")):
            continue
        path = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", rule.rule)
        path = re.sub(r"<[^>]+>", "email", path)
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "guess"}, {"csrf_token": "gu\u00e9ss"}):
            assert client.post(path, data=data).status_code == 400, f"{rule.rule} {data}"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(api: Callers, headers: dict[str, str]) -> None:
    client = signs_in(api)
    form = {"csrf_token": token(client.get("/settings"))}
    assert client.post("/sign-out", data=form, headers=headers).status_code == 400
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/sign-out", data=form, headers=ours).status_code == 303


def test_the_sign_in_page_takes_no_form_of_another_site_either(api: Callers) -> None:
    assert api.app.test_client().post("/sign-in", data=person(api.world)).status_code == 400
    ours, theirs = api.app.test_client(), api.app.test_client()
    stolen = token(theirs.get("/sign-in"))
    ours.get("/sign-in")
    assert ours.post("/sign-in", data={**person(api.world), "csrf_token": stolen}).status_code == 400


def test_a_script_of_the_page_calls_the_api_with_the_cookie_and_the_token(api: Callers) -> None:
    client = signs_in(api)
    assert client.get("/api/v1/me").json["means"] == "session"
    assert problem_of(client.post("/api/v1/reports", json=a_body()), 400)["code"] == "forged"
    headers = {"X-CSRF-Token": token(client.get("/settings"))}
    assert client.post("/api/v1/reports", json=a_body(), headers=headers).status_code == 201
    assert problem_of(client.post("/api/v1/reports", json=a_body(), headers={**headers, "Origin": "https://evil.example"}), 400)


def test_a_key_counts_before_a_cookie_and_a_wrong_one_is_not_covered_by_it(api: Callers) -> None:
    client = signs_in(api)
    as_vendor = client.get("/api/v1/me", headers={"Authorization": f"Bearer {api.key(RECIPIENT)}"})
    assert (as_vendor.json["party"], as_vendor.json["means"]) == (RECIPIENT, "key")
    wrong = client.get("/api/v1/me", headers={"Authorization": "Bearer demarche_00000000_wrong"})
    assert problem_of(wrong, 401)["code"] == "not_signed_in"


def test_a_revoked_key_opens_nothing(api: Callers) -> None:
    assert api.get("/me").status_code == 200
    with api.world.work(FILER) as work:
        work.connection.execute(api_key.update().values(revoked_at=work.now))
    assert problem_of(api.get("/me"), 401)["code"] == "not_signed_in"


def test_the_link_of_a_test_of_a_channel_opens_nothing(api: Callers) -> None:
    sent = api.post("/channels/email/test").json["notification"]
    assert api.app.test_client().get(link_for(api.world.web.settings.secret_key, UUID(sent))).status_code == 404


def test_every_answer_keeps_scripts_frames_and_guesses_out(api: Callers) -> None:
    client = signs_in(api)
    for path in ("/", "/sign-in", "/nope", "/api/v1/me", "/api/v1/nope", "/api/v1/docs", "/livez", "/static/app.css"):
        headers = client.get(path, buffered=True).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_what_is_somebodys_is_kept_in_no_cache(api: Callers) -> None:
    client = signs_in(api)
    for path in ("/", "/inbox", "/api/v1/me", "/api/v1/nope", "/sign-in"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
    assert "no-store" not in client.get("/static/app.css", buffered=True).headers["Cache-Control"]


def test_a_page_that_refuses_undoes_what_was_begun(api: Callers) -> None:
    def view(work: Work) -> tuple[str, int]:
        work.connection.exec_driver_sql("update demarche.contact set name = 'half done'")
        return "no", 422

    api.app.add_url_rule("/half", view_func=door.page(view))
    client = signs_in(api)
    assert client.get("/half").status_code == 422
    assert api.world.rows("select count(*) from demarche.contact where name = 'half done'")[0][0] == 0


def test_a_fault_of_ours_tells_nothing_but_a_number(api: Callers) -> None:
    def breaks() -> None:
        raise RuntimeError("the summary of a secret report")

    api.app.add_url_rule("/api/v1/breaks", view_func=breaks)
    api.app.add_url_rule("/breaks", view_func=breaks)
    client = api.app.test_client()
    problem = problem_of(client.get("/api/v1/breaks"), 500)
    assert set(problem) == {"type", "title", "status", "code", "request"}
    page = client.get("/breaks")
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert "secret" not in page.text
    assert re.search(r"[0-9a-f]{16}", page.text)


def test_people_get_pages_and_programs_problems(api: Callers) -> None:
    client: FlaskClient = api.app.test_client()
    assert client.get("/nope").mimetype == "text/html"
    assert client.post("/livez").mimetype == "application/problem+json"
    assert client.put("/sign-in").status_code == 405


def test_an_application_holds_nothing_of_another(api: Callers) -> None:
    other: Flask = create_app(api.world.web)
    client = signs_in(api)
    moved = other.test_client()
    moved.set_cookie("demarche", session_cookie(client))
    assert moved.get("/inbox").status_code == 200, "sessions live in the database, not in a process"
