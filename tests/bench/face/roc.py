"""The ROC as a picture: false-match rate, logarithmic, against the share of genuine pairs taken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hardware.ticket_printer.fonts import load_font

SIZE, LEFT, TOP, RIGHT, BOTTOM = (1000, 760), 110, 110, 40, 100
INK, PALE, LINE = "#1b2733", "#5b6b7b", "#d9dfe5"
COLOURS = ("#9aa5b1", "#d9822b", "#0b4f8a")


def draw(title: str, curves: Mapping[str, Sequence[tuple[float, float]]], file: Path) -> None:
    """curves: name and (FMR, TAR) of each."""
    image = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(image)
    lowest = min(rate for points in curves.values() for rate, _ in points)
    decades = max(math.ceil(-math.log10(lowest)), 1)
    pen.text((LEFT, 24), title, INK, _font(28))
    _axes(pen, decades)
    for place, (name, points) in enumerate(curves.items()):
        colour = COLOURS[place % len(COLOURS)]
        pen.line([_at(rate, tar, decades) for rate, tar in points], colour, 5)
        pen.rectangle((LEFT + 330 * place, 74, LEFT + 330 * place + 22, 92), fill=colour)
        pen.text((LEFT + 330 * place + 32, 70), name, INK, _font(20))
    image.save(file, optimize=True)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return load_font("regular", size)


def _at(rate: float, tar: float, decades: int) -> tuple[float, float]:
    width, height = SIZE[0] - LEFT - RIGHT, SIZE[1] - TOP - BOTTOM
    share = 1 + math.log10(max(rate, 10.0**-decades)) / decades
    return LEFT + width * share, SIZE[1] - BOTTOM - height * tar


def _axes(pen: ImageDraw.ImageDraw, decades: int) -> None:
    for power in range(decades + 1):
        x, y = _at(10.0**-power, 0.0, decades)
        pen.line((x, y, x, TOP), LINE)
        pen.text((x, y + 12), f"1e-{power}" if power else "1", PALE, _font(18), anchor="ma")
    for tenth in range(0, 11, 2):
        x, y = _at(10.0**-decades, tenth / 10, decades)
        pen.line((x, y, SIZE[0] - RIGHT, y), LINE)
        pen.text((x - 12, y), f"{tenth * 10} %", PALE, _font(18), anchor="rm")
    label = "误识率 false-match rate  →   纵轴：本人通过的比例 genuine pairs taken"
    pen.text((LEFT, SIZE[1] - 46), label, INK, _font(20))
