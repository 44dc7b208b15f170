"""The screen of a kiosk that no hall knows yet: six digits for the manager, in both languages at
once, because whoever sets it up has chosen none. An application of its own, before the kiosk's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.app import App
from kivy.clock import Clock
from kivy.core.text import LabelBase
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.utils import get_color_from_hex

from kiosk.gateway.pairing import Pairing, Shown
from kiosk.texts import Texts
from kiosk.ui.fonts import FontFiles
from kiosk.ui.typesetting import Words

LOOK_EVERY_S = 0.25
_FONT = "HallPairing"
_PAPER, _INK, _LAKE, _VERMILION = "#f7f5f0", "#17202a", "#0f4c81", "#c2321f"
# Sizes as parts of the window's shorter side: legible from where the manager stands.
_CODE, _TITLE, _BODY = 0.2, 0.055, 0.036


class PairingPicture(BoxLayout):
    """texts: of each language, the hall's own first. address: of the page where the digits go."""

    def __init__(
        self, texts: Sequence[Texts], fonts: FontFiles, address: str, size: tuple[float, float]
    ) -> None:
        LabelBase.register(_FONT, fn_regular=str(fonts.regular), fn_bold=str(fonts.bold))
        self._texts, self._side = texts, min(size)
        super().__init__(
            orientation="vertical",
            padding=self._side * 0.06,
            spacing=self._side * 0.02,
            size_hint=(None, None),
            size=size,
        )
        with self.canvas.before:
            Color(*get_color_from_hex(_PAPER))
            Rectangle(pos=self.pos, size=size)
        self.code = self._words("", _CODE, _LAKE, bold=True)
        self.fault = self._words("", _BODY, _VERMILION)
        title = self._words(self._both("pairing.title", gap="\n"), _TITLE, _INK, bold=True)
        steps = self._words(self._both("pairing.steps", address=address), _BODY, _INK)
        for row in (title, self.code, steps, self.fault):
            self.add_widget(row)

    def show(self, shown: Shown) -> None:
        self.code.words = f"{shown.code[:3]} {shown.code[3:]}" if shown.code else "…"
        self.fault.words = "" if shown.reachable else self._both("pairing.away")

    def _both(self, key: str, gap: str = "\n\n", **values: str) -> str:
        return gap.join(texts(key, **values) for texts in self._texts)

    def _words(self, words: str, part: float, colour: str, *, bold: bool = False) -> Words:
        return Words(
            words=words,
            font_name=_FONT,
            wish_px=self._side * part,
            color=get_color_from_hex(colour),
            bold=bold,
            align="center",
        )


class PairingApp(App):
    """Ends when the kiosk is paired. alive: is called in each round of the screen's loop."""

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

    def build(self) -> PairingPicture:
        Window.clearcolor = get_color_from_hex(_PAPER)
        size = (float(Window.width), float(Window.height))
        self._picture = PairingPicture(self._texts, self._fonts, self._address, size)
        return self._picture

    def on_start(self) -> None:
        self._pairing.start()
        Clock.schedule_interval(lambda _dt: self._look(), LOOK_EVERY_S)

    def on_stop(self) -> None:
        self._pairing.stop()

    def open_settings(self, *_: object) -> bool:
        """Kivy's own settings, on F1: nobody at a kiosk may reach them."""
        return False

    def _look(self) -> None:
        self._alive()
        if self._pairing.paired.is_set():
            self.stop()
        elif (shown := self._pairing.shown) != self._drawn:
            self._drawn = shown
            self._picture.show(shown)
