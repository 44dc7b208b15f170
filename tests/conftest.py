"""What holds for all tests, and what any may ask for: a PostgreSQL database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess

TEMPLATE = "hall_template"
ServerProcess.forks = True

_configure_logs = structlog.configure


def _configure_logs_uncached(**settings: Any) -> None:
    """A logger that was kept from one test would hide from the next what it asks for."""
    _configure_logs(**{**settings, "cache_logger_on_first_use": False})


structlog.configure = _configure_logs_uncached


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """What one test makes of the log, or what it runs in this process does, does not last."""
    before = structlog.get_config()
    before = {**before, "processors": list(before["processors"])}
    yield
    structlog.configure(**before)


# Folders whose files take longest; begun first, so that at the end no process works on alone.
_SLOW_FIRST = ("browser", "e2e", "kiosk", "launcher", "faults", "device", "integration", "flows")


# Of them, those whose tests meet real time: tried once more when red, and named at the end.
_REAL_TIME = {"browser", "e2e", "kiosk", "launcher", "faults", "device", "integration"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place_in_line)
    for item in items:
        if _folder(item) in _REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What a first try broke on is to be read too."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.line(report.longreprtext)


def _place_in_line(item: pytest.Item) -> int:
    folder = _folder(item)
    return _SLOW_FIRST.index(folder) if folder in _SLOW_FIRST else len(_SLOW_FIRST)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process, with the newest schema in a template."""
    from queue_server.journal.postgres import PostgresDatabase

    server = PostgresServer()
    server.start()

    async def make_template() -> None:
        database = await PostgresDatabase.opened(server.url(TEMPLATE))
        await database.close()

    try:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(make_template())
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of an empty database with the newest schema, which goes away after the test."""
    url = postgres.fresh_database(TEMPLATE)
    yield url
    postgres.drop(url)
