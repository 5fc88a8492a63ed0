"""Keys by which parties sign, and what each party did about a version of an agreement: signed, suspended, resumed, ended."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0003_signing.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: signatures would be lost."""
    raise NotImplementedError("What parties signed is evidence and is not taken back. Restore a backup instead.")
