"""`demarche config`: what a process started here would be told."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from web.cli import options
from web.cli.outcome import Answer, answering


@click.command()
@options.home
@answering
def config(home: Path | None) -> Answer:
    """Print the settings that a process started here would have, secrets masked.

    They come from the environment: DEMARCHE_HOME, DATABASE_URL, REDIS_URL and so on; docs/cli.md lists them. Passwords in
    addresses are shown as ***.

    \b
    Examples:
      demarche config
      DEMARCHE_PORT=8765 demarche config --json

    Exit codes: 0 done; 2 a setting cannot be used, and the message says which.
    """
    shown = options.settings(home).shown()
    rows = [(name, ", ".join(value) if isinstance(value, list) else value) for name, value in shown.items()]
    return Answer(shown, lambda paper: paper.table(("setting", "value"), rows))
