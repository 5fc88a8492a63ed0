"""A webhook receiver on loopback that notes what it gets, and can be made slow."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Answers 200 after `gate` is open; `seen` counts each webhook-id, `bodies` keeps the last body of each."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.bodies: dict[str, dict[str, Any]] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def wait_for(self, count: int, seconds: float) -> bool:
        """Whether `count` different ids arrived within so many seconds."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.seen) >= count, timeout=seconds)

    def close(self) -> None:
        """Stop listening."""
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.arrived:
                    receiver.seen[self.headers["webhook-id"]] += 1
                    receiver.bodies[self.headers["webhook-id"]] = json.loads(body)
                    receiver.arrived.notify_all()
                receiver.gate.wait(20)
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    self.close_connection = True  # the sender was killed meanwhile

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing to say."""

        return Handler
