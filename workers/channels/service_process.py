"""One call of one service, in a process that exists for it alone: the request on stdin, what became of it on stdout.

`apprise` makes its own connections, so everything that makes one is guarded before it is used: each request is judged as a
webhook's URL is, each name is resolved once and every answer judged, and the interpreter itself refuses a connection to any
other address. Replies are read up to a limit and never unpacked; redirects are not followed. Whoever started this cuts it off.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from ipaddress import ip_address
from typing import Any

from incident.errors import Refused
from incident.reach.targets import Egress, EgressRefused, Target, admitted, loopback, target

MOST_READ = 64 * 1024
"""Bytes of a reply."""
_FORBIDDEN = frozenset({
    "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.forkpty", "socket.bind", "socket.sendto",
    "socket.sendmsg", "ctypes.dlopen",
})  # fmt: skip


@dataclass(slots=True)
class Guard:
    """What this process may reach: the addresses that names were resolved to and that passed. `status` is the last answer's."""

    allow: Egress
    resolve: Any = socket.getaddrinfo
    status: int | None = None
    refused: str = ""
    _targets: dict[tuple[str, int], Target] = field(default_factory=dict)
    _admitted: set[tuple[str, int]] = field(default_factory=set)

    def expect(self, url: str, verify: object) -> None:
        """Let requests to that URL pass, if it is one that the node sends to.

        Raises:
            EgressRefused: it is not, or its certificate would not be checked.
        """
        found = target(url, allow=self.allow)
        if found.scheme == "https" and not verify:
            raise EgressRefused(f"{found.host} would be spoken to without checking its certificate.")
        self._targets[found.host, found.port] = found

    def addresses(self, host: object, port: object, *rest: Any, **more: Any) -> Sequence[Any]:
        """As `socket.getaddrinfo`, for what a request was let pass to, when every answer may be reached.

        Raises:
            OSError: otherwise; `refused` says why.
        """
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        expected = self._targets.get((name.strip("[]").lower(), int(str(port or 0))))
        try:
            if expected is None:
                raise EgressRefused(f"{name[:80]} was not asked for.")
            found = self._resolved(expected, *rest, **more)
            passed = admitted(expected, [str(each[4][0]) for each in found], allow=self.allow)
        except EgressRefused as refused:
            self.refused = refused.message
            raise OSError(refused.message) from refused
        self._admitted |= {(str(each), expected.port) for each in passed}
        return found

    def _resolved(self, to: Target, *rest: Any, **more: Any) -> list[Any]:
        if not to.is_this_machine:
            return list(self.resolve(to.host, to.port, *rest, **more))
        return [each for own in loopback(to.host, allow=self.allow) for each in self.resolve(own, to.port, *rest, **more)]

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """What the interpreter asks before it does a thing; there is no way round it, and it is never taken away.

        Raises:
            PermissionError: for a connection to anywhere else, and for what no call needs.
        """
        if event in _FORBIDDEN or (event == "socket.connect" and not self._may(args[1])):
            self.refused = self.refused or "It tried to reach an address that was not checked."
            raise PermissionError(f"{event} is refused here")

    def _may(self, address: object) -> bool:
        if not isinstance(address, tuple):
            return False
        try:
            return (str(ip_address(address[0])), address[1]) in self._admitted
        except ValueError:
            return False


def call(asked: dict[str, Any]) -> dict[str, Any]:
    """Call the service: `{ok, status, refused, readable}`; `readable` says whether the URL was one of it."""
    apprise: Any = import_module("apprise")
    apprise.plugins.N_MGR.load_modules()  # before the guard: some load libraries that no call of ours needs
    guard = Guard(Egress(tuple(asked["allow"]), frozenset(asked["ports"])))
    _stand_guard(guard)
    service = _service(apprise, asked["url"])
    if service is None:
        return {"ok": False, "status": None, "refused": "", "readable": False}
    try:
        ok = bool(service.notify(body=asked["body"], title=asked["title"], notify_type="failure" if asked["urgent"] else "warning"))
    except Refused as refused:
        ok, guard.refused = False, refused.message
    return {"ok": ok and not guard.refused, "status": guard.status, "refused": guard.refused, "readable": True}


def _service(apprise: Any, url: str) -> Any:
    plain = apprise.AppriseAsset(
        app_id="Demarche", app_desc="Demarche", app_url="", image_url_mask="", image_url_logo="", http_redirects=False,
        storage_mode="memory", secure_logging=True, async_mode=False,
    )  # fmt: skip
    return apprise.Apprise.instantiate(url, asset=plain)


def _stand_guard(guard: Guard) -> None:
    import encodings.idna  # noqa: F401 - resolving would load it
    import logging

    requests: Any = import_module("requests")

    class Guarded(requests.sessions.HTTPAdapter):  # type: ignore[misc]
        """Every request of `requests` goes through one of these."""

        def send(self, request: Any, *, timeout: Any = None, verify: Any = True, **_others: Any) -> Any:
            try:
                guard.expect(str(request.url), verify)
            except EgressRefused as refused:
                guard.refused = refused.message
                raise requests.ConnectionError(refused.message) from refused
            request.headers["Accept-Encoding"] = "identity"
            reply = super().send(request, stream=True, timeout=timeout, verify=verify)
            reply._content = reply.raw.read(MOST_READ, decode_content=False)
            reply._content_consumed = True
            guard.status = reply.status_code
            return reply

    logging.disable(logging.CRITICAL)  # what it would log may hold the key
    requests.sessions.HTTPAdapter = Guarded
    socket.getaddrinfo = guard.addresses  # type: ignore[assignment]
    sys.addaudithook(guard.hook)


if __name__ == "__main__":
    said = call(json.load(sys.stdin))
    json.dump(said, sys.stdout)
