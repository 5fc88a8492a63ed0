"""When each affected state became known, which duties relay to which state, and the board's mark of what crosses a border."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add all three; the SQL beside this file says what and why."""
    cursor = op.get_bind().connection.cursor()  # many statements, and "%" in them is not a parameter
    cursor.execute(Path(__file__).with_name("0011_relays.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refused: which state was to be told, and since when, is part of the record of cases."""
    raise NotImplementedError("To whom a case was to be relayed is part of its record and is not taken back. Restore a backup instead.")
