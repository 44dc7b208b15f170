"""What is no longer used goes in a pause at home, and not between a touch and its screen."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kiosk.flow.states import Place
from kiosk.tidiness import REST_S, THRESHOLDS, Tidiness


class Widget:
    """One that knows itself, as widgets do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def tidiness() -> Iterator[Tidiness]:
    before = gc.get_threshold()
    yield Tidiness()
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_a_visit_leaves_goes_in_the_first_pause_at_home(tidiness: Tidiness) -> None:
    assert gc.get_threshold() == THRESHOLDS
    left = weakref.ref(Widget())
    tidiness.touched(10.0)
    assert not tidiness.look(Place.TICKET, 10.0 + 2 * REST_S)
    assert not tidiness.look(Place.HOME, 10.0 + REST_S / 2)
    assert left() is not None
    assert tidiness.look(Place.HOME, 10.0 + REST_S)
    assert left() is None


def test_one_pause_is_used_once(tidiness: Tidiness) -> None:
    assert not tidiness.look(Place.ATTRACT, 100.0)
    tidiness.touched(100.0)
    assert tidiness.look(Place.ATTRACT, 100.0 + REST_S)
    assert not tidiness.look(Place.ATTRACT, 200.0)
