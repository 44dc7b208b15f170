"""What lies under the stage: every touch comes here first, wherever it falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.uix.floatlayout import FloatLayout

from kiosk.flow.states import State
from kiosk.ui.corner import CornerHold
from kiosk.ui.steady import SteadyTouch
from kiosk.ui.widgets import Pressable


class Ground(FloatLayout):
    """settle: carries out what earlier touches asked for; touched: told of every finger; held: of
    one that stays in the corner."""

    def __init__(
        self,
        settle: Callable[[], None],
        touched: Callable[[], None],
        held: Callable[[], None],
        **kwargs: Any,
    ) -> None:
        self._settle, self._touched, self._corner = settle, touched, CornerHold(held)
        self.steady = SteadyTouch()
        super().__init__(**kwargs)

    def shows(self, state: State) -> None:
        """Told before it is drawn. The warning goes away under the finger that answers it."""
        picture = (
            state.place, state.page, len(state.session.answers), state.manner, state.help_open,
        )  # fmt: skip
        screen = (state.place, len(state.session.answers))
        if self.steady.shows(picture, state.warned, screen):
            self.canvas.ask_update()

    def drawn(self, *_: object) -> None:
        """The window has shown a frame. Kivy hands out the touches that came while it was drawn in
        the round that follows, before what is due at that round's end."""
        if not self.steady.is_seen:
            change = self.steady.changes
            Clock.schedule_once(lambda _dt: self.steady.seen(change), -1)

    def on_touch_down(self, touch: Any) -> bool:
        self._settle()
        self._touched()
        if not self.steady.down(touch, max(self.size)):
            return True
        self._corner.down(touch)
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: Any) -> bool:
        self._corner.move(touch)
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: Any) -> bool:
        self._settle()
        self._corner.up()
        if not self.steady.up(touch):
            _let_go(touch)
        return bool(super().on_touch_up(touch))


def _let_go(touch: Any) -> None:
    """What it was laid on has gone: its lifting presses nothing."""
    for widget in [held() for held in touch.grab_list]:
        if isinstance(widget, Pressable):
            touch.ungrab(widget)
            widget.let_go()
