"""Findings that stay when they are mended, those of the node for whoever files here, and who has seen them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add them; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0015_seen.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: who has seen what is part of the record."""
    raise NotImplementedError("What was found and who has seen it is not taken back. Restore a backup instead.")
