"""Thousands of random commands, crashes, duplicates and late retries against the hall's rules.

HALL_STATEFUL=long makes the long run of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import HallMachine
from tests.stateful.stores import MemoryStore, SqliteStore

LONG = os.environ.get("HALL_STATEFUL") == "long"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of failures that the test itself asks for say nothing in the log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


class OnMemory(HallMachine):
    make_store = MemoryStore


class OnSqlite(HallMachine):
    make_store = SqliteStore


def _settings(examples: int, steps: int) -> settings:
    """More of both in the long run."""
    return settings(
        max_examples=examples * (20 if LONG else 1),
        stateful_step_count=steps * (4 if LONG else 1),
        deadline=None,
        derandomize=not LONG,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.mark.timeout(7200 if LONG else 120)
@pytest.mark.parametrize(("machine", "examples", "steps"), [(OnMemory, 60, 50), (OnSqlite, 12, 40)])
def test_no_sequence_of_events_breaks_a_rule(
    machine: type[HallMachine], examples: int, steps: int
) -> None:
    run_state_machine_as_test(machine, settings=_settings(examples, steps))
