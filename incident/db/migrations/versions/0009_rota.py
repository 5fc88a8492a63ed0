"""Who of a party is on call when, and the hours in which nobody of it can be reached."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0009_rota.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the rotas away again: who is on call is then asked of the clauses alone."""
    op.execute("drop table demarche.reach, demarche.turn, demarche.rota")
