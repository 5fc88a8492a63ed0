"""What the audit found, and how far it has looked."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0008_findings.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: an audit that had looked once would begin anew without saying so."""
    raise NotImplementedError("The findings of the audit are not taken back. Restore a backup instead.")
