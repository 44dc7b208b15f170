"""Finds a Chinese font through fontconfig and loads it by size; draws nothing."""

from __future__ import annotations

import functools
import subprocess
from typing import Literal

from PIL import ImageFont

from hardware.errors import SettingsUnusable

Face = Literal["regular", "bold", "mono", "mono-bold"]

# Simplified forms: the same code point looks different in a Japanese face.
_PATTERNS: dict[Face, str] = {
    "regular": "Noto Sans CJK SC:lang=zh-cn:weight=80",
    "bold": "Noto Sans CJK SC:lang=zh-cn:weight=200",
    "mono": "Noto Sans Mono CJK SC:lang=zh-cn:weight=80",
    "mono-bold": "Noto Sans Mono CJK SC:lang=zh-cn:weight=200",
}


@functools.cache
def find_font(face: Face) -> tuple[str, int]:
    """File and index of the face in it. Raises SettingsUnusable when no font has Chinese."""
    try:
        answer = subprocess.run(
            ["fc-match", "-f", "%{file}\n%{index}\n%{lang}", _PATTERNS[face]],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsUnusable("fontconfig does not answer: install fontconfig") from error
    file, index, languages = answer.stdout.split("\n", 2)
    if "zh-cn" not in languages:
        raise SettingsUnusable("no Chinese font: install fonts-noto-cjk", found=file)
    return file, int(index)


@functools.lru_cache(maxsize=64)
def load_font(face: Face, size_dots: int) -> ImageFont.FreeTypeFont:
    """`size_dots`: the em, which is the side of a Chinese character."""
    file, index = find_font(face)
    return ImageFont.truetype(file, size_dots, index=index)
