"""The node as `demarche replay` sees it: keys, deployments, reports and notifications over HTTP, with patience."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from zoneinfo import available_timezones

import httpx

COORDINATOR = "cert-intl"
"""The CERT that files for countries without a national one, and sets up their deployments."""
OPERATOR = "intl-operator"
NOWHERE = "ZZ"
"""Stands for records that name no country: ISO 3166 leaves this code to its users."""
_SUPPLIERS = 2
_LONGEST_PAUSE = 30.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoService(Exception):
    """The node could not be reached, or answered in a way that no further request can mend. The message is for people."""


class BadKeys(Exception):
    """The keys file cannot be used; the message says why and what was expected."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party whose API key we hold."""

    slug: str
    kind: str
    jurisdiction: str
    api_key: str

    def __repr__(self) -> str:
        return f"Party({self.slug})"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys file says: where the node is and as whom we may speak."""

    base_url: str
    parties: tuple[Party, ...]

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read a file of the shape that the demo writes: `{base_url, parties: [{slug, kind, jurisdiction, api_key}]}`.

        Raises:
            BadKeys: when it is absent, is no such file, or has no key of the coordinating CERT.
        """
        try:
            content = json.loads(path.read_bytes())
            parties = tuple(
                Party(*(str(each[name]) for name in ("slug", "kind", "jurisdiction", "api_key"))) for each in content["parties"]
            )
            keys = cls(str(content["base_url"]), parties)
        except OSError as error:
            raise BadKeys(f"{path} cannot be read ({error.strerror}); `demarche demo` writes it") from error
        except (ValueError, KeyError, TypeError) as error:
            shape = "{base_url, parties: [{slug, kind, jurisdiction, api_key}]}"
            raise BadKeys(f"{path} is not of the shape {shape} ({type(error).__name__}: {error})") from error
        if COORDINATOR not in {party.slug for party in parties}:
            raise BadKeys(f"{path} has no key for the party {COORDINATOR}, which files where no national CERT does")
        return keys

    @property
    def coordinator(self) -> Party:
        """The coordinating CERT."""
        return next(party for party in self.parties if party.slug == COORDINATOR)

    def cert_of(self, country: str) -> Party:
        """The CERT that files for a country: its own when we hold its key, else the coordinating one."""
        own = sorted((p for p in self.parties if p.kind == "cert" and p.jurisdiction == country), key=lambda p: p.slug)
        national = [party for party in own if party.slug != COORDINATOR]
        return national[0] if national else self.coordinator


