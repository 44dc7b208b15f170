"""Breaks a text into lines that fit a width, whatever the unit: dots, columns. Draws nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

# Chinese may break anywhere, words of letters and digits stay whole, and closing punctuation
# never begins a line.
_PIECES = re.compile(r"\s+|[A-Za-z0-9@#%&+./:_'–-]+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。、；：！？）》」』”’…,.;:!?)]}%·")

_HALVINGS = 10  # finds the narrowest width to a thousandth

Measure = Callable[[str], float]


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """At least one line; only a single character wider than `width` overflows it."""
    lines = [""]
    for piece in _pieces(text, width, measure):
        if measure((lines[-1] + piece).rstrip()) <= width or piece in _NEVER_FIRST:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return [line.rstrip() for line in lines if line.strip()] or [""]


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As few lines as `wrap` needs, of nearly the same length: no lonely last character."""
    lines = wrap(text, width, measure)
    if len(lines) == 1:
        return lines
    low, high = measure(text) / len(lines), width
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if len(wrap(text, middle, measure)) > len(lines):
            low = middle
        else:
            high = middle
    return wrap(text, high, measure)


def _pieces(text: str, width: float, measure: Measure) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        pieces.extend([piece] if measure(piece) <= width else list(piece))
    return pieces
