"""Thousands of random commands, crashes, duplicates and late retries against the hall's rules.

HALL_STATEFUL=long makes the long run of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import ClassVar

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import TEMPLATE
from tests.stateful.machine import HallMachine
from tests.stateful.stores import MemoryStore, PostgresStore, SqliteStore, Store
from tests.support.postgres import PostgresServer

LONG = os.environ.get("HALL_STATEFUL") == "long"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of failures that the test itself asks for say nothing in the log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


class OnMemory(HallMachine):
    def store(self) -> Store:
        return MemoryStore()


class OnSqlite(HallMachine):
    def store(self) -> Store:
        return SqliteStore(self.folder)


class OnPostgres(HallMachine):
    """Two processes' worth, racing for the same hall."""

    processes = 2
    server: ClassVar[PostgresServer]

    def store(self) -> Store:
        return PostgresStore(self.server.fresh_database(TEMPLATE))


def _settings(examples: int, steps: int) -> settings:
    """More of both in the long run, which also makes what it found short: that takes minutes."""
    return settings(
        max_examples=examples * (20 if LONG else 1),
        stateful_step_count=steps * (4 if LONG else 1),
        phases=list(Phase) if LONG else [Phase.generate],
        deadline=None,
        derandomize=not LONG,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.mark.timeout(7200 if LONG else 120)
@pytest.mark.parametrize(
    ("machine", "examples", "steps"), [(OnMemory, 40, 50), (OnSqlite, 8, 40), (OnPostgres, 4, 30)]
)
def test_no_sequence_of_events_breaks_a_rule(
    machine: type[HallMachine], examples: int, steps: int, request: pytest.FixtureRequest
) -> None:
    if machine is OnPostgres:
        OnPostgres.server = request.getfixturevalue("postgres")
    run_state_machine_as_test(machine, settings=_settings(examples, steps))
