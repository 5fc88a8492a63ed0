"""Clocks that stand still, duties that may not be performed, and the notices that say so."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0005_pauses.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: what was paused would be late, and the record of why it was not would be lost."""
    raise NotImplementedError("Pauses are part of the record of cases and are not taken back. Restore a backup instead.")
