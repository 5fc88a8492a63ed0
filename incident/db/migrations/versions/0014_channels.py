"""Chat and paging services as channels, what each channel has shown of itself, and what comes back of mail."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add them; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0014_channels.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: how parties were reached is part of the record of cases."""
    raise NotImplementedError("How parties were reached is part of the record of cases and is not taken back. Restore a backup instead.")
