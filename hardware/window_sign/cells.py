"""Fits a text to a strip: cells of half a Chinese character, cut between characters. Pure."""

from __future__ import annotations

from typing import Literal

Align = Literal["left", "center", "right", "none"]

# Stands for a character that the strip's letters lack: as wide as a Chinese one, if it has any.
_UNKNOWN, _UNKNOWN_ASCII = "□", "?"


def cells_of(character: str, encoding: str) -> int:
    """A strip's letters are as wide as their code: one byte a half cell, two a whole one."""
    return len(character.encode(encoding))


def fitted(text: str, width_cells: int, encoding: str, align: Align = "left") -> bytes:
    """`text` in the strip's encoding, at most `width_cells` bytes and filled up to them with
    spaces unless align is "none": most strips leave standing what is not written over."""
    kept, used = [], 0
    for character in _printable(text):
        code = _encoded(character, encoding)
        if used + len(code) > width_cells:
            break
        kept.append(code)
        used += len(code)
    return _filled(b"".join(kept), width_cells, align)


def _filled(code: bytes, width_cells: int, align: Align) -> bytes:
    match align:
        case "left":
            return code.ljust(width_cells)
        case "right":
            return code.rjust(width_cells)
        case "center":
            before = (width_cells - len(code)) // 2
            return (b" " * before + code).ljust(width_cells)
    return code


def _printable(text: str) -> str:
    """Line breaks and control characters would be commands to the strip."""
    return "".join(each if each.isprintable() else " " for each in text)


def _encoded(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return (_UNKNOWN_ASCII if encoding == "ascii" else _UNKNOWN).encode(encoding)
