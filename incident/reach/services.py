"""Chat and paging services that a desk may be called over, by the scheme of their URL. Nothing here asks the network.

The URL holds the service's key, so it is a secret as a whole and is never shown again. Listed are services that are spoken to by
HTTP requests alone, to hosts that can be checked; of their many parameters, those that no one could turn against the node: none
that reads a file, leaves a certificate unchecked, follows a redirect or waits longer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from incident.errors import Refused
from incident.reach.targets import LONGEST, Egress, check_url

KINDS = ("chat", "pager")
"""The kinds of channel that are such a service."""

_HOSTED: Mapping[str, str] = MappingProxyType({
    "matrix": "Matrix", "mmost": "Mattermost", "rocket": "Rocket.Chat", "signal": "Signal (signal-cli-rest-api)",
    "nctalk": "Nextcloud Talk", "gotify": "Gotify", "ntfy": "ntfy", "goalert": "GoAlert", "json": "JSON over HTTP",
})  # fmt: skip
"""Where the host stands in the URL: with an `s` behind it over TLS, without one only where the node's operator allows it."""

_CLOUD: Mapping[str, str] = MappingProxyType({
    "slack": "Slack", "workflow": "Microsoft Teams (Workflows)", "workflows": "Microsoft Teams (Workflows)", "gchat": "Google Chat",
    "discord": "Discord", "zulip": "Zulip", "webex": "Webex", "wxteams": "Webex", "tgram": "Telegram", "threema": "Threema Gateway",
    "pagerduty": "PagerDuty", "opsgenie": "Opsgenie", "splunk": "Splunk On-Call", "victorops": "Splunk On-Call", "squadcast": "Squadcast",
    "ilert": "iLert", "incidentio": "incident.io", "betterstack": "Better Stack", "signl4": "SIGNL4", "pagertree": "PagerTree",
    "xmatters": "xMatters", "pover": "Pushover", "twilio": "Twilio",
})  # fmt: skip
"""At hosts of their own, over TLS."""

SERVICES: Mapping[str, str] = MappingProxyType({**_CLOUD, **_HOSTED, **{f"{each}s": name for each, name in _HOSTED.items()}})
"""What each scheme stands for."""

PARAMETERS = frozenset({"region", "to", "channel", "channels", "mode", "priority", "severity", "ver", "pa", "power_automate", "source"})
_SPLIT = re.compile(r"(?P<scheme>[a-z0-9]+)://", re.IGNORECASE)
_PLACE = re.compile(r"(?:[^/?@]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?:@\[\]]+)(?P<port>:[0-9]{1,5})?(?=[/?]|\Z)")


class ServiceRefused(Refused):
    """Not the URL of a service that this node calls; the message says what is expected."""

    code = "service_refused"


@dataclass(frozen=True, slots=True)
class Service:
    """A URL that passed. `name` is what people call the service, `shown` what may be shown of the URL."""

    scheme: str
    name: str
    shown: str


def service(url: str, *, allow: Egress) -> Service:
    """The service at that URL, as far as can be said without asking anybody; where it leads is judged again when it is called.

    Raises:
        ServiceRefused: no service of the list, or a URL that two programs could read differently.
        EgressRefused: its host is none that this node sends to.
    """
    scheme = _scheme(url)
    unknown = sorted({name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)} - PARAMETERS)
    if unknown:
        raise ServiceRefused(f"The parameter {unknown[0][:40]!r} is not taken; expected none but {', '.join(sorted(PARAMETERS))}.")
    host = ""
    if scheme not in _CLOUD:
        place = _PLACE.match(url.partition("://")[2])
        if place is None:
            raise ServiceRefused(f"The URL names no host that can be read; expected {scheme}://HOST/….")
        host = place["host"] + (place["port"] or "")
        check_url(f"{'https' if scheme not in _HOSTED else 'http'}://{host}/", allow=allow)
    return Service(scheme, SERVICES[scheme], f"{scheme}://{host + '/' if host else ''}… ({sha256(url.encode()).hexdigest()[:6]})")


def _scheme(url: str) -> str:
    if len(url) > LONGEST:
        raise ServiceRefused(f"The URL has {len(url)} characters; at most {LONGEST} are accepted.")
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\#]", url):
        raise ServiceRefused("The URL has a space, backslash, # or a character beyond ASCII; percent-encode what belongs to it.")
    found = _SPLIT.match(url)
    scheme = found["scheme"].lower() if found else ""
    if scheme not in SERVICES:
        some = ", ".join(f"{each}://" for each in ("pagerduty", "opsgenie", "matrixs", "mmosts", "workflows", "signals"))
        raise ServiceRefused(f"{url[:12]!r}… is no service that this node calls; expected one such as {some} (docs/channels.md lists all).")
    return scheme
