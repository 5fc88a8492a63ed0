"""In which state every notification is, how it came there, and who opened a notice."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Rename the states and add the rest; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0007_delivery_states.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: how notifications travelled is part of the record of cases."""
    raise NotImplementedError("How notifications travelled is part of the record of cases and is not taken back. Restore a backup instead.")
