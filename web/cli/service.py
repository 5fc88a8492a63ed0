"""How a command speaks to a node over HTTP: as a party, with its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import rich_click as click

from incident.errors import Fault, Invalid, Refused, Unavailable
from web.cli import options, world
from web.cli.replay_server import NoService, Party, Server

_ATTEMPTS = 4  # some two seconds


@dataclass(frozen=True, slots=True)
class Service:
    """A node as one party sees it."""

    server: Server
    party: Party

    def post(self, path: str, body: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
        """(status, answer) of a request that was accepted.

        Raises:
            Refused: it was not; with the faults by pointer, where the node named them.
            Unavailable: the node could not be reached or would not serve.
        """
        answer = self.server.call("POST", path, self.party, body)
        if not answer.is_success:
            raise refusal(answer)
        found = _object(answer)
        if found is None:
            raise Unavailable(f"The answer to POST {path} is not a JSON object; is {answer.request.url.host} a node?")
        return answer.status_code, found

    def get(self, path: str) -> dict[str, Any]:
        """One object; refused as `ask` is."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """The object that is answered.

        Raises:
            Refused: it was refused; with the faults by pointer, where the node named them.
            Unavailable: the node could not be reached or would not serve.
        """
        answer = self.server.call(method, path, self.party, body)
        if not answer.is_success:
            raise refusal(answer)
        found = _object(answer)
        if found is None:
            raise Unavailable(f"The answer to {method} {path} is not a JSON object; is {answer.request.url.host} a node?")
        return found

    def listed(self, path: str, most: int) -> list[dict[str, Any]]:
        """The first `most` items of a list.

        Raises:
            Refused: it was refused.
            Unavailable: the node could not be reached or would not serve.
        """
        found: list[dict[str, Any]] = []
        page: str | None = path
        while page is not None and len(found) < most:
            answer = self.server.call("GET", page, self.party)
            if not answer.is_success:
                raise refusal(answer)
            found += _items(answer)
            page = _next_page(answer)
        return found[:most]


@contextmanager
def service(*, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Iterator[Service]:
    """The node to speak to, as the party whose key is given or lies in the demo's file.

    Raises:
        click.UsageError: it is not said as whom.
        Unavailable: the node could not be reached or would not serve.
    """
    settings = options.settings(home)
    demo = None if key else world.found(settings.home)
    who = Party(party or "(key)", "", "", key) if key else _of_demo(demo, party, settings.home)
    where = base_url or (demo["base_url"] if demo else settings.base_url)
    try:
        with Server(where, _ATTEMPTS) as server:
            yield Service(server, who)
    except NoService as error:
        raise Unavailable(f"{error}", code="node_unreachable") from error


def refusal(answer: httpx.Response) -> Refused:
    """What the node refused, from its problem+json; `Unavailable` when it could not serve."""
    problem = _object(answer) or {}
    words = problem.get("detail") or problem.get("title") or answer.reason_phrase
    message = f"{words} ({answer.status_code})"
    if answer.status_code >= 500:
        return Unavailable(message, code=str(problem.get("code") or "node_failed"))
    if faults := _faults(problem):
        return Invalid(faults, message)
    return Refused(message, code=str(problem.get("code") or f"http_{answer.status_code}"))


def _of_demo(demo: dict[str, Any] | None, slug: str | None, home: Path) -> Party:
    if demo is None:
        raise click.UsageError(f"There is no demo world in {home}; give the party's key with --key or DEMARCHE_API_KEY.")
    parties = {each["slug"]: each for each in demo["parties"]}
    if slug is None or slug not in parties:
        said = f"there is no party {slug!r} in the demo world" if slug else "say as whom with --party"
        raise click.UsageError(f"{said[0].upper()}{said[1:]}: one of {', '.join(sorted(parties))}; or give a key with --key.")
    each = parties[slug]
    return Party(slug, each["kind"], each["jurisdiction"], each["api_key"])


def _faults(problem: dict[str, Any]) -> list[Fault]:
    named = problem.get("errors")
    each = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    return [Fault(str(one.get("pointer", "")), str(one.get("code", "")), str(one.get("message", ""))) for one in each]


def _items(answer: httpx.Response) -> list[dict[str, Any]]:
    found = (_object(answer) or {}).get("items")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unavailable(f"The answer to GET {answer.request.url.path} is not a list of objects; is {answer.request.url.host} a node?")
    return found


def _next_page(answer: httpx.Response) -> str | None:
    """Its path and query, asked of the same node whatever host the link names."""
    link = answer.links.get("next", {}).get("url")
    return None if link is None else urlunsplit(urlsplit(link)._replace(scheme="", netloc=""))


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:  # not JSON: the status alone has to tell
        return None
    return found if isinstance(found, dict) else None
