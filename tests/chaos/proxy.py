"""A wire that can be cut: a proxy of byte streams between a client and a server, on TCP or on sockets of the file system."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Address = tuple[str, int] | str
"""Host and port, or the path of a socket."""
State = Literal["open", "cut", "hung"]
_CHUNK = 65_536


class Wire:
    """Carries whatever is said, both ways. `cut` ends every connection and refuses new ones; `hang` accepts and says nothing more.

    Args:
        to: says where the server listens, asked for each connection: a server that was started again may be elsewhere.
        at: where to listen; None: a free loopback port.
    """

    def __init__(self, to: Callable[[], Address], at: Path | None = None) -> None:
        self._to = to
        self._at = at
        self._state: State = "open"
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._door = socket.socket(socket.AF_UNIX if at else socket.AF_INET)
        self._door.bind(str(at) if at else ("127.0.0.1", 0))
        self._door.listen(128)
        threading.Thread(target=self._admit, daemon=True).start()

    @property
    def port(self) -> int:
        """Of a wire on TCP."""
        port: int = self._door.getsockname()[1]
        return port

    def cut(self) -> None:
        """As a pulled cable whose ends notice it."""
        self._set("cut")

    def hang(self) -> None:
        """As a pulled cable whose ends do not."""
        self._set("hung")

    def mend(self) -> None:
        """Carry again; what was hung is ended, so that nobody waits for what is lost."""
        self._set("open")
        self._end_all()

    def close(self) -> None:
        """Stop for good."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._end_all()

    def _set(self, state: State) -> None:
        with self._lock:
            self._state = state
        if state == "cut":
            self._end_all()

    def _end_all(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for each in pair:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _admit(self) -> None:
        while not self._closing.is_set():
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        to = self._to()
        far = socket.socket(socket.AF_UNIX if isinstance(to, str) else socket.AF_INET)
        with near, far:
            if self._state == "cut":
                return
            try:
                far.connect(to)
                with self._lock:
                    self._pairs.add((near, far))
                self._pump(near, far)
            except OSError:
                return  # either end is gone: so is the wire between them
            finally:
                with self._lock:
                    self._pairs.discard((near, far))

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while not self._closing.is_set():
                for key, _ in ready.select(0.2):
                    if self._state == "hung":
                        self._closing.wait(0.05)
                        continue
                    source: socket.socket = key.fileobj  # type: ignore[assignment]
                    said = source.recv(_CHUNK)
                    if not said:
                        return
                    key.data.sendall(said)


class CutAtCommit(Wire):
    """A wire that is cut at the next COMMIT after `armed` is set: when it was kept and before its answer is heard, or before it came."""

    def __init__(self, to: Callable[[], Address], at: Path, kept: bool) -> None:
        self.armed = threading.Event()
        self._kept = kept
        super().__init__(to, at)

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        while said := _next(near, far):
            source, other, text = said
            if not text:
                return
            if source is near and b"COMMIT" in text and self.armed.is_set():
                self.armed.clear()
                if self._kept:
                    far.sendall(text)
                    far.recv(_CHUNK)  # it was kept; nobody hears of it
                return
            other.sendall(text)


def _next(near: socket.socket, far: socket.socket) -> tuple[socket.socket, socket.socket, bytes]:
    """Who speaks next, to whom, and what."""
    with selectors.DefaultSelector() as ready:
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)
        key, _ = ready.select()[0]
        source: socket.socket = key.fileobj  # type: ignore[assignment]
        return source, key.data, source.recv(_CHUNK)
