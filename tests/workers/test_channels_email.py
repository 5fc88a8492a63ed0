"""Mail against the demo's own server and against scripted ones."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest

from incident.reach.mailboxes import MailboxRefused, check_mailbox
from tests.workers.mailing import RETURNS, SENDER, SENT, a_cover, a_letter, a_scripted_server, a_sink, channel_to, send
from workers.channels import Delivered, GaveUp, Letter, Outcome, TryLater
from workers.channels.email import MailServer, MailServerRefused
from workers.channels.mail_text import both, compose, subject, text


def composed(letter: Letter) -> EmailMessage:
    return compose(letter, SENDER, RETURNS.token(letter.notification_id))


def outcome_of(script: dict[str, bytes], **parts: object) -> Outcome:
    with a_scripted_server(script) as port:
        return send(channel_to(port, **parts), a_letter())


def test_a_mail_arrives_with_its_reference_and_link_and_nothing_of_the_incident():
    with a_sink() as sink:
        outcome = send(channel_to(sink.port), a_letter())
        [caught] = sink.messages()
    assert isinstance(outcome, Delivered)
    assert outcome.receipt == {
        "kind": "email",
        "status": 250,
        "excerpt": "2.0.0 caught",
        "report_asked": False,
        "message_id": f"<{RETURNS.token(UUID(int=7))}@node.example>",
    }
    assert (caught.sender, caught.to, caught.at) == (SENDER, ("duty@vendor.example",), SENT)
    assert caught.subject == "[Démarche] INC-2026-7Q4MZ8 · severity high · acknowledge by Sat 04:40 KST (Fri 19:40 UTC)"
    assert "https://node.example/notices/7?a=1&b=2" in caught.text
    assert 'href="https://node.example/notices/7?a=1&amp;b=2"' in caught.html
    assert "Acknowledge by: Sat 21 Nov 2026 04:40 KST (Fri 20 Nov 2026 19:40 UTC)" in caught.text
    assert not caught.exercise
    assert "MARKER" not in f"{caught.subject}{caught.text}{caught.html}"


def test_each_attempt_has_the_same_message_id_and_its_own_date():
    first = composed(a_letter())
    second = composed(a_letter(attempt=2, sent_at=SENT + timedelta(hours=1)))
    assert first["Message-ID"] == second["Message-ID"] == f"<{RETURNS.token(UUID(int=7))}@node.example>"
    assert (first["Date"], second["Date"]) == ("Fri, 20 Nov 2026 15:40:00 +0000", "Fri, 20 Nov 2026 16:40:00 +0000")
    assert first.as_bytes() == composed(a_letter()).as_bytes()


def test_the_wire_carries_ascii_and_the_promised_headers():
    wire = composed(a_letter()).as_bytes()
    assert wire.isascii()
    assert b"\n" not in wire.replace(b"\r\n", b"")
    read = message_from_bytes(wire, policy=default)
    assert read["From"] == f"Démarche <{SENDER}>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_an_exercise_says_so_first():
    with a_sink() as sink:
        send(channel_to(sink.port), a_letter(cover=a_cover(exercise=True)))
        [caught] = sink.messages()
    assert caught.subject.startswith("EXERCISE [Démarche] INC-")
    assert caught.text.startswith("EXERCISE. This is not a real incident.")
    assert caught.exercise


def test_a_reminder_is_named_before_the_reference():
    assert subject(a_letter(subject="Reminder")).startswith("[Démarche] Reminder · INC-2026-7Q4MZ8 · ")


def test_without_an_instant_to_acknowledge_by_none_is_claimed():
    letter = a_letter(cover=a_cover(acknowledge_by=None))
    assert subject(letter) == "[Démarche] INC-2026-7Q4MZ8 · severity high"
    assert b"cknowledge by" not in composed(letter).as_bytes()


def test_what_reminds_of_a_duty_says_by_when_it_is_due():
    letter = a_letter(subject="Reminder", cover=a_cover(acknowledge_by=None, due_at=datetime(2026, 11, 20, 19, 40, tzinfo=UTC), zone="UTC"))
    assert subject(letter).endswith(" · due by Fri 19:40 UTC")
    assert "Due by: Fri 20 Nov 2026 19:40 UTC" in text(letter.cover)


def test_a_test_wakes_nobody_for_an_incident():
    said = text(a_cover(incident_ref="TEST", severity="none", acknowledge_by=None, test=True))
    assert said.startswith("This is a test of this channel. There is no incident.")
    assert "acknowledg" not in said


@pytest.mark.parametrize(
    ("at", "zone", "spoken"),
    [
        (datetime(2026, 11, 20, 19, 40, tzinfo=UTC), "Europe/Tallinn", "Fri 21:40 EET (Fri 19:40 UTC)"),
        (datetime(2026, 11, 20, 19, 40, tzinfo=UTC), "UTC", "Fri 19:40 UTC"),
        (datetime(2026, 11, 20, 19, 40, tzinfo=UTC), "America/Sao_Paulo", "Fri 16:40 UTC-03:00 (Fri 19:40 UTC)"),
        (datetime(2026, 11, 20, 19, 40, tzinfo=UTC), "Asia/Kathmandu", "Sat 01:25 UTC+05:45 (Fri 19:40 UTC)"),
        (datetime(2026, 11, 28, 1, 0, tzinfo=UTC), "America/New_York", "Fri 27 Nov 2026 20:00 EST (Sat 28 Nov 2026 01:00 UTC)"),
        (datetime(2026, 11, 19, 1, 0, tzinfo=UTC), "UTC", "Thu 19 Nov 2026 01:00 UTC"),
    ],
)
def test_an_instant_is_given_where_the_reader_is_and_in_utc(at, zone, spoken):
    assert both(at, zone, SENT) == spoken


def test_hostile_words_are_escaped_in_html():
    wire = composed(a_letter(cover=a_cover(severity='"><script>alert(1)</script>')))
    html = wire.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


@pytest.mark.parametrize("name", ["incident_ref", "severity", "link"])
@pytest.mark.parametrize("text", ["a\r\nBcc: evil@example.org", "a\nb", "a\rb", "a\x00b", "a\x85b", "a\u2028b", "a\ud800b"])
def test_a_line_break_in_what_would_become_a_header_is_our_own_mistake(name, text):
    with pytest.raises(ValueError, match=f"{name} .* line break"):
        a_cover(**{name: text})
    with pytest.raises(ValueError, match=r"subject .* line break"):
        a_letter(subject=text)


BAD_MAILBOXES = [
    "",
    "duty",
    "@vendor.example",
    "duty@",
    "duty@vendor.example\r\nRCPT TO:<evil@example.org>",
    "duty@vendor.example\n",
    "duty@vendor.example, evil@example.org",
    "duty@vendor.example evil@example.org",
    "Duty <duty@vendor.example>",
    "<duty@vendor.example>",
    '"a b"@vendor.example',
    "duty(comment)@vendor.example",
    "duty@vendor..example",
    "duty@-vendor.example",
    "duty@vendor.example.",
    "duty@[127.0.0.1]",
    "du..ty@vendor.example",
    ".duty@vendor.example",
    "duty.@vendor.example",
    "-oQ/tmp@vendor.example",
    "duty@evil@vendor.example",
    "düty@vendor.example",
    "duty@vendör.example",
    "duty\x00@vendor.example",
    "a" * 65 + "@vendor.example",
    "duty@" + "a" * 64 + ".example",
]


@pytest.mark.parametrize("address", BAD_MAILBOXES)
def test_what_is_not_one_plain_mailbox_is_given_up_and_never_sent(address):
    with pytest.raises(MailboxRefused, match="expected one such as"):
        check_mailbox(address)
    with a_sink() as sink:
        outcome = send(channel_to(sink.port), a_letter(address=address))
        assert sink.messages() == []
    assert isinstance(outcome, GaveUp)
    assert outcome.disable


@pytest.mark.parametrize("address", ["duty@vendor.example", "d+x_y'z@a-b.co", "duty@localhost", "A.B@xn--9ca.example"])
def test_a_plain_mailbox_is_accepted_and_reached(address):
    with a_sink() as sink:
        assert isinstance(send(channel_to(sink.port), a_letter(address=address)), Delivered)
        assert sink.messages()[0].to == (address,)


def test_a_line_that_is_a_full_stop_does_not_end_the_message():
    with a_sink() as sink:
        send(channel_to(sink.port), a_letter(cover=a_cover(link="https://node.example/" + "." * 300)))
        assert "." * 300 in sink.messages()[0].text


def test_a_mailbox_that_does_not_exist_is_given_up_and_disabled():
    outcome = outcome_of({"RCPT": b"550 5.1.1 no such user here\r\n"})
    assert outcome == GaveUp("The mail server refused the recipient: 550 5.1.1 no such user here.", disable=True)


@pytest.mark.parametrize("answer", [b"550 5.7.1 policy\r\n", b"552 5.2.2 full\r\n", b"554 no\r\n", b"550 about 5.1.1\r\n"])
def test_another_final_refusal_of_the_recipient_is_given_up_and_not_disabled(answer):
    outcome = outcome_of({"RCPT": answer})
    assert isinstance(outcome, GaveUp)
    assert not outcome.disable


def test_a_final_refusal_of_the_message_is_given_up():
    for script in ({".": b"554 5.6.0 rejected\r\n"}, {"DATA": b"554 5.6.0 rejected\r\n"}):
        assert outcome_of(script) == GaveUp("The mail server refused the message: 554 5.6.0 rejected.")


@pytest.mark.parametrize(
    "script",
    [
        {"RCPT": b"451 4.7.1 greylisted\r\n"},
        {"RCPT": b"421 closing\r\n"},
        {"RCPT": b"530 5.7.0 authenticate first\r\n"},
        {"DATA": b"451 later\r\n"},
        {".": b"452 4.3.1 no room\r\n"},
        {"MAIL": b"550 5.7.1 not from you\r\n"},
        {"EHLO": b"550 no\r\n", "HELO": b"550 no\r\n"},
        {"EHLO": b""},
        {"RCPT": b""},
        {".": b""},
        {"RCPT": b"garbage\r\n"},
        {"RCPT": b"\xff\xfe\xfd\r\n"},
        {"EHLO": b"250-" + b"x" * 20_000 + b"\r\n"},
    ],
    ids=lambda script: str(script)[:40],
)
def test_a_passing_refusal_or_a_broken_session_is_tried_later(script):
    assert isinstance(outcome_of(script), TryLater)


@pytest.mark.parametrize("banner", [b"554 no service\r\n", b"421 busy\r\n", b"SSH-2.0-x\r\n"])
def test_a_server_that_does_not_welcome_us_is_tried_later(banner):
    with a_scripted_server({}, banner) as port:
        assert isinstance(send(channel_to(port), a_letter()), TryLater)


def test_a_session_that_ends_badly_after_the_message_was_taken_is_a_delivery():
    outcome = outcome_of({"QUIT": b""})
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["excerpt"] == "2.0.0 queued as 4711"


def test_a_server_that_drips_is_left_when_the_time_is_over():
    with a_scripted_server({}, b"drip") as port:
        assert isinstance(send(channel_to(port, total=0.4), a_letter()), TryLater)


def test_a_server_that_says_nothing_is_left_when_a_step_takes_too_long():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        channel = replace(channel_to(listening.getsockname()[1]), waiting=timedelta(milliseconds=200))
        outcome = send(channel, a_letter())
    assert isinstance(outcome, TryLater)
    assert "timed out" in outcome.reason


def test_a_closed_port_is_tried_later():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    outcome = send(channel_to(port), a_letter())
    assert isinstance(outcome, TryLater)
    assert "refused" in outcome.reason


def test_nothing_is_sent_in_clear_when_tls_was_asked_for():
    with a_sink() as sink:
        outcome = send(channel_to(sink.port, starttls=True), a_letter())
        assert isinstance(outcome, TryLater)
        assert "STARTTLS" in outcome.reason
        assert isinstance(send(channel_to(sink.port, implicit_tls=True), a_letter()), TryLater)
        assert sink.messages() == []


def test_a_refused_login_is_tried_later_and_the_password_is_not_told():
    script = {"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", "AUTH": b"535 5.7.8 wrong\r\n"}
    outcome = outcome_of(script, username="us", password="PASSWORD")
    assert isinstance(outcome, TryLater)
    assert "535" in outcome.reason
    assert "PASSWORD" not in f"{outcome}"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:8025", MailServer("127.0.0.1", 8025, SENDER)),
        ("smtp://mail.example?starttls=1", MailServer("mail.example", 587, SENDER, starttls=True)),
        ("smtps://u%40x:p%2Fw@mail.example/", MailServer("mail.example", 465, SENDER, "u@x", "p/w", implicit_tls=True)),
        ("smtp://u:p@localhost:25", MailServer("localhost", 25, SENDER, "u", "p")),
    ],
)
def test_the_address_of_a_mail_server_is_read(url, server):
    assert MailServer.at(url, SENDER) == server
    assert "p/w" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://h/path",
        "smtp://h?startls=1",
        "smtp://mail.example",
        "smtp://u:p@mail.example",
    ],
)
def test_the_address_of_a_mail_server_that_cannot_be_used_is_refused(url):
    with pytest.raises(MailServerRefused):
        MailServer.at(url, SENDER)
