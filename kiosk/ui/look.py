"""One look: colours and sizes for one view at one window size. From assets/themes; no Kivy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.settings_file import load_settings

Rgba = tuple[float, float, float, float]

DESIGN_WIDTH_DP = 1080.0
# A landscape window is drawn from its height: 1080 high takes what 1260 dp need.
DESIGN_LOW_DP = 1260.0

LOW_FROM = 1 / 3
LOW_SHARE = 0.84

BODY_DP, LABEL_DP, TITLE_DP, NUMBER_DP = 36.0, 44.0, 64.0, 220.0
SMALL_DP = 30.0


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme file as it stands; bold: every word, since thin strokes fade on dark ground; colour:
    name → #RRGGBB or #RRGGBBAA."""

    bold: bool
    scale: float
    motion: bool
    line_dp: float
    colour: Mapping[str, str]


def load_theme(view: str, assets: Path) -> Theme:
    return load_settings(assets / "themes" / f"kiosk-{view}.toml", Theme)


def rgba(text: str) -> Rgba:
    """`#RRGGBB[AA]` → four numbers 0..1."""
    digits = text.removeprefix("#")
    parts = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    return (parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0)


class Look:
    """What widgets ask: `look.ink`, `look.px(24)`, `look.body`. One for each view and size.

    low: nothing to touch in the upper third, `head_px` high; all is drawn a little smaller for it.
    """

    def __init__(self, theme: Theme, size_px: tuple[float, float], low: bool = False) -> None:
        width, height = size_px
        self.theme = theme
        self.wide = width > height
        self.low = low
        self.head_px = round(height * LOW_FROM) if low else 0.0
        if self.wide:
            self.unit = min((height - self.head_px) / DESIGN_LOW_DP, width / 1920.0)
        else:
            self.unit = width / DESIGN_WIDTH_DP * (LOW_SHARE if low else 1.0)
        self.scale = theme.scale
        self.large = theme.scale > 1.0
        self.bold = theme.bold
        self.motion = theme.motion
        self._colour = {name: rgba(text) for name, text in theme.colour.items()}

    def __getattr__(self, name: str) -> Rgba:
        """Colours by name. Raises AttributeError for one that the theme does not have."""
        colours: dict[str, Rgba] = self.__dict__.get("_colour", {})
        name = name.removeprefix("colour_")  # `line` alone is the width of a line
        if name in colours:
            return colours[name]
        raise AttributeError(name)

    def px(self, dp: float) -> float:
        """Pixels of a length in dp of the 1080-wide design."""
        return round(dp * self.unit)

    def type_px(self, dp: float) -> float:
        """Pixels of a type size, grown by the view's scale."""
        return max(round(dp * self.unit * self.scale), 8)

    def grown(self, dp: float) -> float:
        """Pixels of a length that must grow with the type inside it."""
        return round(dp * self.unit * (1 + (self.scale - 1) * 0.75))

    @property
    def small(self) -> float:
        return self.type_px(SMALL_DP)

    @property
    def body(self) -> float:
        return self.type_px(BODY_DP)

    @property
    def label(self) -> float:
        return self.type_px(LABEL_DP)

    @property
    def title(self) -> float:
        return self.type_px(TITLE_DP)

    @property
    def number(self) -> float:
        return self.type_px(NUMBER_DP)

    @property
    def line(self) -> float:
        return max(self.theme.line_dp * self.unit, 1.0)

    @property
    def gutter(self) -> float:
        return self.px(40)
