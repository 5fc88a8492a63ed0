"""The way out: a connection to the address that was checked, and to no other, within one time limit.

The name is resolved once, every answer is judged, and the socket goes to a judged address; a resolver that answers differently
the second time is never asked. Every wait is for what is left of one limit, so that a receiver that drips holds nobody.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from incident.reach.targets import Address, Egress, EgressRefused, Target, admitted, check_url, loopback

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Dial", "Egress", "EgressRefused", "Line", "Resolve", "TimeLimit", "Way", "check_url", "dial", "resolve"]

Resolve = Callable[[str, int], Sequence[str]]
"""`resolve(host, port)` gives addresses as text, or raises OSError."""

Dial = Callable[[Address, int, float], socket.socket]
"""`dial(address, port, seconds)` gives a connected socket, or raises OSError."""

MOST_READ = 64 * 1024
"""Bytes read from a receiver, head and body together."""

_MOST_TRIED = 4  # addresses of one name, within the one limit for connecting


def resolve(host: str, port: int) -> list[str]:
    """The addresses that this machine's own resolver gives for a name.

    Raises:
        OSError: when the name cannot be resolved.
    """
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(address: Address, port: int, seconds: float) -> socket.socket:
    """A TCP connection to that very address.

    Raises:
        OSError: when nobody takes it in time.
    """
    return socket.create_connection((str(address), port), seconds)


class ReplyTooLarge(OSError):
    """The receiver said more than anybody needs to hear."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A span that began when this was made, by the monotonic clock."""

    span: timedelta
    ends: float

    @classmethod
    def starting(cls, span: timedelta) -> Self:
        """One that ends `span` from now."""
        return cls(span, time.monotonic() + span.total_seconds())

    def left(self) -> float:
        """The seconds that are left, above 0.

        Raises:
            TimeoutError: when none are.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not done within {self.span.total_seconds():g} s")
        return left


@dataclass(frozen=True, slots=True)
class Way:
    """How this node goes out: what it allows, whom it asks for addresses, whom it trusts, and how long it waits.

    `connecting` bounds the TCP connection, `total` everything from resolving the name to the last byte read.
    """

    allow: Egress
    tls: ssl.SSLContext
    resolve: Resolve = resolve
    dial: Dial = dial
    connecting: timedelta = timedelta(seconds=5)
    total: timedelta = timedelta(seconds=15)

    def open(self, to: Target, limit: TimeLimit, most: int = MOST_READ) -> Line:
        """A connection to an admitted address of `to`; under https the certificate is checked against its name. It reads `most` bytes.

        Raises:
            EgressRefused: when the name leads where the node does not send.
            OSError: when nobody answers there in time, or not as the name.
        """
        addresses = admitted(to, self._addresses(to, limit), allow=self.allow)
        plain, address = self._connected(addresses, to.port, limit)
        try:
            if to.scheme == "https":
                plain.settimeout(limit.left())
                plain = self.tls.wrap_socket(plain, server_hostname=to.host)
        except BaseException:
            plain.close()
            raise
        return Line(plain, limit, str(address), most)

    def _addresses(self, to: Target, limit: TimeLimit) -> Sequence[str]:
        if to.literal is not None:
            return [str(to.literal)]
        if to.is_this_machine:
            return loopback(to.host, allow=self.allow)
        return _in_time(lambda: self.resolve(to.host, to.port), limit)

    def _connected(self, addresses: Sequence[Address], port: int, limit: TimeLimit) -> tuple[socket.socket, Address]:
        connecting = TimeLimit.starting(min(self.connecting, timedelta(seconds=limit.left())))
        trouble: OSError = TimeoutError("no address was tried")
        tried = addresses[:_MOST_TRIED]
        for at, address in enumerate(tried):
            try:
                return self.dial(address, port, connecting.left() / (len(tried) - at)), address
            except OSError as error:
                trouble = error
        raise trouble


class Line:
    """A connected socket whose every wait is for what is left of the limit, and that reads so many bytes and no more.

    It has what `http.client` asks of a socket; whoever opened it hangs up. `address` is whom it is connected to.
    """

    def __init__(self, connected: socket.socket, limit: TimeLimit, address: str, most: int = MOST_READ) -> None:
        self._socket = connected
        self._limit = limit
        self._unread = most
        self.address = address

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hang_up()

    def sendall(self, data: bytes) -> None:
        """Send everything within the limit, however slowly the other side takes it."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._limit.left())
            rest = rest[self._socket.send(rest) :]

    def receive(self, buffer: WriteableBuffer) -> int:
        """Read what is there into `buffer`; 0 at the end.

        Raises:
            ReplyTooLarge: when all that may be read has been.
        """
        if not self._unread:
            raise ReplyTooLarge("the reply is larger than it may be")
        self._socket.settimeout(self._limit.left())
        count = self._socket.recv_into(memoryview(buffer).cast("B")[: self._unread])
        self._unread -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """A reader over `receive`; `mode` is always `rb`."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Nothing: `http.client` closes its socket before it has read the reply. See `hang_up`."""

    def hang_up(self) -> None:
        """End the connection."""
        self._socket.close()


class _Reading(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._line.receive(buffer)


def _in_time(ask: Callable[[], Sequence[str]], limit: TimeLimit) -> Sequence[str]:
    """The answer, if it comes in time: the system's resolver knows no limit, so it is asked from a thread of its own."""
    answer: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=run, name="resolving", daemon=True).start()
    try:
        return answer.result(limit.left())
    except TimeoutError as late:
        raise socket.gaierror(socket.EAI_AGAIN, "not resolved in time") from late
