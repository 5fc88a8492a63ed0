"""`demarche health`: is a node ready."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import rich_click as click

from incident.errors import Unavailable
from web.cli import options
from web.cli.outcome import REFUSED, Answer, answering

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option(
    "--base-url", type=options.ADDRESS, metavar="URL", help="The node. Default: DEMARCHE_BASE_URL, else DEMARCHE_HOST and DEMARCHE_PORT."
)
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=5.0, show_default=True, help="Seconds to wait for the answer.")
@options.home
@answering
def health(base_url: str | None, timeout: float, home: Path | None) -> Answer:
    """Ask a node whether it is ready.

    \b
    Examples:
      demarche health
      demarche health --base-url https://demarche.example.ee --json

    Exit codes: 0 ready; 1 it answers that it is not; 2 wrong usage; 3 no node answers there.
    """
    base = (base_url or options.settings(home).base_url).rstrip("/")
    try:
        answer = httpx.get(f"{base}/readyz", timeout=timeout, trust_env=urlsplit(base).hostname not in _LOOPBACK)
    except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable(f"No node answers at {base}: {error}.", code="node_unreachable") from error
    ready = answer.status_code == 200
    document = {"base_url": base, "ready": ready, "status": answer.status_code, "said": _said(answer)}
    words = "is ready" if ready else f"is not ready (status {answer.status_code})"
    return Answer(document, lambda paper: paper.line(f"{base} {words}.", "green" if ready else "bold red"), 0 if ready else REFUSED)


def _said(answer: httpx.Response) -> object:
    """Its own words, where they are JSON."""
    try:
        return answer.json()
    except ValueError:
        return None
