"""Column types, named once, and tables defined by them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

UUID = sa.Uuid()
TEXT = sa.Text()
INT = sa.Integer()
BIGINT = sa.BigInteger()
BOOL = sa.Boolean()
DATE = sa.Date()
BYTES = sa.LargeBinary()
INSTANT = sa.TIMESTAMP(timezone=True)
JSON = JSONB(none_as_null=False)
TEXTS = ARRAY(sa.Text())
UUIDS = ARRAY(sa.Uuid())

METADATA = sa.MetaData(schema="demarche")


def table(name: str, /, **columns: sa.types.TypeEngine[Any]) -> sa.Table:
    """A table as the application uses it. Keys, constraints and walls are the migrations' business."""
    return sa.Table(name, METADATA, *(sa.Column(column, type_) for column, type_ in columns.items()))
