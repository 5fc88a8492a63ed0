"""`demarche demo`: the demo world, for people who try the node and for scripts that drive it."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rich_click as click

from incident.errors import Refused
from incident.settings import Settings
from web.cli import options, world
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper


@click.command()
@click.option("--load", is_flag=True, help="Load it into a node that has no party yet; elsewhere only print it.")
@options.home
@answering
def demo(load: bool, home: Path | None) -> Answer:
    """Print the demo world: parties with their keys, deployments, people, agreements.

    `demarche up` loads it at its first start and writes it to $DEMARCHE_HOME/demo.json, readable by its owner alone. With --json:
    {base_url, parties: [{slug, uri, kind, jurisdiction, api_key}], deployments: [{slug, operator, suppliers, jurisdiction}],
    people: [{email, password, party}], agreements: [{name, version}]}.

    \b
    Examples:
      demarche demo
      demarche demo --json | jq -r '.parties[] | select(.slug == "cert-ee").api_key'

    Exit codes: 0 done; 1 there is no demo world, or the node has parties of its own; 3 nothing runs (--load).
    """
    settings = options.settings(home)
    if load:
        _load(settings)
    found = world.found(settings.home)
    if found is None:
        raise Refused(f"There is no demo world in {settings.home}; `demarche up` makes one in an empty home.", code="no_demo")
    return Answer(found, lambda paper: _draw(paper, found))


def _load(settings: Settings) -> None:
    from web.cli import database  # only now: printing needs no database
    from web.demo import loader

    if not _is_loopback(urlsplit(settings.base_url).hostname or ""):
        raise Refused(
            f"{settings.base_url} is not a loopback address; the demo's keys and passwords are for those alone.", code="not_loopback"
        )
    with database.worker_node(settings) as node:
        loader.ensure(node)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"The node is at {found['base_url']}", "bold")
    paper.line()
    for name, columns in (
        ("people", ("email", "password", "party")),
        ("parties", ("slug", "kind", "jurisdiction", "uri", "api_key")),
        ("deployments", ("slug", "jurisdiction", "operator", "suppliers")),
        ("agreements", ("name", "version")),
    ):
        paper.line(name.capitalize(), "bold")
        paper.table(columns, [[_cell(each[column]) for column in columns] for each in found[name]])
        paper.line()


def _cell(value: Any) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
