"""A touch belongs to what stood on the glass; a double press is one. Touches on real frames."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.flow import events as ev
from kiosk.flow.states import Place, State
from kiosk.runtime import Runtime
from kiosk.samples import sample_states
from tests.bench.kiosk.window import KioskWindow

STATES = sample_states()


class Glass:
    """The app's own ground before the window; `finger` is one press, as a thread of SDL's sends."""

    def __init__(self) -> None:
        self.runtime = Runtime(STATES["home"], lambda: self.window.woken())
        self.window = KioskWindow(self.runtime, (540, 960))
        self.steady = self.window._ground.steady
        self.clock_s = 1000.0  # stands still, so that a slow machine's frames take no time
        self.steady._wall_s = lambda: self.clock_s

    def at(self, state: State) -> Any:
        """Shown, seen, and nothing pressed for a while."""
        self.runtime.state = state
        self.window._app._draw()
        self.rounds()
        self.clock_s += 60.0
        return self.window

    def rounds(self) -> None:
        for _ in range(3):
            self.window.frame()

    def centre(self, slot: str) -> tuple[float, float]:
        x, y = self.window._button(slot).center
        return float(x), float(y)

    def down(self, at: tuple[float, float]) -> Any:
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(*at)
        touch.time_start = self.clock_s
        touch.touch_down()
        return touch

    def press(self, at: tuple[float, float], later_s: float = 0.0) -> None:
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(*at)
        touch.time_start = self.clock_s + later_s
        touch.touch_down()
        touch.touch_up()

    @property
    def state(self) -> State:
        return self.runtime.state


@pytest.fixture(scope="module")
def glass(studio: Any) -> Iterator[Glass]:
    studio.clear()
    made = Glass()
    yield made
    made.window._window.unbind(on_flip=made.window._ground.drawn)
    studio.clear()
    studio.stage = None


@pytest.mark.parametrize(
    ("slot", "shown"),
    [
        ("help", lambda state: state.help_open),
        ("low", lambda state: state.manner.low),
        ("voice", lambda state: state.manner.spoken),
        ("language", lambda state: state.manner.language == ev.Language.ENGLISH),
        ("mine", lambda state: state.place is Place.MINE),
    ],
)
@pytest.mark.parametrize("frames_between", [False, True])
def test_a_double_press_has_one_effect_and_never_none(
    glass: Glass, slot: str, shown: Any, frames_between: bool
) -> None:
    glass.at(STATES["home"])
    where = glass.centre(slot)
    glass.press(where)
    if frames_between:
        glass.rounds()
    glass.press(where)
    glass.rounds()
    assert shown(glass.state)
    if slot == "mine":
        assert not glass.state.session.trail, "one door, one step to go back"


def test_the_same_key_typed_twice_is_two_signs_and_a_later_press_counts(glass: Glass) -> None:
    glass.at(STATES["mine"])
    where = glass.centre("key-7")
    glass.press(where)
    glass.press(where)
    glass.rounds()
    assert glass.state.session.code == "77"
    where = glass.centre("voice")
    glass.press(where)
    glass.rounds()
    glass.press(where, later_s=0.6)
    glass.rounds()
    assert not glass.state.manner.spoken


def test_a_slow_double_press_chooses_nothing_on_the_screen_behind(glass: Glass) -> None:
    glass.at(STATES["services"])
    behind = glass.centre("search")
    glass.at(STATES["home"])
    glass.steady.up(glass.down(behind))
    glass.runtime.state = STATES["services"]
    glass.window._app._draw()
    glass.rounds()
    glass.press(behind, later_s=0.3)
    glass.press(behind, later_s=0.6)
    glass.rounds()
    assert glass.state.place is Place.SERVICES, "the press was meant for home"
    glass.press(behind, later_s=0.8)
    glass.rounds()
    assert glass.state.place is Place.MATTERS


def test_a_finger_means_nothing_that_it_has_not_seen(glass: Glass) -> None:
    glass.at(STATES["services"])
    tile = glass.centre("service-D")
    glass.at(STATES["home"])
    glass.press(glass.centre("number"))
    glass.press(tile)  # before the services stand there
    glass.rounds()
    assert glass.state.place is Place.SERVICES
    # What SDL hands out right after a frame came while that frame was drawn.
    glass.at(STATES["home"])
    glass.press(glass.centre("number"))
    glass.window.frame()
    glass.press(tile)
    glass.rounds()
    assert glass.state.place is Place.SERVICES


def test_a_finger_that_lifts_from_another_screen_presses_nothing(glass: Glass) -> None:
    glass.at(STATES["issuing-delayed"])
    finger = glass.down(glass.centre("leave"))
    glass.runtime.state = STATES["ticket"]
    glass.window._app._draw()
    glass.rounds()
    finger.touch_up()
    glass.rounds()
    assert glass.state.place is Place.TICKET, "nobody asked to leave the number"


def test_the_answer_to_the_warning_counts_though_the_warning_goes_under_the_finger(
    glass: Glass,
) -> None:
    glass.at(STATES["warning"])
    finger = glass.down(glass.centre("warning-leave"))
    glass.rounds()
    assert not glass.state.warned
    finger.touch_up()
    glass.rounds()
    assert glass.state.place is Place.HOME


def test_a_touch_over_the_wire_belongs_to_the_frame_that_was_looked_at(glass: Glass) -> None:
    from kiosk.ui.capture import FrameSource

    offered: list[int] = []

    def offer(_width: int, _height: int, _rows: bytes) -> int:
        offered.append(len(offered) + 1)
        return offered[-1]

    source = FrameSource(glass.window._window, lambda: True, offer, glass.steady)
    width, height = glass.window._window.size

    def send(at: tuple[float, float], frame: int | None) -> None:
        for phase in ("down", "up"):
            source.inject(phase, at[0] / width, 1 - at[1] / height, frame)

    def arrive(place: Place) -> None:
        until = time.monotonic() + 30
        while glass.state.place is not place or source._sent or source._due:
            assert time.monotonic() < until, glass.state.place
            glass.window._window.canvas.ask_update()
            glass.window.frame()

    glass.at(STATES["services"])
    tile = glass.centre("service-D")
    glass.at(STATES["home"])
    number, looked_at = glass.centre("number"), None
    send(number, looked_at)
    arrive(Place.SERVICES)
    stale = offered[0] - 1
    send(tile, stale)
    glass.rounds()
    assert glass.state.place is Place.SERVICES, "that was another picture"
    # Who follows the flow and not the picture waits for it.
    glass.at(STATES["home"])
    send(number, None)
    send(tile, None)
    glass.runtime._hands = None
    with pytest.raises(AssertionError, match="no hands"):
        arrive(Place.CHECKING)
    glass.window._window.unbind(on_flip=source._on_flip)
