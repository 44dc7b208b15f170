"""What is no longer used goes in a pause at home, and not between a touch and its screen."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kiosk.flow.events import View
from kiosk.flow.states import Manner, Place, State
from kiosk.tidiness import READ_S, REST_S, THRESHOLDS, WHOLE_EVERY_S, Tidiness

USUAL = Manner()


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


def at(place: Place, manner: Manner = USUAL) -> State:
    return State(place=place, manner=manner, usual_manner=USUAL)


def test_what_a_visit_leaves_goes_in_the_first_pause_at_home(tidiness: Tidiness) -> None:
    assert gc.get_threshold() == THRESHOLDS
    left = weakref.ref(Widget())
    tidiness.touched(10.0)
    assert not tidiness.look(at(Place.TICKET), 10.0 + 2 * REST_S)
    assert not tidiness.look(at(Place.HOME), 10.0 + REST_S / 2)
    assert left() is not None
    assert tidiness.look(at(Place.HOME), 10.0 + REST_S)
    assert left() is None


def test_screens_left_behind_go_while_somebody_reads_the_next(tidiness: Tidiness) -> None:
    tidiness.touched(10.0)
    left = [weakref.ref(Widget()) for _ in range(8_000)]
    assert not tidiness.look_while_reading(10.0 + READ_S / 2)
    assert all(each() is not None for each in left)
    assert tidiness.look_while_reading(10.0 + 2 * READ_S)
    assert not any(each() is not None for each in left)
    assert not tidiness.look_while_reading(10.0 + 3 * READ_S), "nothing new came"


def test_one_pause_is_used_once(tidiness: Tidiness) -> None:
    assert not tidiness.look(at(Place.ATTRACT), 100.0)
    tidiness.touched(100.0)
    assert tidiness.look(at(Place.ATTRACT), 100.0 + REST_S)
    assert not tidiness.look(at(Place.ATTRACT), 200.0)


def test_what_dies_after_it_was_left_out_goes_within_the_hour(tidiness: Tidiness) -> None:
    alive = Widget()
    tidiness.touched(0.0)
    assert tidiness.look(at(Place.HOME), REST_S)
    left = weakref.ref(alive)
    del alive
    assert not tidiness.look(at(Place.HOME), REST_S + WHOLE_EVERY_S)
    assert left() is not None
    assert tidiness.look(at(Place.ATTRACT), REST_S + WHOLE_EVERY_S)
    assert left() is None


def test_another_persons_view_is_not_left_out(tidiness: Tidiness) -> None:
    alive = Widget()
    tidiness.touched(0.0)
    assert tidiness.look(at(Place.HOME, Manner(View.ELDER)), REST_S)
    left = weakref.ref(alive)
    del alive
    tidiness.touched(REST_S)
    assert tidiness.look(at(Place.HOME), 2 * REST_S)
    assert left() is None
