"""Chat and paging services through `apprise`: the cover alone, from a process of its own that reaches checked addresses only.

`apprise` knows the services and has its own way to the network, so it runs where that way can be guarded whole and cut off
(`workers.channels.service_process`). That a service took the call is no proof that it rang.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from threading import BoundedSemaphore

from incident.errors import Refused
from incident.reach import services
from workers.channels import Delivered, GaveUp, Letter, Outcome, TryLater, readable
from workers.channels.egress import Egress, TimeLimit
from workers.channels.mail_text import subject, text

AT_ONCE = 4
"""Processes at a time, about 50 MB each."""
_TRY_AGAIN = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class ServiceChannel:
    """Calls the service that a letter's address names; the address is a secret and appears in no outcome. `total` bounds a call."""

    allow: Egress
    total: timedelta = timedelta(seconds=15)
    _free: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE), repr=False)

    def send(self, letter: Letter) -> Outcome:
        """Delivered when the service said that it took it; a key that it does not know is given up, 410 for good."""
        try:
            named = services.service(letter.address, allow=self.allow)
        except Refused as refused:
            return GaveUp(refused.message)
        limit = TimeLimit.starting(self.total)
        if not self._free.acquire(timeout=limit.left()):
            return TryLater("This node calls too many services at once.")
        try:
            answer = self._called(letter, limit)
        except (subprocess.TimeoutExpired, TimeoutError):
            return TryLater(f"{named.name} did not answer in time.")
        finally:
            self._free.release()
        return _outcome(named, answer)

    def _called(self, letter: Letter, limit: TimeLimit) -> dict[str, object]:
        asked = {
            "url": letter.address, "title": subject(letter), "body": text(letter.cover), "allow": self.allow.allow,
            "ports": sorted(self.allow.ports), "urgent": not letter.cover.exercise,
        }  # fmt: skip
        ended = subprocess.run(
            [sys.executable, "-I", "-m", "workers.channels.service_process"],
            input=json.dumps(asked).encode(), capture_output=True, timeout=limit.left(), env=_environment(), check=False,
        )  # fmt: skip
        if ended.returncode != 0:
            raise RuntimeError(f"the process that calls services ended with {ended.returncode}: {readable(ended.stderr[-300:])}")
        answer: dict[str, object] = json.loads(ended.stdout)
        return answer


def _environment() -> dict[str, str]:
    """Nothing of this process but whom it trusts: no settings, no proxies, and no passwords of a .netrc."""
    trusted = {name: os.environ[name] for name in ("SSL_CERT_FILE",) if name in os.environ}
    bundle = {"REQUESTS_CA_BUNDLE": trusted["SSL_CERT_FILE"]} if trusted else {}
    return {"LANG": "C.UTF-8", "NETRC": os.devnull, "PYTHONDONTWRITEBYTECODE": "1", **trusted, **bundle}


def _outcome(named: services.Service, answer: dict[str, object]) -> Outcome:
    status = answer["status"] if isinstance(answer["status"], int) else None
    if answer["refused"]:
        return TryLater(f"{named.name} leads where this node does not send: {readable(str(answer['refused']))}")
    if not answer["readable"]:
        return GaveUp(f"The URL is not one of {named.name}.")
    if answer["ok"]:
        return Delivered({"service": named.name, "status": status})
    if status is None:
        return TryLater(f"{named.name} could not be reached.")
    reason = f"{named.name} answered {status}."
    if 400 <= status < 500 and status not in _TRY_AGAIN:
        return GaveUp(reason, disable=status == 410)
    return TryLater(reason)
