"""What parties say against a clock, and of which reading a line of the board is."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0006_claims.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: what was claimed and agreed is part of the record of cases."""
    raise NotImplementedError("What was claimed is part of the record of cases and is not taken back. Restore a backup instead.")
