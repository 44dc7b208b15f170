"""Finds fonts through fontconfig – Chinese, and others for other scripts – and loads them by size.

Draws nothing.
"""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

import structlog
from PIL import ImageFont

from hardware.errors import SettingsUnusable

_log = structlog.get_logger()

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
    file, index, languages = _ask(_PATTERNS[face], "%{file}\n%{index}\n%{lang}").split("\n", 2)
    if "zh-cn" not in languages:
        raise SettingsUnusable("no_chinese_font", found=file)
    return file, int(index)


def _ask(pattern: str, form: str) -> str:
    try:
        return subprocess.run(
            ["fc-match", "-f", form, pattern],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsUnusable("no_fontconfig") from error


# Blocks that a Chinese font holds; all else (Tibetan, Uyghur, Mongolian, Yi) needs one of its own.
_USUAL = (
    (0x0000, 0x024F),
    (0x0370, 0x04FF),
    (0x2000, 0x2BFF),
    (0x2E80, 0x9FFF),
    (0xE000, 0xFFFF),
    (0x1F000, 0x3FFFF),
)


def _is_usual(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _USUAL)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces of one script each, and whether the Chinese font has it. Spaces stay with what stands
    before them."""
    usual = True
    marked: list[tuple[str, bool]] = []
    for character in text:
        usual = usual if character == " " else _is_usual(character)
        marked.append((character, usual))
    for usual, piece in groupby(marked, key=lambda mark: mark[1]):
        yield "".join(character for character, _ in piece), usual


def load_font_for(text: str, usual: bool, face: Face, size_dots: int) -> ImageFont.FreeTypeFont:
    """The font for one of `runs`."""
    if usual:
        return load_font(face, size_dots)
    return _load(*_find_script(face, frozenset(text.replace(" ", ""))), size_dots)


@functools.lru_cache(maxsize=64)
def _find_script(face: Face, characters: frozenset[str]) -> tuple[str, int]:
    """File and face of a font that has these characters; the Chinese one, which shows boxes, when
    none is installed."""
    codes = sorted(ord(character) for character in characters)
    weight = _PATTERNS[face].rpartition("=")[2]
    wanted = " ".join(f"{code:x}" for code in codes)
    answer = _ask(f"sans-serif:weight={weight}:charset={wanted}", "%{file}\n%{index}\n%{charset}")
    file, index, charset = answer.split("\n", 2)
    if not _covers(charset, codes):
        _log.warning("no_font_for_script", characters=wanted)
        return find_font(face)
    return file, int(index)


def _covers(charset: str, codes: list[int]) -> bool:
    """charset: as fontconfig writes it, hexadecimal ranges such as `20-7e a0`."""
    ranges = [piece.partition("-") for piece in charset.split()]
    bounds = [(int(low, 16), int(high or low, 16)) for low, _, high in ranges]
    return all(any(low <= code <= high for low, high in bounds) for code in codes)


@functools.lru_cache(maxsize=64)
def _load(file: str, index: int, size_dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size_dots, index=index)


def load_font(face: Face, size_dots: int) -> ImageFont.FreeTypeFont:
    """`size_dots`: the em, which is the side of a Chinese character."""
    return _load(*find_font(face), size_dots)
