"""`demarche migrate`: roles and schema."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from web.cli import options
from web.cli.outcome import REFUSED, Answer, answering


@click.command()
@click.option("--check", is_flag=True, help="Only say what is missing; exit code 1 when anything is.")
@options.home
@answering
def migrate(check: bool, home: Path | None) -> Answer:
    """Bring the database's roles and schema up to date.

    DATABASE_URL must name a role that may create roles: the owner of the database, not demarche_web or demarche_worker.
    Their passwords are set from DEMARCHE_WEB_PASSWORD and DEMARCHE_WORKER_PASSWORD when these are given. Without
    DATABASE_URL it is the embedded node of the home, while it runs. Harmless to repeat, to run twice at once, and while others
    work: it waits two seconds for the tables that it needs, lets others pass, and begins again, for about a minute.

    \b
    Examples:
      DATABASE_URL=postgresql://owner@db/demarche demarche migrate
      demarche migrate --check --json

    Exit codes: 0 done; 1 refused, or with --check something is missing; 2 a setting cannot be used; 3 no database answers,
    or others held a table for a minute.
    """
    settings = options.settings(home)
    from incident import db  # only now: `--help` need not wait for SQLAlchemy
    from web.cli import database

    url = database.owner_url(settings)
    with database.reaching():
        if check:
            return _missing(url)
        applied = db.migrate(url, web_password=settings.web_password, worker_password=settings.worker_password)
    said = f"Applied {', '.join(applied)}." if applied else "The schema is up to date; nothing was applied."
    return Answer({"applied": applied}, lambda paper: paper.line(said))


def _missing(url: str) -> Answer:
    from incident import db

    engine = db.engine(url, pool_size=1, application="demarche cli")
    try:
        with engine.connect() as connection:
            missing = db.pending(connection)
    finally:
        engine.dispose()
    said = f"Missing: {', '.join(missing)}." if missing else "The schema is up to date."
    return Answer({"pending": missing}, lambda paper: paper.line(said), REFUSED if missing else 0)
