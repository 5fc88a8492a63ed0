"""Mail over TLS with certificates that are good and that are not, and what a server that reports is asked for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from incident.reach.returns import Mailed, Returns
from incident.settings import BadSetting, Settings
from tests.workers.certificates import certified
from tests.workers.mailing import SENDER, a_letter, a_scripted_server, a_sink, channel_to, send
from workers.channels import Delivered, TryLater
from workers.channels.email import EmailChannel

RETURNS = Returns("a secret of the tests", "bounces@node.example")


class Kept:
    """Takes every mail and keeps its envelope."""

    def __init__(self) -> None:
        self.senders: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.senders.append(envelope.mail_from)  # type: ignore[attr-defined]
        return "250 2.0.0 kept"


class Server(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # its probe would ask for port 0
        super()._trigger_server()


@contextmanager
def a_server(*, implicit: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[tuple[int, Kept]]:
    kept = Kept()
    controller = Server(
        kept,
        "127.0.0.1",
        0,
        ssl_context=implicit,
        tls_context=starttls,
        require_starttls=starttls is not None,
        server_hostname="mail.example",
    )
    controller.start()
    try:
        yield controller.port, kept
    finally:
        controller.stop()


def to_localhost(port: int, tls: ssl.SSLContext, **how: object) -> EmailChannel:
    channel = channel_to(port, returns=RETURNS, tls=tls, **how)
    return replace(channel, server=replace(channel.server, host="localhost"))


def test_starttls_with_a_good_certificate_carries_the_mail(tmp_path: Path):
    trust = certified(tmp_path, "localhost")
    with a_server(starttls=trust.server) as (port, kept):
        assert isinstance(send(to_localhost(port, trust.client, starttls=True), a_letter()), Delivered)
    assert trust.names == ["localhost"]
    assert kept.senders == [RETURNS.path(UUID(int=7), 1)]


def test_implicit_tls_with_a_good_certificate_carries_the_mail(tmp_path: Path):
    trust = certified(tmp_path, "localhost")
    with a_server(implicit=trust.server) as (port, kept):
        assert isinstance(send(to_localhost(port, trust.client, implicit_tls=True), a_letter()), Delivered)
    assert len(kept.senders) == 1


@pytest.mark.parametrize("how", ["starttls", "implicit_tls"])
def test_a_certificate_for_another_server_is_not_accepted_and_nothing_is_sent(tmp_path: Path, how: str):
    trust = certified(tmp_path, "other.example")
    with a_server(**{how.removesuffix("_tls"): trust.server}) as (port, kept):
        outcome = send(to_localhost(port, trust.client, **{how: True}), a_letter())
    assert isinstance(outcome, TryLater)
    assert "certificate verify failed" in outcome.reason
    assert "localhost" in outcome.reason
    assert kept.senders == []


@pytest.mark.parametrize("how", ["starttls", "implicit_tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path, how: str):
    trust = certified(tmp_path, "localhost")
    with a_server(**{how.removesuffix("_tls"): trust.server}) as (port, kept):
        outcome = send(to_localhost(port, ssl.create_default_context(), **{how: True}), a_letter())
    assert isinstance(outcome, TryLater)
    assert kept.senders == []


@pytest.mark.parametrize("url", ["smtp://mail.example", "smtp://mail.example:25?starttls=0", "smtp://10.0.0.7"])
def test_a_mail_server_beyond_this_machine_without_tls_is_refused_when_the_node_starts(url: str, tmp_path: Path):
    with pytest.raises(BadSetting, match="DEMARCHE_SMTP_URL names a server beyond this machine without TLS"):
        Settings.from_environment(home=tmp_path, smtp_url=url)
    assert Settings.from_environment(home=tmp_path, smtp_url="smtp://mail.example?starttls=1").smtp_url


def test_each_attempt_comes_back_to_an_address_of_its_own():
    with a_sink() as sink:
        for attempt in (1, 2):
            send(channel_to(sink.port, returns=RETURNS), a_letter(attempt=attempt))
        senders = [each.sender for each in sink.messages()]
    assert {RETURNS.found(each) for each in senders} == {Mailed(UUID(int=7), 1), Mailed(UUID(int=7), 2)}
    assert all(each.startswith("bounces+") and each.endswith("@node.example") for each in senders)


def test_without_an_address_for_what_comes_back_mail_comes_from_the_sender_and_no_report_is_asked_for():
    heard: list[str] = []
    with a_scripted_server({"EHLO": b"250-here\r\n250 DSN\r\n"}, heard=heard) as port:
        send(channel_to(port), a_letter())
    assert f"mail FROM:<{SENDER}>" in heard
    assert not any("NOTIFY" in each for each in heard)


def test_a_server_that_reports_is_asked_for_every_report_under_the_token_of_the_attempt():
    heard: list[str] = []
    with a_scripted_server({"EHLO": b"250-here\r\n250-DSN\r\n250 SIZE\r\n"}, heard=heard) as port:
        outcome = send(channel_to(port, returns=RETURNS), a_letter(address="duty+night=x@vendor.example", attempt=3))
    token = RETURNS.token(UUID(int=7), 3)
    assert f"mail FROM:<bounces+{token}@node.example> RET=HDRS ENVID={token}" in heard
    assert "rcpt TO:<duty+night=x@vendor.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;duty+2Bnight+3Dx@vendor.example" in heard
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["report_asked"] is True


def test_a_server_that_does_not_report_is_asked_for_nothing():
    heard: list[str] = []
    with a_scripted_server({"EHLO": b"250-here\r\n250 SIZE\r\n"}, heard=heard) as port:
        outcome = send(channel_to(port, returns=RETURNS), a_letter())
    assert not any("NOTIFY" in each or "ENVID" in each for each in heard)
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["report_asked"] is False
