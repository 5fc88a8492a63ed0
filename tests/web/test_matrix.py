"""Every call of the API by everybody: the party that filed, the operator, a party that was told, one whose notice still
awaits release, a stranger, and nobody. A call without a row here fails the tests.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.web.callers import FILER, OPERATOR, RECIPIENT, STRANGER, WAITING, Callers, a_body, a_world_at_the_door, problem_of
from workers import sweeps

MUTUAL_AID = (Path(__file__).parents[2] / "web/demo/agreements/cert-mutual-aid.yaml").read_text(encoding="utf-8")
ROLES: dict[str, str | None] = {
    "own": FILER, "operator": OPERATOR, "recipient": RECIPIENT, "waiting": WAITING, "stranger": STRANGER, "nobody": None,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What each role is answered, in the order of `ROLES`; `body` may name the ids of `Things` in braces."""

    own: int
    operator: int
    recipient: int
    waiting: int
    stranger: int
    nobody: int = 401
    body: dict[str, Any] | None = None
    path: dict[str, str] = field(default_factory=dict)


def everybody(status: int = 200, **more: Any) -> Row:
    """The same for all who have a key."""
    return Row(status, status, status, status, status, **more)


TABLE: dict[str, Row] = {
    "GET /facts": everybody(),
    "GET /regimes": everybody(),
    "GET /regimes/<string:regime_id>": everybody(path={"regime_id": "eu.nis2.art23"}),
    "POST /regimes/<string:regime_id>/armings": everybody(
        201, path={"regime_id": "bg.nis2"}, body={"source": "State Gazette 17 of 2026", "binds_from": "2026-02-13"}),
    "POST /armings/<uuid:arming_id>/withdrawal": Row(200, 404, 404, 404, 404, body={"reason": "r"}),
    "POST /due": everybody(body={"regime": "eu.nis2.art23", "zone": "Europe/Tallinn", "facts": {"aware_at": "2026-03-27T17:40+02:00"}}),
    "GET /calendars": everybody(),
    "GET /calendars/<string:calendar_id>": everybody(path={"calendar_id": "DE:bank"}),
    "GET /me": everybody(),
    "GET /parties": everybody(),
    "GET /channels": everybody(),
    "GET /rota": everybody(),
    "PUT /rota": everybody(
        body={"windows": [{"contact": "deputy", "zone": "Europe/Tallinn", "days": ["sat"], "from": "08:00", "until": "08:00"}]}),
    "PUT /rota/calendar": everybody(body={"url": "http://127.0.0.1:9/rota.ics", "mapping": [{"contact": "deputy", "by": "every"}]}),
    "DELETE /rota/calendar": everybody(),
    "GET /reach": everybody(),
    "GET /deployments": everybody(),
    "GET /findings": everybody(),
    "POST /findings/<uuid:finding_id>/seen": Row(200, 200, 404, 404, 404),
    "GET /incidents": everybody(),
    "GET /obligations": everybody(),
    "GET /notices": everybody(),
    "GET /notifications": everybody(),
    "GET /inbox": everybody(),
    "POST /inbox/<uuid:notification_id>/receipt": Row(404, 404, 200, 404, 404, path={"notification_id": "{lying_id}"}),
    "GET /agreements": everybody(),
    "GET /agreements/typical-cases": everybody(),
    "GET /agreements/library": everybody(),
    "GET /agreements/library/<string:name>": everybody(path={"name": "ee-overlay"}),
    "POST /channels/<any(webhook, email, inbox, chat, pager):kind>/verification": everybody(404, path={"kind": "chat"}),
    "PUT /channels/webhook": everybody(body={"url": "http://127.0.0.1:9/hook"}),
    "PUT /channels/email": everybody(body={"address": "duty@desk.example"}),
    "PUT /channels/inbox": everybody(body={}),
    "PUT /channels/<any(chat, pager):kind>": everybody(path={"kind": "pager"}, body={"url": "jsons://desk.example/call"}),
    "POST /channels/<any(webhook, email, inbox, chat, pager):kind>/test": everybody(path={"kind": "email"}),
    "GET /deployments/<string:deployment>": Row(200, 200, 200, 404, 404, path={"deployment": "ee-citizen-assistant"}),
    "PUT /deployments/<string:deployment>": Row(
        409, 409, 403, 409, 409, path={"deployment": "ee-citizen-assistant"}, body={
            "name": "Mine now", "jurisdiction": "EE", "operator": OPERATOR, "data_may_live": ["EE"],
            "system": {"name": "S", "version": "1"}},
    ),
    "POST /reports": Row(201, 201, 403, 422, 422, body=a_body(reference="matrix {role}")),
    "POST /reports/preview": Row(200, 200, 403, 422, 422, body=a_body(reference="preview {role}")),
    "GET /incidents/<uuid:incident_id>": Row(200, 200, 404, 404, 404),
    "GET /incidents/<uuid:incident_id>/timeline": Row(200, 200, 404, 404, 404),
    "GET /incidents/<uuid:incident_id>/relays": Row(200, 200, 404, 404, 404),
    "POST /incidents/<uuid:incident_id>/affected-states": Row(200, 404, 404, 404, 404, body={"country": "DE", "reason": "r"}),
    "POST /incidents/<uuid:incident_id>/affected-states/strike": Row(200, 404, 404, 404, 404, body={"country": "LV", "reason": "r"}),
    "POST /incidents/<uuid:incident_id>/close": Row(200, 404, 404, 404, 404, body={"as": "withdrawn", "reason": "r"}),
    "POST /incidents/<uuid:incident_id>/reclassify": Row(200, 404, 404, 404, 404, body={"reason": "r", "severity": "high"}),
    "POST /incidents/<uuid:incident_id>/reopen": Row(409, 404, 404, 404, 404, body={"reason": "r"}),
    "GET /obligations/<uuid:obligation_id>": Row(200, 200, 200, 404, 404),
    "POST /obligations/<uuid:obligation_id>/acknowledgements": Row(200, 403, 200, 404, 404, body={"by": "N. N."}),
    "POST /obligations/<uuid:obligation_id>/submissions": Row(
        200, 200, 404, 404, 404, body={"stage": "early_warning", "proof": "p"}, path={"obligation_id": "{warning}"}),
    "POST /obligations/<uuid:obligation_id>/relays": Row(
        409, 409, 404, 404, 404, path={"obligation_id": "{warning}"}, body={"proof": "call taken by N. N."}),
    "POST /obligations/<uuid:obligation_id>/extensions": Row(
        200, 403, 403, 404, 404, path={"obligation_id": "{plan}"},
        body={"until": "2027-03-01T00:00:00Z", "clause": "cl. 12.1", "reason": "r"}),
    "POST /obligations/<uuid:obligation_id>/waivers": Row(200, 403, 403, 404, 404, body={"reason": "r"}),
    "POST /obligations/<uuid:obligation_id>/pauses": Row(
        403, 403, 403, 404, 404, path={"obligation_id": "{plan}"}, body={"ground": "injunction", "clause": "cl. 1", "reason": "r"}),
    "POST /obligations/<uuid:obligation_id>/resumptions": Row(
        409, 403, 409, 404, 404, path={"obligation_id": "{plan}"}, body={"reason": "r"}),
    "POST /obligations/<uuid:obligation_id>/excuses": Row(
        200, 403, 200, 404, 404, path={"obligation_id": "{plan}"},
        body={"ground": "prohibition", "provision": "Export Order 2026/7, Art. 5", "reason": "r"}),
    "GET /obligations/<uuid:obligation_id>/claims": Row(200, 200, 200, 404, 404),
    "GET /obligations/<uuid:obligation_id>/readings": Row(200, 200, 200, 404, 404),
    "POST /obligations/<uuid:obligation_id>/claims": Row(
        201, 201, 404, 404, 404, path={"obligation_id": "{warning}"}, body={"kind": "start", "at": "2026-11-23T06:10:00Z", "reason": "r"}),
    "GET /claims/<uuid:claim_id>": Row(200, 200, 200, 404, 404),
    "POST /claims/<uuid:claim_id>/agreements": Row(200, 403, 403, 404, 404, body={"note": "n"}),
    "POST /claims/<uuid:claim_id>/refusals": Row(200, 403, 403, 404, 404, body={"reason": "r"}),
    "POST /claims/<uuid:claim_id>/withdrawals": Row(403, 403, 200, 404, 404, body={"reason": "r"}),
    "GET /notices/<uuid:notice_id>": Row(200, 200, 200, 404, 404),
    "POST /notices/<uuid:notice_id>/acknowledgements": Row(404, 404, 200, 404, 404, body={"by": "N. N."}),
    "POST /notices/<uuid:notice_id>/openings": Row(404, 404, 200, 404, 404),
    "POST /notices/<uuid:notice_id>/asks": Row(404, 404, 201, 404, 404, body={"kind": "not_ours", "by": "N. N.", "reason": "r"}),
    "POST /notices/<uuid:notice_id>/link-revocations": Row(404, 404, 200, 404, 404),
    "GET /asks": everybody(),
    "POST /asks/<uuid:ask_id>/answers": Row(200, 403, 403, 404, 404, body={"answer": "a"}),
    "POST /notices/<uuid:notice_id>/words": Row(201, 403, 403, 404, 404, body={"with_whom": "N. N.", "source": "telephone"}),
    "POST /words/<uuid:word_id>/co-signatures": Row(403, 403, 200, 404, 404, body={"by": "N. N."}),
    "POST /words/<uuid:word_id>/disputes": Row(403, 403, 200, 404, 404, body={"by": "N. N.", "reason": "r"}),
    "POST /words/<uuid:word_id>/withdrawals": Row(200, 403, 403, 404, 404, body={"reason": "r"}),
    "POST /obligations/<uuid:obligation_id>/nudges": Row(200, 403, 403, 404, 404),
    "POST /incidents/<uuid:incident_id>/calls": Row(
        200, 200, 404, 404, 404, body={"with_party": RECIPIENT, "with_whom": "N. N.", "said": "s", "source": "telephone"}),
    "POST /notices/<uuid:notice_id>/release": Row(200, 403, 404, 404, 404, path={"notice_id": "{awaiting}"}),
    "GET /dead-letters": everybody(),
    "POST /notifications/<uuid:notification_id>/tries": Row(409, 409, 404, 404, 404),
    "POST /notifications/<uuid:notification_id>/ways": Row(
        409, 409, 404, 404, 404, body={"contact": "manager", "channel": "webhook"}),
    "POST /notifications/<uuid:notification_id>/calls": Row(
        409, 409, 404, 404, 404, body={"with_whom": "K. N.", "said": "told", "source": "line 3"}),
    "POST /notices/<uuid:notice_id>/hold": Row(200, 403, 404, 404, 404, body={"reason": "r"}, path={"notice_id": "{awaiting}"}),
    "POST /agreements": Row(422, 422, 422, 422, 422, body={"text": "name: nothing"}),
    "POST /agreements/simulations": everybody(body={"text": MUTUAL_AID, "past": True}),
    "POST /agreements/compositions": everybody(body={"text": MUTUAL_AID}),
    "POST /agreements/burdens": everybody(body={"text": MUTUAL_AID, "add": MUTUAL_AID}),
    "GET /agreements/<uuid:agreement_id>/composition": Row(200, 200, 200, 404, 404),
    "GET /agreements/drafts": everybody(),
    "POST /agreements/drafts": everybody(201, body={"text": "name: a-beginning"}),
    "GET /agreements/drafts/<uuid:draft_id>": Row(200, 404, 404, 404, 404),
    "PUT /agreements/drafts/<uuid:draft_id>": Row(200, 404, 404, 404, 404, body={"text": "name: a-change", "revision": 1}),
    "DELETE /agreements/drafts/<uuid:draft_id>": Row(200, 404, 404, 404, 404),
    "POST /agreements/drafts/<uuid:draft_id>/restoration": Row(200, 404, 404, 404, 404),
    "GET /agreements/<uuid:agreement_id>": Row(200, 200, 200, 404, 404),
    "GET /agreements/schema.json": everybody(),
    "GET /agreements/<uuid:agreement_id>/diff": Row(422, 422, 422, 404, 404),  # there is no earlier version to compare with
    "POST /agreements/<uuid:agreement_id>/acceptances": Row(200, 200, 200, 404, 404),
    "GET /agreements/<uuid:agreement_id>/acts": Row(200, 200, 200, 404, 404),
    "GET /agreements/<uuid:agreement_id>/bundle": Row(200, 200, 200, 404, 404),
    "POST /agreements/<uuid:agreement_id>/acts": Row(409, 409, 409, 404, 404, body={"kind": "sign"}),  # signed by all of them already
    "GET /keys/signing": everybody(),
    "POST /keys/signing": everybody(201, body={"public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "name": "legal desk"}),
    "POST /keys/signing/<string:fingerprint>/revocation": Row(
        404, 404, 404, 404, 404, path={"fingerprint": "sha256:0"}, body={"reason": "lost"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    with a_world_at_the_door() as callers:
        yield callers


@pytest.fixture
def things(api: Callers, request: pytest.FixtureRequest) -> dict[str, str]:
    """The ids of a fresh incident and what hangs on it."""
    secret = f"only for those who were told, {uuid.uuid4()}"
    filed = api.files(reference=f"for {request.node.name}", summary=secret)

    def obligation(commitment: str, by: str) -> str:
        return next(str(o["id"]) for o in filed["obligations"] if o["commitment"] == commitment and o["owed_by"] == by)

    notice = next(each["id"] for each in filed["notices"] if each["to"] == RECIPIENT)
    agreements = {each["name"]: each["id"] for each in api.get("/agreements").json["items"]}
    return {
        "secret": secret,
        "incident_id": filed["incident"],
        "obligation_id": obligation("supplier_notice.acknowledge", RECIPIENT),
        "warning": obligation("eu.nis2.art23.early_warning", OPERATOR),
        "plan": obligation("mitigation_plan", RECIPIENT),
        "notice_id": notice,
        "notification_id": on_its_way(api, notice),
        "lying_id": lying(api, notice),
        "ask_id": api.post(f"/notices/{notice}/asks", {"kind": "not_ours", "by": "N. N.", "reason": "r"}, RECIPIENT).json["id"],
        "word_id": api.post(f"/notices/{notice}/words", {"with_whom": "N. N.", "source": "telephone"}).json["id"],
        "awaiting": next(each["id"] for each in filed["notices"] if each["to"] == WAITING),
        "agreement_id": agreements["ee-meridian-model-weights"],
        "arming_id": armed(api),
        "claim_id": claimed(api, obligation("mitigation_plan", RECIPIENT)),
        "draft_id": api.post("/agreements/drafts", {"text": "name: being-written"}).json["id"],
        "finding_id": found(api, filed["incident"]),
    }


def found(api: Callers, incident: str) -> str:
    """What the audit found about that case."""
    finds = (
        "insert into demarche.finding (kind, subject, case_id, what, to_do, since, seen_at)"
        " values ('miss.unsaid', cast(:c as text), cast(:c as uuid), 'w', 'd', now(), now()) returning id"
    )
    with api.world.worker.work() as work:
        return str(work.connection.execute(sa.text(finds), {"c": incident}).scalar_one())


def lying(api: Callers, notice: str) -> str:
    """What lies in the inbox of that notice's recipient."""
    lies = "select id from demarche.notification where notice_id = :n and kind = 'inbox' and state = 'sent'"
    return str(api.world.rows(lies, n=notice)[0].id)


def on_its_way(api: Callers, notice: str) -> str:
    """A notification of that notice that is no dead letter yet: so nobody changes what the next is answered."""
    sweeps.route(api.world.worker)
    waiting = "select id from demarche.notification where notice_id = :n and state = 'pending' and kind = 'email'"
    return str(api.world.rows(waiting, n=notice)[0].id)


def claimed(api: Callers, plan: str) -> str:
    """More time that the recipient of the notice asks for, of the party that filed."""
    asked = {"kind": "more_time", "until": "2027-02-01T00:00:00Z", "reason": "parts are late"}
    found: str = api.post(f"/obligations/{plan}/claims", asked, RECIPIENT).json["id"]
    return found


def armed(api: Callers) -> str:
    """Something that stands armed for the filer."""
    standing = api.get("/regimes/us.circia").json["armed"]
    source = {"source": "a final rule", "binds_from": "2026-01-01"}
    found: str = (standing or api.post("/regimes/us.circia/armings", source).json)["id"]
    return found


def routes(api: Callers) -> set[str]:
    """Every call of the API, as the application knows it."""
    found = set()
    for rule in api.app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint not in ("documents.openapi", "documents.docs"):
            found |= {f"{method} {rule.rule.removeprefix('/api/v1')}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return found


def called(api: Callers, call: str, row: Row, role: str, things: dict[str, str]) -> TestResponse:
    method, _, rule = call.partition(" ")
    path = "/".join(
        part if not part.startswith("<") else row.path.get(part[1:-1].rpartition(":")[2], "{" + part[1:-1].rpartition(":")[2] + "}")
        for part in re.sub(r"\(.*?\)", "", rule).split("/")
    ).format(**things)
    body = None if row.body is None else {k: v.replace("{role}", role) if isinstance(v, str) else v for k, v in row.body.items()}
    sent = {"json": body} if body is not None else {}
    return api.call(method, path, ROLES[role], **sent)


def test_every_call_has_a_row_and_every_row_a_call(api: Callers) -> None:
    assert routes(api) == set(TABLE)


@pytest.mark.parametrize("call", TABLE)
def test_everybody_is_answered_as_the_table_says(api: Callers, call: str, things: dict[str, str]) -> None:
    row = TABLE[call]
    expected = {role: getattr(row, role) for role in ROLES}
    answered = {}
    for role in sorted(ROLES, key=lambda role: expected[role] < 400):  # who is refused comes first: it must change nothing
        answer = called(api, call, row, role, things)
        answered[role] = answer.status_code
        if answer.status_code >= 400:
            problem_of(answer, answer.status_code)
        if role not in ("own", "operator"):
            assert things["secret"] not in answer.text, f"{role} was shown the summary"
    assert answered == expected


@pytest.mark.parametrize("call", [call for call in TABLE if "<uuid:" in call])
def test_hidden_is_answered_with_the_bytes_of_missing(api: Callers, call: str, things: dict[str, str]) -> None:
    row = TABLE[call]
    nothing = dict.fromkeys(things, "00000000-0000-4000-8000-000000000000")
    missing = called(api, call, row, "stranger", nothing)
    assert problem_of(missing, 404)["code"] == "not_found"
    for role in ROLES:
        if getattr(row, role) == 404:
            hidden = called(api, call, row, role, things)
            assert (hidden.status_code, hidden.data) == (missing.status_code, missing.data)
            assert {n: v for n, v in hidden.headers if n != "X-Request-Id"} == {n: v for n, v in missing.headers if n != "X-Request-Id"}


@pytest.mark.parametrize("listed", ["/incidents", "/obligations", "/notices", "/notifications"])
@pytest.mark.parametrize("role", ["waiting", "stranger"])
def test_lists_show_nothing_of_what_is_hidden(api: Callers, listed: str, role: str, things: dict[str, str]) -> None:
    text = api.get(f"{listed}?limit=200", ROLES[role]).text
    assert things["incident_id"] not in text
    assert things["secret"] not in text
    assert api.get(f"{listed}?limit=200").json["items"], "the filer sees something to hide"


def test_the_party_that_was_told_sees_what_it_was_told_and_no_more(api: Callers, things: dict[str, str]) -> None:
    told = api.get(f"/notices/{things['notice_id']}", RECIPIENT).json
    assert told["withheld"] == []
    assert "summary" not in told["items"]
    seen = {each["id"] for each in api.get(f"/obligations?incident={things['incident_id']}", RECIPIENT).json["items"]}
    assert seen == set(told["obligations"])
    assert things["warning"] not in seen


def test_pages_ask_strangers_to_sign_in_and_take_no_form_of_theirs(api: Callers) -> None:
    client = api.app.test_client()
    for rule in api.app.url_map.iter_rules():
        if not rule.endpoint.startswith("pages.") or rule.rule.startswith(("/n/", "/l/")):
            continue
        path = (
            rule.rule.replace("<uuid:id_>", "00000000-0000-4000-8000-000000000000")
            .replace("<any(webhook, email, chat, pager):kind>", "email")
            .replace("<kind>", "email")
            .replace("<string:regime_id>", "eu.nis2.art23")
            .replace("<string:fingerprint>", "sha256:00")
            .replace("<string:country>", "DE")
        )
        assert "<" not in path, f"{rule.rule} needs a value here"
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 303, f"{method} {rule.rule}"
            assert answer.headers["Location"].startswith("/sign-in")
