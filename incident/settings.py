"""What a process is told from outside: environment variables, each with one meaning and a clear refusal."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from environs import Env, EnvError

from incident import crash
from incident.errors import Refused
from incident.home import keep_file, open_home
from incident.reach.mailboxes import in_clear
from incident.reach.returns import Returns

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATS = ("auto", "console", "json")
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}(?<!-)")
_SECRETS = frozenset({"given_secret_key", "web_password", "worker_password"})
_URLS = frozenset({"database_url", "broker_url", "smtp_url"})


class BadSetting(Refused):
    """A variable has a value that cannot be used; the message names it and the expected form."""

    code = "bad_setting"

    def __init__(self, variable: str, expected: str, got: str) -> None:
        super().__init__(f"{variable} {got}: expected {expected}.")
        self.variable = variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Secrets are kept out of `repr`; `shown()` is what may be printed.

    Each process has the database URL of its own role: the owner's for `migrate` and `up`, `demarche_web` for the web,
    `demarche_worker` for the worker and the timekeeper. Without one, `up` runs a PostgreSQL of its own.
    """

    home: Path
    host: str
    port: int
    base_url: str
    node_name: str
    mail_from: str
    bounce_address: str | None
    egress_allow: tuple[str, ...]
    log_level: str
    log_format: str
    lease_seconds: int
    drain_seconds: int
    crash_at: str | None
    database_url: str | None
    broker_url: str
    smtp_url: str | None
    named_signing_key_file: Path | None
    given_secret_key: str | None
    web_password: str | None
    worker_password: str | None

    @classmethod
    def from_environment(cls, **overrides: Any) -> Self:
        """Read the environment; an override that is not None stands in its place and is checked in the same way.

        Raises:
            BadSetting: naming the variable and the expected form.
        """
        unknown = set(overrides) - {field.name for field in fields(cls)}
        if unknown:
            raise TypeError(f"not a setting: {', '.join(sorted(unknown))}")
        read: dict[str, Any] = {}
        for name, (variable, default, accept) in _VARIABLES.items():
            given = overrides.get(name)
            value = (_optional(variable) or default(read)) if given is None else given
            read[name] = None if value is None else accept(value)
        return cls(**read)

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown().items())})"

    @property
    def secret_key(self) -> str:
        """What sessions are signed with: DEMARCHE_SECRET_KEY, or a random one made on first use, 0600 in home."""
        if self.given_secret_key is not None:
            return self.given_secret_key
        return keep_file(open_home(self.home) / "secret_key", lambda: secrets.token_urlsafe(48).encode()).decode()

    @property
    def signing_key_file(self) -> Path:
        """The node's Ed25519 key (PKCS#8 PEM): DEMARCHE_SIGNING_KEY_FILE, or one made on first use, 0600 in home."""
        if self.named_signing_key_file is not None:
            return self.named_signing_key_file
        path = open_home(self.home) / "signing_key.pem"
        keep_file(path, _new_signing_key)
        return path

    def signing_key(self) -> Ed25519PrivateKey:
        """The key in `signing_key_file`.

        Raises:
            BadSetting: when the file holds something else.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        path, expected = self.signing_key_file, "an Ed25519 key (PKCS#8 PEM, no password)"
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError, OSError) as error:
            raise BadSetting("DEMARCHE_SIGNING_KEY_FILE", expected, f"cannot be read from {path} ({error})") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise BadSetting("DEMARCHE_SIGNING_KEY_FILE", expected, f"holds a key of another kind ({path})")
        return key

    @property
    def broker_is_shared(self) -> bool:
        """Whether other processes can reach the broker; `memory://` lives inside one process."""
        return not self.broker_url.startswith("memory://")

    def needed_database_url(self) -> str:
        """The database URL of a process that cannot run without one.

        Raises:
            BadSetting: when DATABASE_URL is not set.
        """
        if self.database_url is None:
            raise BadSetting("DATABASE_URL", "postgresql://ROLE:PASSWORD@HOST:PORT/DATABASE", "is not set")
        return self.database_url

    def needed_broker_url(self) -> str:
        """The broker URL of a process that must share it with others.

        Raises:
            BadSetting: when REDIS_URL is not set.
        """
        if not self.broker_is_shared:
            raise BadSetting("REDIS_URL", "redis://HOST:PORT/NUMBER", "is not set")
        return self.broker_url

    def shown(self) -> dict[str, object]:
        """Every setting as plain values, secrets masked: fit for a terminal or a ticket."""
        return {field.name: _shown(field.name, getattr(self, field.name)) for field in fields(self)}


def _shown(name: str, value: object) -> object:
    if value is None or isinstance(value, int):
        return value
    if name in _SECRETS:
        return "***"
    if name in _URLS:
        return _masked(str(value))
    return list(value) if isinstance(value, tuple) else str(value)


def _masked(url: str) -> str:
    parts = urlsplit(url)
    if not parts.netloc and not parts.query:
        return url
    query = re.sub(r"(?i)(password|sslpassword)=[^&]*", r"\1=***", parts.query)
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}{':***' if colon else ''}{at}{place}", query=query))


def _new_signing_key() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _optional(variable: str) -> str | None:
    """The variable's value; empty counts as not set, because compose files cannot unset one."""
    try:
        return Env().str(variable, None) or None
    except EnvError as error:
        raise BadSetting(variable, "text", f"cannot be read ({error})") from error


