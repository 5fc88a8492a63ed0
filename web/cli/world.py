"""The demo's file in a home: where the node is, who there is, and their keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from incident.errors import Refused

FILE = "demo.json"
_SHAPE: dict[str, frozenset[str]] = {
    "parties": frozenset({"slug", "uri", "kind", "jurisdiction", "api_key"}),
    "deployments": frozenset({"slug", "operator", "suppliers", "jurisdiction"}),
    "people": frozenset({"email", "password", "party"}),
    "agreements": frozenset({"name", "version"}),
}


class BadWorld(Refused):
    """The file is there and cannot be used."""

    code = "bad_demo_file"


def found(home: Path) -> dict[str, Any] | None:
    """`{base_url, parties, deployments, people, agreements}`, or None when this home has no demo.

    Raises:
        BadWorld: the file is something else, or cannot be read.
    """
    path = home / FILE
    try:
        world = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadWorld(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadWorld(f"{path} is not JSON: {error}.") from error
    if not isinstance(world, dict) or not isinstance(world.get("base_url"), str):
        raise BadWorld(f"{path} is not a demo world; expected an object with base_url, {', '.join(_SHAPE)}.")
    for name, members in _SHAPE.items():
        rows = world.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) and members <= row.keys() for row in rows):
            raise BadWorld(f"{path} is not a demo world; expected {name} as a list of {{{', '.join(sorted(members))}}}.")
    return world
