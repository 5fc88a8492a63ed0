"""How a command ends: one answer, printed once, as JSON or for people, and an exit code."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import rich_click as click

from incident.errors import Fault, Invalid, Refused, Unavailable
from web.cli.paper import Paper, clean

DONE, REFUSED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
_USAGE_CODES = frozenset({"bad_setting", "bad_home"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: `document` is the JSON, `draw` writes the same for people, `code` is the exit code."""

    document: object
    draw: Callable[[Paper], None]
    code: int = DONE


def answering(function: Callable[..., Answer]) -> Callable[..., None]:
    """Give a command whose body returns an `Answer` the option --json, and print the answer or the refusal."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, and nothing else there.")
    @functools.wraps(function)
    def run(*args: Any, as_json: bool, **options: Any) -> None:
        try:
            answer = function(*args, **options)
        except Refused as refused:
            answer = _refusal(refused)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)
        if as_json:
            click.echo(json.dumps(answer.document))
        else:
            answer.draw(Paper())
        sys.exit(answer.code)

    return run


def _refusal(refused: Refused) -> Answer:
    faults = refused.faults if isinstance(refused, Invalid) else []
    click.echo(f"Error: {clean(refused.message)}", err=True)
    for line in fault_lines(faults):
        click.echo(f"  {line}", err=True)
    document = {"error": {"code": refused.code, "message": refused.message, "faults": [shown(each) for each in faults]}}
    return Answer(document, lambda paper: None, _code(refused))


def shown(fault: Fault) -> dict[str, str]:
    """A fault in JSON: `{pointer, code, message}`."""
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message}


def fault_lines(faults: Iterable[Fault]) -> list[str]:
    """Each fault on a line, led by its pointer."""
    return [clean(f"{each.pointer or '(the whole)'}: {each.message}") for each in faults]


def _code(refused: Refused) -> int:
    if isinstance(refused, Unavailable):
        return UNREACHABLE
    return USAGE if refused.code in _USAGE_CODES else REFUSED
