"""What commands that are one call of the API have in common: as whom they speak, the request, its answer, and the end of their help."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

import rich_click as click

from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper
from web.cli.service import service

Json = dict[str, Any]
_EXITS = "Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached."

reason = click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the act.")
note = click.option("--note", metavar="TEXT", default="", help="A note, if any.")
by = click.option("--by", metavar="NAME", required=True, help="The name of whoever says so.")
proof = click.option("--proof", metavar="TEXT", help="What shows it, such as a recording's SHA-256.")
at = click.option("--at", metavar="INSTANT", help="When it was, with its offset. Default: now.")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its `path` under /api/v1; with `then`, what is read from there when it is done is the answer."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    then: str | None = None


def get(path: str) -> Request:
    """Read what is there."""
    return Request("GET", path)


def post(path: str, then: str | None = None, **said: object) -> Request:
    """Do what the path names; what was not said is left out."""
    return Request("POST", path, {name: value for name, value in said.items() if value is not None}, then)


def call(
    group: click.Group | None,
    name: str,
    short: str,
    *examples: str,
    draw: Callable[[Paper, Json], None],
    shape: Callable[[Json], Json] = dict,
) -> Callable[[Callable[..., Request]], click.Command]:
    """Make a command of a function that says which request it is.

    Args:
        group: what it belongs to; None for a command that stands alone.
        short: its line in the list of the group.
        examples: how it is used, for its help, which begins with the function's own words.
        draw: writes the answer for people.
        shape: what the answer is in JSON, and for `draw`, where that is not what the API gave.
    """

    def made(function: Callable[..., Request]) -> click.Command:
        own = function.__dict__.pop("__click_params__", [])

        @options.speaks
        @answering
        @functools.wraps(function)
        def run(party: str | None, key: str | None, base_url: str | None, home: Any, **given: Any) -> Answer:
            asked = function(**given)
            with service(party=party, key=key, base_url=base_url, home=home) as node:
                found = node.ask(asked.method, f"/api/v1/{asked.path}", asked.body)
                found = shape(node.get(f"/api/v1/{asked.then}") if asked.then else found)
            return Answer(found, lambda paper: draw(paper, found))

        run.__dict__["__click_params__"] += own  # the last comes first in the help
        shown = "\n".join(["\b", "Examples:", *(f"  {each}" for each in examples)])
        run.__doc__ = "\n\n".join([cleandoc(function.__doc__ or ""), shown, _EXITS])
        command = click.command(name, short_help=short, cls=click.RichCommand)(run)
        if group is not None:
            group.add_command(command)
        return command

    return made
