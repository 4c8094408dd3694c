"""The town and its people, for the tests of the project pages."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.conftest import LogIn
from tests.web.deals import town as towns
from tests.web.deals.town import Desk, Town


@pytest.fixture
def town(database: Database, manager: Actor, officer: Actor) -> Town:
    return towns.build(database, manager, officer)


@pytest.fixture
def gp(logged_in: LogIn) -> Desk:
    """基金经理: pays, and may record what he sees."""
    return Desk(logged_in(Role.FUND_MANAGER))


@pytest.fixture
def office(logged_in: LogIn) -> Desk:
    """招商专员: records, and verifies what others recorded."""
    return Desk(logged_in(Role.INVESTMENT_OFFICE))


@pytest.fixture
def query_count(database: Database) -> Callable[[Callable[[], object]], int]:
    """How many statements an act sends."""

    def counted(act: Callable[[], object]) -> int:
        sent: list[str] = []
        engines = (database.reader, database.writer)

        def note(_conn, _cursor, statement, *_rest) -> None:
            sent.append(statement)

        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        try:
            act()
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return counted
