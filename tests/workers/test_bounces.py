"""Reports of mail servers: which are read, which are believed, and that nothing else is one."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.reach import bounces
from incident.reach.mailboxes import MailboxRefused, check_mailbox
from incident.reach.returns import Mailed, ReturnAddressRefused, Returns
from incident.settings import BadSetting, Settings
from tests.workers.reports import AUTO_REPLY, READ_RECEIPT, a_report

OURS = Returns("a secret of the tests", "bounces@node.example")
ID = UUID("0192f3c1-7d0e-7cc2-a1b4-0f6c8f0d2e11")


@given(st.uuids(), st.integers(1, 999))
def test_a_return_path_names_its_attempt_whatever_case_a_server_gives_it_back_in(id_: UUID, attempt: int):
    path = OURS.path(id_, attempt)
    assert path is not None
    check_mailbox(path)
    assert len(path.partition("@")[0]) <= 64
    assert OURS.found(path) == OURS.found(path.upper()) == Mailed(id_, attempt)


@given(st.uuids(), st.integers(0, 999), st.integers(0, 999))
def test_a_token_is_good_for_its_own_attempt_alone_and_no_other_node_makes_it(id_: UUID, attempt: int, other: int):
    token = OURS.token(id_, attempt)
    assert Returns("another secret").found(token) is None
    moved = f"{id_.hex}-{other}-{token.rpartition('-')[2]}"
    assert (OURS.found(moved) is None) == (other != attempt)
    assert OURS.found(f"x{token}") is None


def test_a_token_of_an_attempt_is_taken_before_one_of_the_notification_as_such():
    assert OURS.found(OURS.token(ID), OURS.token(ID, 2)) == Mailed(ID, 2)
    assert OURS.found(f"<{OURS.token(ID)}@node.example>") == Mailed(ID, 0)


@pytest.mark.parametrize("address", ["bounces-of-the-node@x.example", "a+b@x.example"])
def test_an_address_without_room_for_a_token_is_refused(address: str):
    with pytest.raises(ReturnAddressRefused, match="expected a mailbox with at most 13 characters"):
        Returns("k", address)


def test_a_bad_address_is_refused_when_the_node_starts(tmp_path):
    with pytest.raises(MailboxRefused):
        Returns("k", "nobody")
    with pytest.raises(BadSetting, match="DEMARCHE_BOUNCE_ADDRESS cannot be used"):
        Settings.from_environment(home=tmp_path, bounce_address="nobody")


@pytest.mark.parametrize(
    ("action", "status", "gone"),
    [
        ("failed", "5.1.1", True), ("failed", "5.1.10", True), ("failed", "5.2.2", False), ("failed", "4.4.7", False),
        ("failed", "5.1.8", False), ("delayed", "4.4.1", False), ("delivered", "2.0.0", False), ("relayed", "2.0.0", False),
    ],
)  # fmt: skip
def test_a_report_says_what_became_of_the_mail_and_whether_anybody_is_there(action: str, status: str, gone: bool):
    report = bounces.read(a_report(action=action, status=status, said="smtp; 550 5.1.1 <duty@vendor.example>:\n   no such user"))
    assert report is not None
    assert (report.action, report.status, report.no_such_mailbox) == (action, status, gone)
    assert report.said == "550 5.1.1 <duty@vendor.example>: no such user"


@pytest.mark.parametrize("where", ["to", "envelope_id", "message_id", "headers_alone"])
def test_the_token_is_found_wherever_a_server_leaves_it(where: str):
    token = OURS.token(ID, 2)
    named = {
        "to": {"to": f"bounces+{token}@node.example"},
        "envelope_id": {"envelope_id": token},
        "message_id": {"message_id": f"<{token}@node.example>"},
        "headers_alone": {"message_id": f"<{token}@node.example>", "headers_alone": True},
    }[where]
    report = bounces.read(a_report(**named))
    assert report is not None
    assert OURS.found(*report.names) == Mailed(ID, 2)


def test_the_recipient_that_the_mail_server_names_counts_as_well():
    report = bounces.read(a_report(), came_to=f"bounces+{OURS.token(ID, 1)}@node.example")
    assert report is not None
    assert OURS.found(*report.names) == Mailed(ID, 1)


def test_among_several_recipients_of_an_alias_one_that_got_it_is_enough():
    report = bounces.read(a_report(action="failed", more=["Action: delivered\nStatus: 2.0.0", "Action: delayed\nStatus: 4.0.0"]))
    assert report is not None
    assert report.action == "delivered"


@pytest.mark.parametrize(
    "raw",
    [
        AUTO_REPLY, READ_RECEIPT, b"", b"\x00\xff" * 500, b"no headers at all",
        b"Content-Type: multipart/report; report-type=delivery-status\n\n",
        a_report(action="wondered"), a_report(kind="disposition-notification"),
        b"Subject: failure notice\n\nHi. This is the qmail-send program.\n550 5.1.1 no such user\n",
    ],
)  # fmt: skip
def test_whatever_else_comes_is_no_report(raw: bytes):
    assert bounces.read(raw) is None


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(noise: bytes):
    bounces.read(noise)
    bounces.read(a_report() + noise)
    half = a_report(action="failed")
    bounces.read(half[: len(noise) * 2] + noise + half[len(noise) * 2 :])
