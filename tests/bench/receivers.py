"""Receivers on loopback as a process of their own: they take what comes and note when; some never answer.

    python -m tests.bench.receivers COUNT

Prints the ports, then obeys lines: `hang N` (the first N never answer from now on), `take` (what has come since, as JSON).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message: at which receiver, under which id, when by the monotonic clock of this machine."""

    receiver: int
    id: str
    at: float


class Receivers:
    """The process, as whoever started it sees it."""

    def __init__(self, count: int) -> None:
        words = [sys.executable, "-m", "tests.bench.receivers", str(count)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.ports: list[int] = json.loads(self._out.readline())

    def urls(self) -> list[str]:
        """Where to send to."""
        return [f"http://127.0.0.1:{port}/hook" for port in self.ports]

    def hang(self, count: int) -> None:
        """From now on the first `count` never answer, and all others do."""
        self._say(f"hang {count}")

    def take(self) -> list[Arrival]:
        """What has come since this was last asked."""
        self._say("take")
        return [Arrival(*each) for each in json.loads(self._out.readline())]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout


class _Hall:
    def __init__(self) -> None:
        self.came: list[tuple[int, str, float]] = []
        self.hanging = 0

    async def serve(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(row.split(": ", 1) for row in head.decode("latin-1").split("\r\n")[1:] if ": " in row)
                named = {name.lower(): value for name, value in fields.items()}
                await reader.readexactly(int(named.get("content-length", "0")))
                self.came.append((number, named.get("webhook-id", ""), time.monotonic()))
                if number < self.hanging:
                    await asyncio.sleep(3600)
                writer.write(OK)
                await writer.drain()
                if named.get("connection", "").lower() == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _run(count: int) -> None:
    hall = _Hall()
    ports = []
    for number in range(count):
        server = await asyncio.start_server(lambda r, w, n=number: hall.serve(n, r, w), "127.0.0.1", 0, backlog=256)
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while said := (await lines.readline()).decode().split():
        if said[0] == "hang":
            hall.hanging = int(said[1])
        else:
            came, hall.came = hall.came, []
            print(json.dumps(came), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
