"""Receivers that behave as real ones do on a bad day, and keep a ledger of what reached them."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Request"], None]
"""What a receiver does once it has read the whole message."""


class Request(BaseHTTPRequestHandler):
    """One message, with the answers that may be given to it."""

    server: _Server

    def do_POST(self) -> None:
        """Take it and behave."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.note(self.headers["webhook-id"], self.headers["webhook-timestamp"])
        try:
            self.server.behaviour()(self)
        except OSError:
            self.close_connection = True  # the sender is gone: it was killed, or has waited long enough

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] = {}) -> None:
        """Answer in full."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """End the connection with RST, as a machine does that fell over."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.chance = chance
        self.hostile = False
        self.only: Behaviour | None = None
        self.seen: Counter[str] = Counter()
        self.took: set[str] = set()
        self._lock = threading.Lock()

    def note(self, id_: str, timestamp: str) -> None:
        with self._lock:
            self.seen[id_] += 1

    def behaviour(self) -> Behaviour:
        with self._lock:
            if self.hostile and self.only is not None:
                return self.only
            return self.chance.choice(HOSTILE) if self.hostile and self.chance.random() < 0.5 else _takes

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that is killed leaves half a message: that is expected here."""


class Receiver:
    """A webhook on loopback; `hostile` while it behaves badly half of the time, by the chance it was given."""

    def __init__(self, seed: int) -> None:
        self._server = _Server(random.Random(seed))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def seen(self) -> Counter[str]:
        """How often each id arrived."""
        return self._server.seen

    def misbehave(self, yes: bool, only: Behaviour | None = None) -> None:
        """From now on: half of the time by chance, or always in that one way."""
        self._server.only = only if yes else None
        self._server.hostile = yes

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _takes(request: Request) -> None:
    request.answer(200)


def _slow(request: Request) -> None:
    time.sleep(1.5)
    request.answer(200)


def _broken(request: Request) -> None:
    request.answer(500)


def _busy(request: Request) -> None:
    request.answer(429, headers={"Retry-After": "1"})


def _elsewhere(request: Request) -> None:
    request.answer(302, headers={"Location": "http://127.0.0.1:1/"})


def _garbage(request: Request) -> None:
    request.answer(200, b"\x00\xff<not json" * 200)


def _huge(request: Request) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(10**9))
    request.end_headers()
    for _ in range(64):
        request.wfile.write(b"x" * 65_536)


def _falls_over(request: Request) -> None:
    request.reset()


def _drips(request: Request) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Drip: 1\r\n" * 40:
        request.wfile.write(bytes([byte]))
        time.sleep(0.05)


def _refuses(request: Request) -> None:
    request.answer(403)


def _reset_after_200(request: Request) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "10")
    request.end_headers()
    request.wfile.flush()
    request.reset()


def _no_http(request: Request) -> None:
    request.wfile.write(b"what?\r\n\r\n")
    request.close_connection = True


HOSTILE: tuple[Behaviour, ...] = (
    _slow, _broken, _busy, _elsewhere, _garbage, _huge, _falls_over, _reset_after_200, _drips, _refuses, _no_http,
)  # fmt: skip
