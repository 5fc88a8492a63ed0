"""The first schema, with its walls."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0001_first.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: this would delete every record of the node."""
    raise NotImplementedError("The first schema is not taken back: it would delete every record. Restore a backup instead.")