class Server:
    """The API under `base_url`. Every call is repeated, a bounded number of times, while the node is out of reach or busy.

    Repeating is safe: a report has an identity, a deployment a name, and reading changes nothing.
    """

    def __init__(self, base_url: str, attempts: int) -> None:
        if urlsplit(base_url).scheme not in ("http", "https"):
            raise NoService(f"{base_url} is not an http or https address")
        ours = urlsplit(base_url).hostname in _LOOPBACK
        self._base = base_url.rstrip("/") + "/"
        self._attempts = attempts
        self._client = httpx.Client(timeout=30.0, trust_env=not ours)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(self, method: str, path: str, party: Party, body: Mapping[str, object] | None = None) -> httpx.Response:
        """One request as `party`, repeated on 503, 429 and lost connections; any other answer is returned as it is.

        Raises:
            NoService: when the last attempt failed too.
        """
        last, pause = "", 0.0
        for attempt in range(self._attempts):
            if attempt:
                time.sleep(pause)
            try:
                answer = self._once(method, path, party, body)
            except httpx.TransportError as error:
                last, pause = f"{type(error).__name__}: {error}", _backoff(attempt)
                continue
            except httpx.InvalidURL as error:
                raise NoService(f"{self._base} is not an address: {error}") from error
            if answer.status_code not in (429, 503):
                return answer
            last, pause = f"{answer.status_code} {answer.reason_phrase}", _asked_to_wait(answer, attempt)
        raise NoService(f"{self._base} did not serve {method} {path} in {self._attempts} attempts; last: {last}")

    def listed(self, path: str, party: Party) -> Iterator[dict[str, object]]:
        """Every item of a list, page by page as `Link: <…>; rel="next"` leads.

        Raises:
            NoService: when a page is refused, is not a list of objects, or leads to another host.
        """
        page: str | None = path
        while page is not None:
            answer = self.call("GET", page, party)
            if answer.status_code != 200:
                raise NoService(f"GET {page} as {party.slug} was refused: {refusal(answer)[1]}")
            yield from _items(answer)
            page = self._next_page(answer)

    def _once(self, method: str, path: str, party: Party, body: Mapping[str, object] | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {party.api_key}", "Accept": "application/json"}
        return self._client.request(method, urljoin(self._base, path.lstrip("/")), headers=headers, json=body)

    def _next_page(self, answer: httpx.Response) -> str | None:
        link = answer.links.get("next", {}).get("url")
        if link is None:
            return None
        target = urlsplit(urljoin(str(answer.request.url), link))
        if target.netloc != urlsplit(self._base).netloc:
            raise NoService(f"the next page of {answer.request.url} lies on another host, {target.netloc}")
        return target.geturl()


@dataclass(frozen=True, slots=True)
class Place:
    """Where records of one country go: the deployment, its zone, and who files there."""

    deployment: str
    zone: str
    filer: Party


@dataclass(frozen=True, slots=True)
class NoPlace:
    """The node would not have a deployment for that country; why."""

    reason: str


class Places:
    """The deployments by country. One that is missing is made, always with the same name, by the coordinating CERT.

    A record without a country goes to `intl-zz`, which lies at the coordinating CERT's seat, since a jurisdiction has to be
    a real one.
    """

    def __init__(self, server: Server, keys: Keys) -> None:
        self._server, self._keys = server, keys
        self._known: dict[str, Place | NoPlace] = {}
        self._deployments: dict[str, dict[str, object]] = {}
        certs = {party.slug: party for party in keys.parties if party.kind == "cert"}
        for _, cert in sorted({**certs, COORDINATOR: keys.coordinator}.items()):
            self._deployments.update({str(each.get("slug")): each for each in server.listed(_DEPLOYMENTS, cert)})

    def of(self, country: str) -> Place | NoPlace:
        """Where records of that country go; the same answer for the whole run."""
        if country not in self._known:
            self._known[country] = self._find(country)
        return self._known[country]

    def _find(self, country: str) -> Place | NoPlace:
        ours = f"intl-{country.lower()}"
        there = sorted(s for s, d in self._deployments.items() if d.get("jurisdiction") == country and s != _UNPLACED)
        slug = ours if ours in self._deployments else (there[0] if there else None)
        found = self._make(ours, country) if slug is None else self._deployments[slug]
        if isinstance(found, NoPlace):
            return found
        zone = found.get("zone")
        if not isinstance(zone, str) or zone not in available_timezones():
            return NoPlace(f"the deployment {slug or ours} has no zone that is known here: {zone!r}")
        filer = self._keys.coordinator if country == NOWHERE else self._keys.cert_of(country)
        return Place(slug or ours, zone, filer)

    def _make(self, slug: str, country: str) -> dict[str, object] | NoPlace:
        answer = self._server.call("PUT", f"{_DEPLOYMENTS}/{slug}", self._keys.coordinator, self._wanted(country))
        if answer.status_code not in (200, 201):
            return NoPlace(f"no deployment could be made for {country}: {refusal(answer)[1]}")
        made = _object(answer)
        return NoPlace(f"PUT {slug} did not answer with the deployment") if made is None else made

    def _wanted(self, country: str) -> dict[str, object]:
        jurisdiction = self._keys.coordinator.jurisdiction if country == NOWHERE else country
        place = "a place not on record" if country == NOWHERE else country
        vendors = sorted(party.slug for party in self._keys.parties if party.kind == "vendor")
        operators = {party.slug for party in self._keys.parties}
        return {
            "name": f"Systems on public record in {place}",
            "jurisdiction": jurisdiction,
            "operator": OPERATOR if OPERATOR in operators else COORDINATOR,
            "suppliers": vendors[:_SUPPLIERS],
            "system": {"name": "Systems named in public incident records", "version": "1", "models": []},
            "data_may_live": [jurisdiction],
        }


_DEPLOYMENTS = "/api/v1/deployments"
_UNPLACED = f"intl-{NOWHERE.lower()}"


def refusal(answer: httpx.Response) -> tuple[str, str]:
    """(JSON pointer of the first fault, the reason in words) of an answer that is not a success, from its problem+json."""
    problem = _object(answer) or {}
    named = problem.get("errors")
    errors = [each for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    head = " ".join(str(problem.get(key)) for key in ("title", "detail") if problem.get(key)) or answer.reason_phrase
    told = "; ".join(f"{each.get('pointer', '')} {each.get('message', '')}".strip() for each in errors)
    pointer = str(errors[0].get("pointer", "")) if errors else ""
    return pointer, f"{answer.status_code} {head}{': ' if told else ''}{told}"


def _object(answer: httpx.Response) -> dict[str, object] | None:
    with contextlib.suppress(ValueError):  # not JSON: the status alone has to tell
        found = answer.json()
        return found if isinstance(found, dict) else None
    return None


def _items(answer: httpx.Response) -> list[dict[str, object]]:
    try:
        found = answer.json()
    except ValueError as error:
        raise NoService(f"{answer.request.url} did not answer with JSON") from error
    items = found.get("items") if isinstance(found, dict) else found
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise NoService(f"{answer.request.url} did not answer with a list of objects")
    return items


def _backoff(attempt: int) -> float:
    return min(0.1 * 2.0**attempt, 5.0)


def _asked_to_wait(answer: httpx.Response, attempt: int) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_PAUSE) if re.fullmatch(r"[0-9]{1,6}", asked) else _backoff(attempt)
