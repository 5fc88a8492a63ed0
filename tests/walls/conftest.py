"""One populated world for every test of the walls: they undo what they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.walls.doors import OneTransaction, OwnLogins
from tests.walls.populated import Populated, populated
from tests.world import url_of


@pytest.fixture(scope="session")
def who() -> Iterator[Populated]:
    with populated() as made:
        yield made


@pytest.fixture(scope="session")
def logins(who: Populated) -> OwnLogins:
    return OwnLogins(who.world.database)


@pytest.fixture
def sabotage(who: Populated) -> Iterator[OneTransaction]:
    """An open transaction of the administrator's: whatever is changed in it, the walls included, is undone."""
    made = sa.create_engine(url_of("admin", who.world.database), poolclass=sa.NullPool)
    with made.connect() as connection:
        yield OneTransaction(connection)
        connection.rollback()
