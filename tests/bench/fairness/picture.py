"""The report as a picture: a panel per figure, a group of bars per class, a bar per policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hardware.ticket_printer.fonts import load_font

Figures = Mapping[str, Mapping[str, float]]  # policy → class → figure

WIDTH, PANEL_HEIGHT, LEFT, TOP = 1200, 330, 90, 110
INK, PALE, LINE = "#1b2733", "#5b6b7b", "#d9dfe5"
# told apart by lightness too, so that nobody depends on hue
COLOURS = {"strict": "#c9d3dc", "first_come": "#6d9dc5", "ours": "#0b4f8a"}
NAMES = {
    "strict": "严格优先 strict priority",
    "first_come": "先到先办 first come",
    "ours": "本系统 ours",
}


def draw(title: str, panels: Sequence[tuple[str, Figures]], file: Path) -> None:
    """panels: the heading and the figures of each."""
    height = TOP + PANEL_HEIGHT * len(panels) + 20
    image = Image.new("RGB", (WIDTH, height), "white")
    pen = ImageDraw.Draw(image)
    pen.text((LEFT - 50, 22), title, INK, _font(28))
    _legend(pen)
    for number, (heading, figures) in enumerate(panels):
        _panel(pen, TOP + PANEL_HEIGHT * number, heading, figures)
    image.save(file, optimize=True)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return load_font("regular", size)


def _legend(pen: ImageDraw.ImageDraw) -> None:
    x = LEFT - 50
    for policy, colour in COLOURS.items():
        pen.rectangle((x, 72, x + 18, 90), fill=colour)
        pen.text((x + 26, 69), NAMES[policy], INK, _font(18))
        x += 60 + round(pen.textlength(NAMES[policy], _font(18)))


def _panel(pen: ImageDraw.ImageDraw, top: int, heading: str, figures: Figures) -> None:
    low, high = top + PANEL_HEIGHT - 60, top + 55
    most = max(value for row in figures.values() for value in row.values()) or 1.0
    pen.text((LEFT - 50, top + 8), heading, INK, _font(20))
    for part in (0.0, 0.5, 1.0):
        y = low - (low - high) * part
        pen.line((LEFT, y, WIDTH - 30, y), LINE)
        pen.text((LEFT - 10, y), f"{most * part:.0f}", PALE, _font(15), anchor="rm")
    classes = list(next(iter(figures.values())))
    group = (WIDTH - 30 - LEFT) / len(classes)
    for place, of in enumerate(classes):
        middle = LEFT + group * (place + 0.5)
        pen.text((middle, low + 12), of, INK, _font(17), anchor="ma")
        for bar, policy in enumerate(COLOURS):
            value = figures[policy][of]
            x = middle + (bar - 1.5) * 56
            y = low - (low - high) * value / most
            pen.rectangle((x + 3, y, x + 53, low), fill=COLOURS[policy])
            pen.text((x + 28, y - 4), f"{value:.0f}", INK, _font(15), anchor="mb")
