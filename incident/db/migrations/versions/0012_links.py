"""What is done by one-time links, what recipients ask, and what one party says that another did."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add both; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0012_links.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: what was asked and said is part of the record of cases."""
    raise NotImplementedError("What was asked and said is part of the record of cases and is not taken back. Restore a backup instead.")
