"""What was late because of us is carried to each party in one message."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add it; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0013_gathering.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: what was said to parties is part of the record of cases."""
    raise NotImplementedError("What was said to parties is part of the record of cases and is not taken back. Restore a backup instead.")
