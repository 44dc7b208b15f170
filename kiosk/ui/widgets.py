"""The kiosk's own widgets: what can be pressed, and what shows that something goes on.

They draw and say that they were pressed; what that means is not theirs to know. Looks stand in
widgets.kv, where `look`, `icon` and `t` are the running view's.
"""

from __future__ import annotations

from typing import Any

from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.label import Label
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from kiosk.ui.mirror import BoxLayout, is_mirrored
from kiosk.ui.steady import AGAIN


class Icon(Label):
    """One icon; `name` as in the icon font."""

    name = StringProperty("")
    icon_px = NumericProperty(40)


class Badge(FloatLayout):
    """An icon on a round ground."""

    name = StringProperty("")
    diameter = NumericProperty(80)
    ground = ColorProperty("#ffffff")
    ink = ColorProperty("#000000")


class Pressable(ButtonBehavior, BoxLayout):
    """Anything that can be touched: pressed, disabled and (from a keyboard) focused states."""

    fill = ColorProperty("#ffffff")
    fill_down = ColorProperty("#eeeeee")
    outline = ColorProperty([0, 0, 0, 0])
    radius = NumericProperty(12)
    focused = BooleanProperty(False)
    slot = StringProperty("")  # a stable name, so that a rebuilt screen keeps its focus
    repeats = False  # whether two quick presses are two

    _ring: FocusRing | None = None

    @property
    def down(self) -> bool:
        return bool(self.state == "down")

    def on_focused(self, _self: object, focused: bool) -> None:
        """The ring is made when it is wanted: hardly anybody has a keyboard here."""
        if self._ring is None and focused:
            self._ring = FocusRing(size=self.size, pos=self.pos, radius=self.radius)
            self.bind(size=self._ring.setter("size"), pos=self._ring.setter("pos"))
        if self._ring is None:
            return
        if focused:
            self.canvas.after.add(self._ring.canvas)
        else:
            self.canvas.after.remove(self._ring.canvas)

    def on_touch_down(self, touch: Any) -> bool:
        if AGAIN in touch.ud and not self.repeats:
            return bool(self.collide_point(*touch.pos))
        return bool(super().on_touch_down(touch))

    def let_go(self) -> None:
        """The finger that lies here means nothing any more."""
        self.state = "normal"


class FocusRing(Widget):
    """Around what a keyboard would press; a picture only, in nobody's layout."""

    radius = NumericProperty(12)


class Raised(Pressable):
    """One that throws a shadow."""


class PrimaryButton(Raised):
    """The next step: bottom right, in the action colour."""

    words = StringProperty("")
    icon_name = StringProperty("")


class SecondaryButton(Pressable):
    words = StringProperty("")
    icon_name = StringProperty("")


class KeypadKey(Pressable):
    """One large digit or letter, or an icon. type_dp: how large."""

    repeats = True
    words = StringProperty("")
    type_dp = NumericProperty(72)
    icon_name = StringProperty("")


class BarButton(Pressable):
    """One of back, home, help."""

    words = StringProperty("")
    icon_name = StringProperty("")
    chosen = BooleanProperty(False)


class Segment(Pressable):
    """One choice of a switch that is always seen."""

    words = StringProperty("")
    chosen = BooleanProperty(False)


class Tile(Raised):
    """One service or matter: icon, name, how many wait, about how long."""

    service_id = StringProperty("")
    matter_id = StringProperty("")
    name = StringProperty("")
    icon_name = StringProperty("")
    waiting = StringProperty("")
    wait = StringProperty("")
    flat = BooleanProperty(False)  # icon beside the name, figures at the right
    noted = BooleanProperty(False)  # `waiting` is words about it, as wide as they are


class TileGrid(Layout):
    """Tiles in equal rows; when one would be left over, the first takes a whole row if it leads.

    flat_from_px: from this width on a low tile puts everything in one row.
    """

    columns = NumericProperty(2)
    gap = NumericProperty(16)
    tallest = NumericProperty(400)
    flat_from_px = NumericProperty(0)
    leads = BooleanProperty(True)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("children", "size", "pos", "columns", "gap", "tallest", "flat_from_px"):
            self.fbind(name, self._trigger_layout)

    def do_layout(self, *_: object) -> None:
        tiles = list(reversed(self.children))
        if not tiles:
            return
        columns = int(min(self.columns, len(tiles)))
        lead = self.leads and columns > 1 and len(tiles) > columns and len(tiles) % columns == 1
        cells = len(tiles) + (columns - 1 if lead else 0)
        rows = -(-cells // columns)
        height = min((self.height - self.gap * (rows - 1)) / rows, self.tallest)
        width = (self.width - self.gap * (columns - 1)) / columns
        for place, tile in enumerate(tiles):
            cell = place + columns - 1 if lead and place else place
            row, column = divmod(cell, columns)
            tile.size = (self.width if lead and place == 0 else width, height)
            tile.flat = bool(tile.width > max(height * 2.2, self.flat_from_px))
            left = self.x + column * (width + self.gap)
            tile.pos = (
                self.x + self.right - left - tile.width if is_mirrored() else left,
                self.top - (row + 1) * height - row * self.gap,
            )


class Ring(Widget):
    """Progress of waiting, 0..1; a full turn is never claimed before the end is known."""

    share = NumericProperty(0.0)


class CardPicture(Widget):
    """A card coming down onto the lit reader. Drawn in widgets.kv."""

    held = BooleanProperty(False)  # lying there, being read


class PrinterPicture(Widget):
    """A slot with a ticket coming out."""

    share = NumericProperty(1.0)


class QrPicture(Widget):
    """A QR code for `content`, drawn from its modules; nothing when empty."""

    content = StringProperty("")
    texture = ObjectProperty(None, allownone=True)

    def on_content(self, *_: object) -> None:
        self.texture = _qr_texture(self.content) if self.content else None


def _qr_texture(content: str) -> Texture:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    code.add_data(content)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules)
    texture = Texture.create(size=(side, side), colorfmt="luminance")
    texture.mag_filter = texture.min_filter = "nearest"
    pixels = bytes(0 if dark else 255 for row in reversed(modules) for dark in row)
    texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
    return texture


class Card(BoxLayout):
    """A white sheet for things that belong together."""

    ground = ColorProperty("#ffffff")
    outline = ColorProperty([0, 0, 0, 0])


class Veil(FloatLayout):
    """Lies over a screen and keeps touches from it. veiled: what is made dark, if not all."""

    spares_bars = BooleanProperty(False)
    veiled = ListProperty([0, 0, 0, 0])

    def on_touch_down(self, touch: object) -> bool:
        super().on_touch_down(touch)
        return True


class Fact(BoxLayout):
    """Icon, what it is, and its value."""

    icon_name = StringProperty("")
    value = StringProperty("")
    ink = ListProperty([0, 0, 0, 1])
    wish_px = NumericProperty(44)
