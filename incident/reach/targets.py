"""Where a message of ours may go: the form of a URL, and the addresses that it may reach. Nothing here asks the network.

A receiver's URL is somebody else's text, and the node stands inside a network that they do not: every form that two programs
could read differently is refused rather than interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from incident.errors import Refused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 2048
"""Characters of a URL."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\Z")
_PLACE = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?P<port>:[0-9]*)?\Z")
_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


class EgressRefused(Refused):
    """The node does not send there; the message says why and what would be accepted."""

    code = "egress_refused"


@dataclass(frozen=True, slots=True)
class Egress:
    """What the operator of the node allows beyond public https.

    `allow` holds addresses, networks and host names, as DEMARCHE_EGRESS_ALLOW lists them. What it names may be reached over plain
    http and on any port, and may lie in private space. A *name* never leads to link-local, metadata, multicast or
    translated addresses: for those, their network itself must be listed. `ports` are those of https for everybody else.

    Raises:
        EgressRefused: for an entry that is none of the three.
    """

    allow: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset({443, 8443})
    networks: tuple[Network, ...] = field(init=False, repr=False)
    names: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        entries = [_entry(each) for each in self.allow]
        object.__setattr__(self, "networks", tuple(each for each in entries if not isinstance(each, str)))
        object.__setattr__(self, "names", frozenset(each for each in entries if isinstance(each, str)))

    @classmethod
    def of(cls, text: str) -> Egress:
        """From one line with commas, such as `127.0.0.0/8,[::1],10.1.2.0/24,hooks.example.org`; empty allows nothing more."""
        return cls(tuple(each.strip() for each in text.split(",") if each.strip()))

    def holds(self, address: Address) -> bool:
        """Whether the operator listed the network of this address."""
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed: `path` is the request target with its query; `literal` is set when the host is an address."""

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None = None

    @property
    def authority(self) -> str:
        """What the Host header says: the name as given, with the port unless it is the scheme's own."""
        host = f"[{self.host}]" if isinstance(self.literal, IPv6Address) else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether the name means this machine without asking anybody (RFC 6761, section 6.3)."""
        return self.host == "localhost" or self.host.endswith(".localhost")


def check_url(url: str, *, allow: Egress) -> None:
    """Refuse a URL that the node would not send to, as far as that can be said without resolving its name.

    Raises:
        EgressRefused: naming what is wrong and what is expected.
    """
    target(url, allow=allow)


def target(url: str, *, allow: Egress) -> Target:
    """The parts of a URL that may be sent to; the addresses behind a name are judged by `admitted`.

    Raises:
        EgressRefused: as `check_url`.
    """
    parts = _split(url)
    host, port = _place(parts)
    literal = _literal(host)
    name = str(literal) if literal else _name(host)
    scheme_port = 443 if parts.scheme == "https" else 80
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Target(parts.scheme, name, port or scheme_port, path, literal)
    if not _listed(found, allow):
        _stands_on_its_own(found, allow)
    return found


def admitted(target: Target, found: Sequence[str], *, allow: Egress) -> tuple[Address, ...]:
    """The addresses that a name was resolved to, when every one of them may be reached.

    One forbidden address among good ones refuses them all: whoever answers so is trying.

    Raises:
        EgressRefused: naming the first forbidden address, or when there is none at all.
    """
    addresses = tuple(dict.fromkeys(ip_address(each) for each in found))
    if not addresses:
        raise EgressRefused(f"{target.host} has no address.")
    for address in addresses:
        kind = None if allow.holds(address) else _why_not(address)
        if kind and not (kind.by_name and (target.host in allow.names or target.is_this_machine)):
            raise EgressRefused(f"{target.host} resolves to {address}, which is {kind.what}; only public addresses are reached.")
    return addresses


def loopback(host: str, *, allow: Egress) -> tuple[str, ...]:
    """This machine's own addresses under the name `host`, as far as the operator allows them; a listed name allows both."""
    named = bool(allow.names & {host, "localhost"})
    return tuple(str(each) for each in _LOOPBACK if named or allow.holds(each))


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise EgressRefused(f"The URL has {len(url)} characters; at most {LONGEST} are accepted.")
    if not url.isascii():
        raise EgressRefused("The URL has characters beyond ASCII; write the host in its xn-- form and percent-encode the rest.")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressRefused("The URL has a space, control character or backslash; percent-encode what belongs to it.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise EgressRefused(f"The URL cannot be read ({error}); expected https://HOST/PATH.") from error
    if parts.scheme not in ("https", "http") or not url.lower().startswith(f"{parts.scheme}://"):
        raise EgressRefused(f"The URL begins with {url[:12]!r}; expected https://HOST/PATH.")
    if "#" in url:
        raise EgressRefused("The URL has a fragment, which no receiver would see; leave out # and what follows.")
    return parts


def _place(parts: SplitResult) -> tuple[str, int | None]:
    if "@" in parts.netloc:
        raise EgressRefused("The URL holds a user name or password; leave out everything before @ in the host.")
    match = _PLACE.match(parts.netloc)
    if match is None or not match["host"]:
        raise EgressRefused(f"The URL names no host that can be read ({parts.netloc[:80]!r}); expected https://HOST/PATH.")
    digits = (match["port"] or "")[1:]
    if digits and not (len(digits) <= 5 and 1 <= int(digits) <= 65535):
        raise EgressRefused(f"The port {digits[:12]} does not exist; expected a number from 1 to 65535.")
    return match["host"].lower(), int(digits) if digits else None


def _literal(host: str) -> Address | None:
    if host.startswith("["):
        if "%" in host:
            raise EgressRefused("The address names a zone of this machine; leave out % and what follows.")
        try:
            return IPv6Address(host[1:-1])
        except ValueError as error:
            raise EgressRefused(f"{host} is not an IPv6 address.") from error
    if not _ENDS_IN_A_NUMBER.match(host.removesuffix(".")):
        return None
    try:
        return IPv4Address(host)
    except ValueError as error:
        expected = "four decimal numbers without leading zeros, such as 192.0.2.7"
        raise EgressRefused(f"{host[:80]} is not an IPv4 address as everybody reads it; expected {expected}.") from error


def _name(host: str) -> str:
    if host.endswith("."):
        raise EgressRefused("The host ends in a dot; leave it out.")
    if not _NAME.match(host):
        raise EgressRefused(f"{host[:80]!r} is not a host name; expected letters, digits and hyphens between dots.")
    return host


def _listed(target: Target, allow: Egress) -> bool:
    if target.literal is not None:
        return allow.holds(target.literal)
    return target.host in allow.names or (target.is_this_machine and bool(loopback(target.host, allow=allow)))


def _stands_on_its_own(target: Target, allow: Egress) -> None:
    kind = _why_not(target.literal) if target.literal else None
    if target.is_this_machine:
        kind = _Kind("loopback, this machine itself")
    if kind:
        raise EgressRefused(f"{target.host} is {kind.what}; only public addresses are reached, and what the node's operator allows.")
    if target.scheme != "https":
        raise EgressRefused("The URL is plain http; expected https. Only what the node's operator allows is reached without TLS.")
    if target.port not in allow.ports:
        ports = " or ".join(str(port) for port in sorted(allow.ports))
        raise EgressRefused(f"Port {target.port} is not reached; expected {ports}, or a host that the node's operator allows.")


def _entry(entry: str) -> Network | str:
    bare = entry[1:-1] if entry.startswith("[") and entry.endswith("]") else entry
    try:
        return ip_network(bare)
    except ValueError as error:
        name = entry.lower()
        if _NAME.match(name) and not _ENDS_IN_A_NUMBER.match(name):
            return name
        expected = "an address, a network or a host name, such as [::1], 127.0.0.0/8 or hooks.example.org"
        raise EgressRefused(f"{entry!r} cannot be allowed: expected {expected} ({error}).") from error


@dataclass(frozen=True, slots=True)
class _Kind:
    """Why nobody outside can be at an address. `by_name`: an operator who lists a *name* may mean such a place."""

    what: str
    by_name: bool = False


def _why_not(address: Address) -> _Kind | None:
    """Why an address is not public, or None when it is. The table stands beside Python's own, which differs by version."""
    for network, kind in _KINDS:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return _Kind("outside global unicast space")
    return None if address.is_global and not address.is_multicast else _Kind("not a public address")


_GLOBAL_UNICAST = IPv6Network("2000::/3")

# The IANA special-purpose registries (RFC 6890 and its successors), the ways of writing IPv4 inside IPv6, and the places where
# cloud machines find their own credentials. The narrower stand before the wider.
_KINDS = tuple(
    (ip_network(network), _Kind(what, by_name))
    for network, what, by_name in (
        ("0.0.0.0/8", "unspecified", False),
        ("10.0.0.0/8", "private", True),
        ("100.100.100.200/32", "a cloud metadata service", False),
        ("100.64.0.0/10", "carrier-grade NAT space", True),
        ("127.0.0.0/8", "loopback, this machine itself", True),
        ("168.63.129.16/32", "a cloud metadata service", False),
        ("169.254.0.0/16", "link-local, where cloud metadata services live", False),
        ("172.16.0.0/12", "private", True),
        ("192.0.0.0/24", "reserved for protocols", False),
        ("192.0.2.0/24", "reserved for documentation", False),
        ("192.88.99.0/24", "a 6to4 relay", False),
        ("192.168.0.0/16", "private", True),
        ("198.18.0.0/15", "reserved for benchmarks", False),
        ("198.51.100.0/24", "reserved for documentation", False),
        ("203.0.113.0/24", "reserved for documentation", False),
        ("224.0.0.0/4", "multicast", False),
        ("240.0.0.0/4", "reserved or broadcast", False),
        ("::/128", "unspecified", False),
        ("::1/128", "loopback, this machine itself", True),
        ("::ffff:0:0/96", "an IPv4 address inside IPv6 (mapped)", False),
        ("::/96", "an IPv4 address inside IPv6 (compatible)", False),
        ("64:ff9b::/96", "an IPv4 address inside IPv6 (NAT64)", False),
        ("64:ff9b:1::/48", "an IPv4 address inside IPv6 (NAT64)", False),
        ("100::/64", "the discard prefix", False),
        ("2001::/32", "an IPv4 address inside IPv6 (Teredo)", False),
        ("2001::/23", "reserved for protocols", False),
        ("2001:db8::/32", "reserved for documentation", False),
        ("2002::/16", "an IPv4 address inside IPv6 (6to4)", False),
        ("3fff::/20", "reserved for documentation", False),
        ("fd00:ec2::254/128", "a cloud metadata service", False),
        ("fd20:ce::254/128", "a cloud metadata service", False),
        ("fc00::/7", "private (unique local)", True),
        ("fe80::/10", "link-local", False),
        ("fec0::/10", "site-local", False),
        ("ff00::/8", "multicast", False),
    )
)
