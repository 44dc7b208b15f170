"""Draws the virtual camera's picture: a friendly cartoon visitor before a counter. No real face."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from hardware.ticket_printer.fonts import load_font

_SCALE = 2  # drawn twice as large and reduced: smooth edges
_WALL, _WALL_LOW, _COUNTER = "#EAF0EC", "#D6E2DB", "#C9B79C"
_SKIN, _HAIR, _SHIRT, _COLLAR, _INK = "#F2C9A1", "#3A2E2A", "#0F4C81", "#FFFFFF", "#17202A"
_BLUSH = "#E9A98A"
_CAPTION = "SAMPLE"


def draw_frames(width: int, height: int, count: int) -> list[bytes]:
    """`count` JPEGs that make a loop: the figure sways, blinks once and waves."""
    return [_jpeg(_frame(width, height, index / count)) for index in range(count)]


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


def _frame(width: int, height: int, phase: float) -> Image.Image:
    """phase: 0–1 through the loop."""
    big = Image.new("RGB", (width * _SCALE, height * _SCALE), _WALL)
    draw = ImageDraw.Draw(big)
    unit = height * _SCALE / 100  # a hundredth of the height
    _background(draw, big.width, unit)
    x = big.width / 2 + math.sin(phase * math.tau) * unit * 1.2
    _waving_arm(draw, x, unit, phase)
    _body(draw, x, unit)
    _head(draw, x, unit, blink=0.46 < phase < 0.54)
    _front(draw, big.width, unit)
    return big.resize((width, height), Image.Resampling.LANCZOS)


def _oval(draw: ImageDraw.ImageDraw, x: float, y: float, w: float, h: float, fill: str) -> None:
    draw.ellipse((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=fill)


def _background(draw: ImageDraw.ImageDraw, width: float, unit: float) -> None:
    draw.rectangle((0, 62 * unit, width, 100 * unit), fill=_WALL_LOW)
    frame = (6 * unit, 10 * unit, 34 * unit, 40 * unit)
    draw.rounded_rectangle(frame, 2 * unit, fill="#FFFFFF", outline="#C3D2CA", width=int(unit))
    draw.line((20 * unit, 10 * unit, 20 * unit, 40 * unit), fill="#C3D2CA", width=int(unit))


def _waving_arm(draw: ImageDraw.ImageDraw, x: float, unit: float, phase: float) -> None:
    swing = math.sin(phase * math.tau * 2) * 5 * unit
    elbow = (x + 27 * unit, 82 * unit)
    hand = (x + 32 * unit + swing, 60 * unit)
    draw.line((x + 16 * unit, 84 * unit, *elbow), fill=_SHIRT, width=int(9 * unit))
    draw.line((*elbow, *hand), fill=_SHIRT, width=int(8 * unit))
    _oval(draw, *elbow, 9 * unit, 9 * unit, _SHIRT)
    _oval(draw, hand[0], hand[1] - 2 * unit, 9 * unit, 10 * unit, _SKIN)


def _body(draw: ImageDraw.ImageDraw, x: float, unit: float) -> None:
    box = (x - 24 * unit, 72 * unit, x + 24 * unit, 125 * unit)
    draw.rounded_rectangle(box, 16 * unit, fill=_SHIRT)
    draw.rectangle((x - 6 * unit, 62 * unit, x + 6 * unit, 76 * unit), fill=_SKIN)
    for side in (-1, 1):
        tip = [(x, 81 * unit), (x + side * 11 * unit, 72 * unit), (x + side * 5 * unit, 70 * unit)]
        draw.polygon(tip, fill=_COLLAR)


def _head(draw: ImageDraw.ImageDraw, x: float, unit: float, *, blink: bool) -> None:
    _oval(draw, x, 42 * unit, 47 * unit, 52 * unit, _HAIR)
    for side in (-1, 1):
        _oval(draw, x + side * 21 * unit, 47 * unit, 7 * unit, 10 * unit, _SKIN)
    _oval(draw, x, 47 * unit, 40 * unit, 46 * unit, _SKIN)
    draw.pieslice((x - 21 * unit, 19 * unit, x + 21 * unit, 57 * unit), 188, 352, fill=_HAIR)
    for side in (-1, 1):
        _eye(draw, x + side * 8.5 * unit, 47 * unit, unit, blink=blink)
        _oval(draw, x + side * 13 * unit, 56 * unit, 7 * unit, 4 * unit, _BLUSH)
    mouth = (x - 7 * unit, 52 * unit, x + 7 * unit, 62 * unit)
    draw.arc(mouth, 20, 160, fill=_INK, width=max(2, int(1.2 * unit)))


def _eye(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float, *, blink: bool) -> None:
    width = max(2, int(1.2 * unit))
    draw.arc((x - 4 * unit, y - 8 * unit, x + 4 * unit, y - 3 * unit), 200, 340, _HAIR, width)
    if blink:
        draw.line((x - 2.5 * unit, y, x + 2.5 * unit, y), fill=_INK, width=width)
        return
    _oval(draw, x, y, 4.4 * unit, 5.4 * unit, _INK)
    _oval(draw, x + 0.8 * unit, y - 1.2 * unit, 1.6 * unit, 1.6 * unit, "#FFFFFF")


def _front(draw: ImageDraw.ImageDraw, width: float, unit: float) -> None:
    draw.rectangle((0, 92 * unit, width, 100 * unit), fill=_COUNTER)
    font = load_font("bold", int(5 * unit))
    draw.text((width - 3 * unit, 4 * unit), _CAPTION, "#5A6572", font, anchor="rt")
