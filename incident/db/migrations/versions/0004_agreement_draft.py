"""Draft versions of agreements: what a party writes before it proposes anything."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0004_agreement_draft.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: what people have written would be lost."""
    raise NotImplementedError("Draft versions are people's work and are not thrown away. Restore a backup instead.")
