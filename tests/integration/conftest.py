"""One real server per test module, and clients of every role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import TEMPLATE
from tests.support.postgres import PostgresServer
from tests.support.server import Client, ServerProcess


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that names STORES has its tests run on each of them."""
    if "store" in metafunc.fixturenames:
        stores = getattr(metafunc.module, "STORES", ("sqlite",))
        metafunc.parametrize("store", stores, scope="module")


@pytest.fixture(scope="module")
def server(
    store: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    database = None
    if store == "postgres":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        database = postgres.fresh_database(TEMPLATE)
    with ServerProcess(folder, database=database) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: ServerProcess) -> Client:
    return server.client("admin")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of the test's own, with an empty hall."""
    with ServerProcess(tmp_path) as running:
        yield running
