"""Which notifications perform a duty, so that they are found at once however much else is due."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add them; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0016_performing.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: the program of now asks for it."""
    raise NotImplementedError("This is not taken back. Restore a backup instead.")
