"""The screen of a kiosk that no hall knows yet: six digits for the manager, in both languages at
once, because whoever sets it up has chosen none. An application of its own, before the kiosk's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.utils import get_color_from_hex

from kiosk.gateway.pairing import Pairing, Shown
from kiosk.texts import Texts
from kiosk.ui.fonts import FontFiles

LOOK_EVERY_S = 0.25
_PAPER, _INK, _LAKE, _VERMILION = "#f7f5f0", "#17202a", "#0f4c81", "#c2321f"
# Sizes as parts of the window's shorter side: legible from where the manager stands.
_CODE, _TITLE, _BODY = 0.2, 0.055, 0.036


class PairingApp(App):
    """texts: of each language, the hall's own first. Ends when the kiosk is paired. alive: is
    called in each round of the screen's loop."""

    def __init__(
        self,
        pairing: Pairing,
        texts: Sequence[Texts],
        fonts: FontFiles,
        address: str,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._alive = alive
        self._pairing, self._texts, self._fonts, self._address = pairing, texts, fonts, address
        self._drawn: Shown | None = None

    def build(self) -> BoxLayout:
        Window.clearcolor = get_color_from_hex(_PAPER)
        self._side = min(Window.size)
        self.code = self._label("", _CODE, _LAKE, bold=True)
        self.fault = self._label("", _BODY, _VERMILION)
        rows = BoxLayout(orientation="vertical", padding=self._side * 0.06)
        rows.add_widget(self._label(self._both("pairing.title", gap="\n"), _TITLE, _INK, bold=True))
        rows.add_widget(self.code)
        steps = self._both("pairing.steps", address=self._address)
        rows.add_widget(self._label(steps, _BODY, _INK))
        rows.add_widget(self.fault)
        return rows

    def on_start(self) -> None:
        self._pairing.start()
        Clock.schedule_interval(lambda _dt: self._look(), LOOK_EVERY_S)

    def on_stop(self) -> None:
        self._pairing.stop()

    def _both(self, key: str, gap: str = "\n\n", **values: str) -> str:
        return gap.join(texts(key, **values) for texts in self._texts)

    def _label(self, text: str, part: float, colour: str, *, bold: bool = False) -> Label:
        font = self._fonts.bold if bold else self._fonts.regular
        label = Label(
            text=text,
            font_name=str(font),
            font_size=self._side * part,
            color=get_color_from_hex(colour),
            halign="center",
            valign="middle",
            line_height=1.3,
        )
        label.bind(size=lambda node, size: setattr(node, "text_size", size))
        return label

    def open_settings(self, *_: object) -> bool:
        """Kivy's own settings, on F1: nobody at a kiosk may reach them."""
        return False

    def _look(self) -> None:
        self._alive()
        if self._pairing.paired.is_set():
            self.stop()
        elif (shown := self._pairing.shown) != self._drawn:
            self._drawn = shown
            self.code.text = f"{shown.code[:3]} {shown.code[3:]}" if shown.code else "…"
            self.fault.text = "" if shown.reachable else self._both("pairing.away")
