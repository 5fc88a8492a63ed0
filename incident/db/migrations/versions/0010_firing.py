"""When each step of a timer was looked at: our own lateness."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add it; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0010_firing.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: how punctual the node was is part of its record."""
    raise NotImplementedError("How punctual the node was is part of its record and is not taken back. Restore a backup instead.")
