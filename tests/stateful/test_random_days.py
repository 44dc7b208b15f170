"""Long random days against the rules. HALL_STATEFUL=long plays thousands of them."""

from __future__ import annotations

import os

import pytest

from tests.stateful.random_days import Step, play, steps

DAYS, STEPS = (10_000, 300) if os.environ.get("HALL_STATEFUL") == "long" else (100, 250)


@pytest.mark.timeout(7200)
def test_no_long_day_breaks_a_rule() -> None:
    most_overtaken, calls = 0, 0
    for seed in range(DAYS):
        day_steps = steps(seed, STEPS)
        try:
            referee = play(day_steps).referee
        except Exception as error:
            shortest = _shortened(day_steps)
            pytest.fail(f"seed {seed}: {error!r}; it takes steps {shortest} of {STEPS}")
        most_overtaken = max(most_overtaken, referee.most_overtaken)
        calls += referee.counts["ticket_called"]
    assert most_overtaken >= 5  # the widest bound there is was reached
    assert calls > 10 * DAYS


def _shortened(day_steps: list[Step]) -> list[int]:
    """The numbers of the steps that it takes; what can be left out is left out."""
    kept = list(range(len(day_steps)))
    size = len(kept) // 2
    while size:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if _fails([day_steps[i] for i in fewer]):
                kept = fewer
            else:
                at += size
        size //= 2
    return kept


def _fails(day_steps: list[Step]) -> bool:
    try:
        play(day_steps)
    except Exception:
        return True
    return False
