"""What officers have armed of the catalogue; duties that are planned for although no law gives them a number."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0002_arming.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: cases were planned by what was armed, and their record would be lost."""
    raise NotImplementedError("What was armed is part of the record of cases and is not taken back. Restore a backup instead.")
