"""The soft shadow under what is raised: one small picture for all, stretched between its corners.

Kivy's own BoxShadow compiles a shader and holds a picture for each widget, drawn or not: most of
what a screen cost, and hundreds of MiB (`./hall bench kiosk`).
"""

from __future__ import annotations

from functools import lru_cache

from kivy.graphics.texture import Texture
from PIL import Image, ImageDraw, ImageFilter


def shadow_edge_px(radius_px: float, blur_px: float) -> int:
    """How much of each side of the picture is not stretched; beyond it the shadow is even."""
    return round(radius_px + 2 * blur_px)


@lru_cache(maxsize=32)
def shadow_texture(radius_px: float, blur_px: float) -> Texture:
    """White, to be coloured; it reaches blur_px beyond what throws it, on every side."""
    side = 2 * shadow_edge_px(radius_px, blur_px) + 2
    mask = Image.new("L", (side, side))
    inside = (blur_px, blur_px, side - 1 - blur_px, side - 1 - blur_px)
    ImageDraw.Draw(mask).rounded_rectangle(inside, radius_px, fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(blur_px / 2))
    picture = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    picture.putalpha(soft)
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(picture.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    return texture
