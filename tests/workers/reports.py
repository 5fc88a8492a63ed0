"""Reports as mail servers write them, and other things that come back."""

from __future__ import annotations

from collections.abc import Sequence


def a_report(
    *, action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 no such user", to: str = "somebody@node.example",
    envelope_id: str = "", message_id: str = "<1@elsewhere.example>", headers_alone: bool = False, more: Sequence[str] = (),
    kind: str = "delivery-status",
) -> bytes:  # fmt: skip
    """A delivery report in the form of Postfix; `more` are further recipients, each a group of fields."""
    envelope = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    group = f"Final-Recipient: rfc822; duty@vendor.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}"
    groups = "\n\n".join([group, *more])
    returned = "text/rfc822-headers" if headers_alone else "message/rfc822"
    return f"""From: MAILER-DAEMON@mx.vendor.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="X/mx.vendor.example"

This is a MIME-encapsulated message.

--X/mx.vendor.example
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--X/mx.vendor.example
Content-Type: message/{kind}

Reporting-MTA: dns; mx.vendor.example
{envelope}Arrival-Date: Fri, 20 Nov 2026 15:40:00 +0000 (UTC)

{groups}

--X/mx.vendor.example
Content-Type: {returned}

Message-ID: {message_id}
From: demarche@node.example
To: duty@vendor.example
Subject: [Demarche] INC-2026-7Q4MZ8

--X/mx.vendor.example--
""".encode()


AUTO_REPLY = b"""From: duty@vendor.example
To: bounces@node.example
Subject: Out of office: Undelivered Mail
Auto-Submitted: auto-replied (vacation)
Content-Type: text/plain

Action: failed
Status: 5.1.1
I am back on Monday.
"""

READ_RECEIPT = b"""From: duty@vendor.example
To: bounces@node.example
Subject: Read: INC-2026-7Q4MZ8
Content-Type: multipart/report; report-type=disposition-notification; boundary="X"

--X
Content-Type: text/plain

It was read.
--X
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-manually; displayed

--X--
"""
