"""Every channel of a node, by kind."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from incident.reach import services
from incident.reach.returns import Returns
from workers.channels import Channel, Letter, TryLater
from workers.channels.egress import Egress, Way
from workers.channels.email import EmailChannel, MailServer
from workers.channels.inbox import InboxChannel
from workers.channels.service import ServiceChannel
from workers.channels.webhook import WebhookChannel


@dataclass(frozen=True, slots=True)
class Unconfigured:
    """A channel that this node was not set up for: its letters wait, and say what is missing."""

    missing: str

    def send(self, letter: Letter) -> TryLater:
        """Never delivers."""
        return TryLater(f"This node cannot send it: {self.missing} is not set.")


def every(*, egress_allow: tuple[str, ...], smtp_url: str | None, mail_from: str, returns: Returns) -> dict[str, Channel]:
    """Each by its kind, from the settings of those names. Make them once: loading the trusted certificates is slow.

    Raises:
        EgressRefused, MailServerRefused, MailboxRefused: for a setting that cannot be used.
    """
    tls = ssl.create_default_context()
    mail = EmailChannel(MailServer.at(smtp_url, mail_from, tls), returns) if smtp_url else Unconfigured("DEMARCHE_SMTP_URL")
    allow = Egress(egress_allow)
    called: dict[str, Channel] = dict.fromkeys(services.KINDS, ServiceChannel(allow))
    return {"webhook": WebhookChannel(Way(allow, tls)), "email": mail, "inbox": InboxChannel(), **called}
