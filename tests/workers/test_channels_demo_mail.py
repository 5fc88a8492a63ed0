from __future__ import annotations

import smtplib
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from tests.workers.mailing import SENT, a_letter, a_sink, channel_to, send
from web.demo_mail import MailSink
from workers.channels import Delivered, TryLater


def test_the_sink_shows_the_newest_first_and_keeps_so_many():
    with a_sink(kept=20) as sink:
        channel = channel_to(sink.port)
        with ThreadPoolExecutor(4) as pool:
            letters = [a_letter(notification_id=UUID(int=each)) for each in range(40)]
            outcomes = list(pool.map(channel.send, letters))
        send(channel, a_letter(subject="Last"))
        assert all(isinstance(each, Delivered) for each in outcomes)
        assert len(sink.messages()) == 20
        assert sink.messages()[0].subject.startswith("[Démarche] Last")


def test_what_a_folder_holds_is_shown_again_after_a_restart(tmp_path):
    folder = tmp_path / "mail"
    with a_sink(folder) as sink:
        for name in ("One", "Two"):
            send(channel_to(sink.port), a_letter(subject=name))
        before = sink.messages()
    assert len(list((folder / "new").iterdir())) == 2
    again = MailSink(folder=folder).messages()
    assert [replace(each, at=SENT) for each in again] == before
    assert [each.subject.split(" ")[1] for each in before] == ["Two", "One"]


def test_a_stopped_sink_keeps_what_it_caught_and_can_be_stopped_twice_or_started_again():
    with a_sink() as sink:
        send(channel_to(sink.port), a_letter())
        sink.stop()
        assert len(sink.messages()) == 1
        assert isinstance(send(channel_to(sink.port), a_letter()), TryLater)
        sink.start()
        assert isinstance(send(channel_to(sink.port), a_letter()), Delivered)
        assert len(sink.messages()) == 2


def test_a_taken_port_is_told_at_once():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        MailSink(port=taken.getsockname()[1]).start()


def test_a_mail_from_elsewhere_is_caught_whatever_it_is():
    with a_sink() as sink:
        with smtplib.SMTP("127.0.0.1", sink.port) as session:
            session.sendmail("x@a.example", ["y@b.example"], b"no headers at all")
            session.sendmail("x@a.example", ["y@b.example"], b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe")
            session.sendmail("x@a.example", ["y@b.example"], b"Subject: =?utf-8?q?=C3=A9?=\r\nContent-Type: image/png\r\n\r\nx")
        assert [each.subject for each in sink.messages()] == ["é", "", ""]
        assert sink.messages()[0].text == ""
