"""The benchmark's own parts: the spec file, the simulated hall, the score."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from queue_server.domain import events as e
from tests.bench.wait.play import Played, settled
from tests.bench.wait.rivals import NAMES
from tests.bench.wait.score import pinball, table
from tests.bench.wait.spec import HALLS, built_in, load
from tests.bench.wait.truth import Day, opened_hall, working_days


def test_every_built_in_hall_is_read() -> None:
    assert {spec.name for spec in built_in()} >= {"county", "town", "city"}


def test_an_unknown_key_of_a_spec_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text((HALLS / "town.toml").read_text().replace("gap_s", "gab_s"))
    with pytest.raises(ValueError, match="gab_s"):
        load(file)


def test_a_seed_is_a_day_and_a_missing_window_stays_closed() -> None:
    spec = load(HALLS / "town.toml")
    logs = []
    for _ in range(2):
        log: list[tuple[e.Event, int]] = []
        state = opened_hall(spec, lambda event, at_ms: None)
        day = working_days(1)[0]
        told = lambda event, at_ms, log=log: log.append((event, at_ms))  # noqa: E731
        Day(spec, state, day, 5, told, missing=frozenset({"2"})).play()
        logs.append(log)
    assert logs[0] == logs[1]
    names = Counter(type(event).__name__ for event, _ in logs[0])
    assert names["TicketIssued"] > 20
    assert names["TicketCalled"] > 15
    opened = [event.window for event, _ in logs[0] if isinstance(event, e.WindowOpened)]
    assert opened == ["1"]


def test_pinball_loses_on_either_side() -> None:
    assert pinball(100, 80, 0.9) == pytest.approx(18)
    assert pinball(80, 100, 0.9) == pytest.approx(2)


def test_a_short_run_scores_everybody_on_the_same_tickets() -> None:
    spec = dataclasses.replace(load(HALLS / "town.toml"), train_days=4, test_days=1)
    tickets = list(settled(Played(spec, 3, 300).play().tickets))
    row = table(tickets, ("ours", *NAMES))
    assert row["tickets"] == len(tickets) > 15
    assert set(row["estimates"]) == {"ours", *NAMES}
    assert row["estimates"]["ours"]["mae_s"] > 0
