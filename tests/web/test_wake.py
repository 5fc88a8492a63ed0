"""Wake-ups: never in the way of a request, never more than there is to say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError

from incident.db import signals
from incident.db.embedded import FORGETFUL, EmbeddedPostgres
from tests import servers
from web.wake import DueLine, Wake, open_wake, sender

SOON = 20.0


@contextmanager
def closing(wake: Wake) -> Iterator[Wake]:
    try:
        yield wake
    finally:
        wake.close(SOON)


def test_everybody_is_told_once_what_was_said_many_times_meanwhile() -> None:
    begun, free = threading.Event(), threading.Event()
    said: list[str] = []
    sent: list[str] = []

    def say() -> None:
        said.append("due")
        begun.set()
        free.wait(SOON)

    with closing(Wake(say, sent.append)) as wake:
        wake("deliver")
        assert begun.wait(SOON)
        for _ in range(1000):
            wake("deliver")
            wake("route")
        free.set()
    assert said == ["due", "due"]
    assert sent == ["deliver", "deliver", "route"]


def test_a_broker_that_hangs_keeps_nobody_waiting() -> None:
    hanging, free = threading.Event(), threading.Event()

    def hang(sweep: str) -> None:
        hanging.set()
        free.wait(SOON)

    with closing(Wake(lambda: None, hang)) as wake:
        wake("deliver")
        assert hanging.wait(SOON)
        wake("route")  # returns: were it to wait, the test would never get to free it
        free.set()


def test_after_a_failure_the_broker_is_left_in_peace_and_the_timekeeper_still_told() -> None:
    said: list[str] = []
    tried: list[str] = []

    def refuse(sweep: str) -> None:
        tried.append(sweep)
        raise OperationalError("gone")

    with closing(Wake(lambda: said.append("due"), refuse)) as wake:
        for sweep in ("deliver", "route", "watch"):
            wake(sweep)
    assert tried == ["deliver"]
    assert "due" in said


def test_a_fault_in_one_wake_up_does_not_end_the_others() -> None:
    failed, sent = threading.Event(), threading.Event()

    def send(sweep: str) -> None:
        if sweep == "audit":
            failed.set()
            raise RuntimeError("a fault of ours")
        sent.set()

    with closing(Wake(lambda: None, send)) as wake:
        wake("audit")
        assert failed.wait(SOON)
        wake("deliver")
        assert sent.wait(SOON)


def test_a_closed_wake_says_no_more() -> None:
    said: list[str] = []
    wake = Wake(lambda: said.append("due"), None)
    wake.close()
    wake("deliver")
    assert said == []


@pytest.mark.parametrize("state", ["never started", "frozen"])
def test_a_broker_that_is_away_is_an_error_soon_and_not_a_wait(state: str) -> None:
    server = servers.RedisServer()
    if state == "frozen":
        server.start()
        server.freeze()
    with pytest.raises((OperationalError, OSError)):
        sender(server.url)("deliver")
    server.close()


def test_the_timekeeper_hears_a_wake_up_and_the_broker_holds_the_task() -> None:
    import redis

    server = servers.RedisServer()
    server.start()
    with (
        servers.database() as url,
        signals.open_line(url, application="tests") as line,
        redis.Redis(port=server.port) as broker,
    ):
        signals.listen(line)
        with closing(open_wake(url, server.url)) as wake:
            wake("deliver")
        assert servers.hears(line)
        assert broker.llen("demarche") == 1
    server.close()


def test_the_line_to_the_timekeeper_comes_back_after_postgresql_was_away(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", FORGETFUL)
    server.start()
    say = DueLine(server.url())
    say()
    server.stop()
    say()  # nobody to tell, and nothing raised
    server.start()
    with signals.open_line(server.url(), application="tests") as line:
        signals.listen(line)
        say()
        assert servers.hears(line)
    say.close()
    server.stop()
