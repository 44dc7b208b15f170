"""The bench's own parts: journeys on the real window, a touch that leads elsewhere, the line."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.flow.states import Place
from tests.bench.kiosk.figures import growth
from tests.bench.kiosk.journeys import VISITS, Visitors
from tests.bench.kiosk.window import WrongScreen

SIZE = (540, 960)


@pytest.fixture(scope="module")
def visitors(studio: Any) -> Any:
    """Shares the one window of the other tests."""
    studio.clear()
    yield Visitors(SIZE)
    studio.clear()
    studio.stage = None


def test_visits_end_at_home_and_their_frames_are_measured(visitors: Any) -> None:
    """The bench itself plays the other kinds, as strictly."""
    for kind in ("card", "walks away"):
        visitors.journey(VISITS[kind])
        assert visitors.runtime.state.place is Place.HOME
    report = visitors.frames.report()
    assert report["ours_ms"]["p50"] > 0.0
    assert report["renderer_ms"]["p50"] > 0.0


def test_a_touch_that_leads_elsewhere_ends_the_bench_with_words(visitors: Any) -> None:
    with pytest.raises(WrongScreen, match="number leads to services, not to mine"):
        visitors.window.touch("number", Place.MINE)
    with pytest.raises(WrongScreen, match="0 buttons nowhere at services"):
        visitors.window.touch("nowhere", Place.HOME)


@pytest.mark.parametrize(
    ("kib_a_journey", "flat"), [(0.0, True), (0.1, True), (0.5, False), (5.0, False)]
)
def test_growth_is_told_from_what_only_jumps(kib_a_journey: float, flat: bool) -> None:
    journeys = [100 * n for n in range(11)]
    memory = [5e5 + kib_a_journey * n + (n // 100 % 2) for n in journeys]
    told = growth(journeys, memory)
    assert told["flat"] is flat
    assert abs(float(str(told["kib_per_1000_journeys"])) - 1000 * kib_a_journey) < 10


def test_too_few_and_too_wild_points_decide_nothing() -> None:
    told = growth([0, 10, 20, 30, 40, 50], [0.0, 90.0, 10.0, 120.0, 30.0, 99.0])
    assert told["flat"] is None
