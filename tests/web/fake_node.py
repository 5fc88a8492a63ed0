"""A small HTTP server that speaks the part of the API that `demarche replay` needs, and can be told to misbehave."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, object, dict[str, str]]
KEYS = {"key-intl": "cert-intl", "key-ee": "cert-ee", "key-fr": "cert-fr"}
PARTIES = [
    {"slug": "cert-intl", "uri": "https://intl.example/#party", "kind": "cert", "jurisdiction": "CH", "api_key": "key-intl"},
    {"slug": "cert-ee", "uri": "https://ee.example/#party", "kind": "cert", "jurisdiction": "EE", "api_key": "key-ee"},
    {"slug": "cert-fr", "uri": "https://fr.example/#party", "kind": "cert", "jurisdiction": "FR", "api_key": "key-fr"},
    {"slug": "some-models", "uri": "https://models.example/#party", "kind": "vendor", "jurisdiction": "NO", "api_key": "key-models"},
]


@dataclass
class FakeNode:
    """Everything the server knows. `trouble` holds what the next POSTs get instead of an answer; `refuse` PUTs by slug."""

    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[tuple[str, str, str], tuple[dict[str, Any], object]] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    filers: dict[str, str] = field(default_factory=dict)
    notifications: list[dict[str, str]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    looks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def deployment(self, slug: str, jurisdiction: str, zone: str) -> None:
        self.deployments[slug] = {"slug": slug, "name": slug, "jurisdiction": jurisdiction, "zone": zone}

    def put(self, slug: str, body: dict[str, Any]) -> Answer:
        if slug in self.refuse:
            return problem(422, "/jurisdiction", "no such country here")
        self.deployments[slug] = {"slug": slug, "zone": "UTC", **body}
        return 201, self.deployments[slug], {}

    def file(self, filer: str, body: dict[str, Any]) -> Answer:
        if body["deployment"] not in self.deployments:
            return problem(422, "/deployment", "unknown deployment")
        identity = (filer, body["deployment"], body["reference"])
        if identity in self.reports:
            known, answer = self.reports[identity]
            replayed = {"Idempotency-Replayed": "true"}
            return (200, answer, replayed) if known == body else problem(409, "", "another report has this reference")
        answer = self._case(filer, body)
        self.reports[identity] = (body, answer)
        self.bodies.append(body)
        self.filers[body["reference"]] = filer
        return 201, answer, {}

    def list_notifications(self, party: str, cursor: int) -> Answer:
        """Two to a page; every look at the first page moves the party's notifications one state on."""
        mine = [each for each in self.notifications if party in (each["filer"], each["to"])]
        if cursor == 0:
            self.looks += 1
            for each in mine:
                each["state"] = {"pending": "claimed", "claimed": "delivered"}.get(each["state"], each["state"])
        more = cursor + 2 < len(mine)
        link = {"Link": f'</api/v1/notifications?cursor={cursor + 2}>; rel="next"'} if more else {}
        return 200, mine[cursor : cursor + 2], link

    def _case(self, filer: str, body: dict[str, Any]) -> dict[str, Any]:
        number = len(self.reports) + 1
        notices = [{"id": f"notice-{number}", "to": "some-models", "released": True, "awaiting": False, "items": [], "digest": ""}]
        if body["severity"] == "critical":
            notices.append({**notices[0], "id": f"held-{number}", "released": False, "awaiting": True})
        item = {"id": f"n-{number}", "notice": f"notice-{number}", "incident": f"id-{number}", "to": "some-models"}
        self.notifications.append({**item, "filer": filer, "channel": "inbox", "state": "pending"})
        obligations = [{"id": f"o-{number}-{index}"} for index in range(2)]
        return {"incident": f"id-{number}", "reference": body["reference"], "obligations": obligations, "notices": notices}


def problem(status: int, pointer: str, message: str) -> Answer:
    errors = [{"pointer": pointer, "code": "invalid", "message": message}] if pointer else []
    return status, {"type": "about:blank", "title": "Refused", "status": status, "detail": message, "errors": errors}, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    node: FakeNode

    def do_GET(self) -> None:
        self._serve(None)

    def do_PUT(self) -> None:
        self._serve(self._body())

    def do_POST(self) -> None:
        body = self._body()
        trouble = self.node.trouble.pop(0) if self.node.trouble else ""
        if trouble == "lost":
            self.close_connection = True
            return
        if trouble == "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
        if trouble == "busy":
            self._send((503, {"title": "Not now"}, {"Retry-After": "0"}))
            return
        self._serve(body)

    def _serve(self, body: dict[str, Any] | None) -> None:
        party = KEYS.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        with self.node.lock:
            self._send(problem(401, "", "unknown key") if party is None else self._routed(party, body))

    def _routed(self, party: str, body: dict[str, Any] | None) -> Answer:
        path, _, query = self.path.removeprefix("/api/v1/").partition("?")
        match (self.command, path.split("/"), body):
            case "GET", ["deployments"], None:
                return 200, {"items": list(self.node.deployments.values())}, {}
            case "PUT", ["deployments", slug], dict():
                return self.node.put(slug, body) if party == "cert-intl" else problem(403, "", "not yours")
            case "POST", ["reports"], dict():
                return self.node.file(party, body)
            case "GET", ["notifications"], None:
                return self.node.list_notifications(party, int(query.partition("=")[2] or 0))
        return problem(404, "", "nothing here")

    def _body(self) -> dict[str, Any]:
        found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(found, dict)
        return found

    def _send(self, answer: Answer) -> None:
        status, content, headers = answer
        data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is for its failures."""


@contextmanager
def serving(node: FakeNode) -> Iterator[str]:
    """The base URL of `node`, served on a free port until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("NodeHandler", (Handler,), {"node": node}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
