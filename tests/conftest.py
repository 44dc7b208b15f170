"""What any test may ask for: a PostgreSQL database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess

TEMPLATE = "hall_template"
ServerProcess.forks = True


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
