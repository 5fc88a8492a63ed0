"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import rich_click as click

from incident.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

home = click.option("--home", type=click.Path(path_type=Path), help="The node's folder. Default: DEMARCHE_HOME, or ./.demarche.")


class Address(click.ParamType[str]):
    """Where a node is: http or https, with a host."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address as it was given."""
        try:
            parts = urlsplit(str(value))
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
        except ValueError:
            usable = False
        if not usable:
            self.fail(f"{value!r} is not an http or https address, such as http://127.0.0.1:8000.", param, ctx)
        return str(value)


ADDRESS = Address()


def settings(home: Path | None) -> Settings:
    """The settings of this environment, for that home.

    Raises:
        BadSetting: naming the variable and the expected form.
    """
    return Settings.from_environment(home=home)


def speaks(function: F) -> F:
    """As whom and where to a command speaks HTTP."""
    for option in (
        home,
        click.option("--base-url", type=ADDRESS, metavar="URL", help="The node. Default: the one in demo.json, or DEMARCHE_BASE_URL."),
        click.option("--key", envvar="DEMARCHE_API_KEY", show_envvar=True, help="The party's API key, better in the environment."),
        click.option("--party", metavar="SLUG", help="The party of the demo world to speak as; its key is in $DEMARCHE_HOME/demo.json."),
    ):
        function = option(function)
    return function


class Duration(click.ParamType[timedelta]):
    """`90m`, `24h` or `3d`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The span, from a minute to ten years."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,6})([mhd])", str(value).strip())
        span = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
        if not timedelta() < span <= timedelta(days=3660):
            self.fail(f"{value!r} is not a duration; expected a number of m, h or d such as 24h, ten years at most.", param, ctx)
        return span