def _port(value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise BadSetting("DEMARCHE_PORT (--port)", "a number from 0 to 65535", f"is {text!r}")
    return int(text)


def _lease(value: object) -> int:
    """How long a sender may keep a notification before another takes it over; longer than the longest attempt."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 3600):
        raise BadSetting("DEMARCHE_LEASE_SECONDS", "whole seconds from 1 to 3600", f"is {text!r}")
    return int(text)


def _drain(value: object) -> int:
    """How long a web that was asked to end goes on answering."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) <= 300):
        raise BadSetting("DEMARCHE_DRAIN_SECONDS", "whole seconds from 0 to 300", f"is {text!r}")
    return int(text)


def _crash_point(value: object) -> str:
    try:
        crash.spoken(str(value))
    except ValueError as expected:
        raise BadSetting("DEMARCHE_CRASH_AT", str(expected), f"is {value!r}") from expected
    return str(value)


def _local_url(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read here, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _base_url(value: str) -> str:
    parts = _split("DEMARCHE_BASE_URL", "https://HOST or https://HOST:PORT", value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadSetting("DEMARCHE_BASE_URL", "https://HOST or https://HOST:PORT", f"is {value!r}")
    return value.rstrip("/")


def _origin(value: str) -> str:
    expected = "a URI that stays the same, such as https://demarche.example.ee"
    parts = _split("DEMARCHE_NODE_NAME", expected, value)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise BadSetting("DEMARCHE_NODE_NAME", expected, f"is {value!r}")
    return value


def _mail_host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or "localhost"
    return "localhost" if ":" in host or host.replace(".", "").isdigit() else host


def _address(value: str) -> str:
    name, at, host = value.rpartition("@")
    if not (name and at and _HOST.fullmatch(host)) or re.search(r"[\s<>\x00-\x1f]", value):
        raise BadSetting("DEMARCHE_MAIL_FROM", "an address such as desk@example.ee", f"is {value!r}")
    return value


def _bounces(value: str) -> str:
    try:
        Returns.none().at(value)
    except Refused as refused:
        raise BadSetting(
            "DEMARCHE_BOUNCE_ADDRESS", "an address such as bounces@example.ee", f"cannot be used ({refused.message})"
        ) from refused
    return value


def _egress(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    entries = value.split(",") if isinstance(value, str) else value
    return tuple(_target(entry.strip()) for entry in entries if entry.strip())


def _target(entry: str) -> str:
    """A network as CIDR (a lone address is a network of one), or a host name in lower case."""
    with contextlib.suppress(ValueError):
        return str(ip_network(entry))
    if "/" in entry or not _HOST.fullmatch(entry) or entry.replace(".", "").isdigit():
        expected = "addresses, networks or host names with commas between, such as 127.0.0.0/8"
        raise BadSetting("DEMARCHE_EGRESS_ALLOW", expected, f"holds {entry!r}")
    return entry.lower()


def _one_of(variable: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    def accept(value: str) -> str:
        found = next((word for word in allowed if word.lower() == value.lower()), None)
        if found is None:
            raise BadSetting(variable, f"one of {', '.join(allowed)}", f"is {value!r}")
        return found

    return accept


def _database(value: str) -> str:
    expected = "postgresql://ROLE:PASSWORD@HOST:PORT/DATABASE"
    parts = _split("DATABASE_URL", expected, value)
    if parts.scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", expected, f"begins with {parts.scheme or value[:12]!r}")
    return "postgresql+psycopg" + value[len(parts.scheme) :]


def _broker(value: str) -> str:
    parts = _split("REDIS_URL", "redis://HOST:PORT/NUMBER", value)
    if parts.scheme not in ("redis", "rediss", "redis+socket", "memory"):
        raise BadSetting("REDIS_URL", "redis://HOST:PORT/NUMBER", f"begins with {parts.scheme or value[:12]!r}")
    return value


def _smtp(value: str) -> str:
    expected = "smtp://USER:PASSWORD@HOST:PORT?starttls=1, or smtps://…"
    parts = _split("DEMARCHE_SMTP_URL", expected, value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting("DEMARCHE_SMTP_URL", expected, f"is {_masked(value)!r}")
    if in_clear(value):
        raise BadSetting("DEMARCHE_SMTP_URL", expected, f"names a server beyond this machine without TLS ({_masked(value)!r})")
    return value


def _split(variable: str, expected: str, value: str) -> Any:
    try:
        parts = urlsplit(value)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise BadSetting(variable, expected, f"is not a URL ({error})") from error
    return parts


def _key_file(value: str | Path) -> Path:
    path = Path(value)
    if not path.is_file():
        raise BadSetting("DEMARCHE_SIGNING_KEY_FILE", "the path of an Ed25519 key (PKCS#8 PEM)", f"names no file ({path})")
    return path


def _secret(value: str) -> str:
    if len(value) < 32:
        raise BadSetting("DEMARCHE_SECRET_KEY", "at least 32 random characters", f"has {len(value)}")
    return value


_Default = Callable[[dict[str, Any]], object]


def _is(value: object) -> _Default:
    return lambda read: value


# name: the variable, its default (which may look at the settings above it), and what accepts its text
_VARIABLES: dict[str, tuple[str, _Default, Callable[[Any], object]]] = {
    "home": ("DEMARCHE_HOME", _is("./.demarche"), Path),
    "host": ("DEMARCHE_HOST", _is("127.0.0.1"), str),
    "port": ("DEMARCHE_PORT", _is("8000"), _port),
    "base_url": ("DEMARCHE_BASE_URL", lambda read: _local_url(read["host"], read["port"]), _base_url),
    "node_name": ("DEMARCHE_NODE_NAME", lambda read: read["base_url"], _origin),
    "mail_from": ("DEMARCHE_MAIL_FROM", lambda read: f"demarche@{_mail_host(read['base_url'])}", _address),
    "bounce_address": ("DEMARCHE_BOUNCE_ADDRESS", _is(None), _bounces),
    "egress_allow": ("DEMARCHE_EGRESS_ALLOW", _is(()), _egress),
    "log_level": ("DEMARCHE_LOG_LEVEL", _is("INFO"), _one_of("DEMARCHE_LOG_LEVEL", LEVELS)),
    "log_format": ("DEMARCHE_LOG_FORMAT", _is("auto"), _one_of("DEMARCHE_LOG_FORMAT", FORMATS)),
    "lease_seconds": ("DEMARCHE_LEASE_SECONDS", _is("45"), _lease),
    "drain_seconds": ("DEMARCHE_DRAIN_SECONDS", _is("5"), _drain),
    "crash_at": ("DEMARCHE_CRASH_AT", _is(None), _crash_point),
    "database_url": ("DATABASE_URL", _is(None), _database),
    "broker_url": ("REDIS_URL", _is("memory://localhost//"), _broker),
    "smtp_url": ("DEMARCHE_SMTP_URL", _is(None), _smtp),
    "named_signing_key_file": ("DEMARCHE_SIGNING_KEY_FILE", _is(None), _key_file),
    "given_secret_key": ("DEMARCHE_SECRET_KEY", _is(None), _secret),
    "web_password": ("DEMARCHE_WEB_PASSWORD", _is(None), str),
    "worker_password": ("DEMARCHE_WORKER_PASSWORD", _is(None), str),
}
