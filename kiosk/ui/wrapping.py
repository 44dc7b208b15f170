"""Breaks text into lines as Chinese typesetting wants it. Pure; widths come from the caller.

No line begins with a closing mark or ends with an opening one; figures, Latin words and this
field's Chinese words stay whole, and so does each name of a list, where a line can hold it; lines
of one text are balanced, so that no single character is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Measure = Callable[[str], float]

_NO_START = "，。、：；！？）》」』”’…%·,.:;!?)]}–།༎"
_NO_END = "（《「『“‘([{"
_HAN_ONLY = re.compile(r"[\u4e00-\u9fff]+$")
_WHOLE_WORDS = Path(__file__).resolve().parents[2] / "assets" / "i18n" / "whole-words.txt"


def _whole_words() -> str:
    """This field's words as a pattern, longer ones first."""
    lines = _WHOLE_WORDS.read_text(encoding="utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


# A Tibetan line ends after a tsheg, which parts syllables.
_SYLLABLE = r"[\u0f00-\u0f0a\u0f0c-\u0fff]+\u0f0b?|"
_UNIT = re.compile(
    _SYLLABLE
    + r"\d+[\d.,–-]*\s*[\u4e00-\u9fff]|[^\s\u0f00-\u0fff\u3000-\u9fff\uff00-\uffef]+|\s+|"
    + _whole_words()
    + "|.",
    re.S,
)


def units(text: str) -> list[str]:
    """The smallest pieces that may stand on a line of their own."""
    pieces: list[str] = []
    for piece in _UNIT.findall(text):
        if pieces and (piece[0] in _NO_START or pieces[-1][-1] in _NO_END):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Lines no wider than `width` as far as units allow; a wider unit is cut by character."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_break_paragraph(units(paragraph), width, measure))
    return lines


def _break_paragraph(pieces: list[str], width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for piece in pieces:
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
            line = ""
        if measure(piece.strip()) <= width:
            line = piece.lstrip()
            continue
        *full, line = _cut(piece.strip(), width, measure)
        lines.extend(full)
    return [*lines, line.strip()]


def _cut(piece: str, width: float, measure: Measure) -> list[str]:
    parts = [""]
    for sign in piece:
        if parts[-1] and measure(parts[-1] + sign) > width:
            parts.append("")
        parts[-1] += sign
    return parts


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As few lines as `break_lines`, broken after a clause where that is possible, else evenly."""
    lines = break_lines(text, width, measure)
    if len(lines) < 2 or "\n" in text:
        return lines
    listed = names(text)
    # A long list may take two lines more, so that no name in it is parted.
    for pieces, more in ((clauses(text), 0), (listed if len(listed) > 3 else [], 2)):
        if len(pieces) > 1 and all(measure(piece) <= width for piece in pieces):
            by_piece = _break_paragraph(pieces, width, measure)
            if len(by_piece) <= len(lines) + more:
                return by_piece
    return _in_pairs(_even(text, width, len(lines), measure), width, measure)


def keeps_words_whole(text: str, width: float, measure: Measure) -> bool:
    """Whether no figure or Latin word has to be cut at this width."""
    return all(measure(piece.strip()) <= width for piece in units(text))


def clauses(text: str) -> list[str]:
    """Pieces that end with a mark a reader pauses at."""
    return [piece for piece in re.split(r"(?<=[，。；：！？])", text) if piece]


def names(text: str) -> list[str]:
    """Pieces that end with the mark between names of a list."""
    return [piece for piece in re.split(r"(?<=、)|(?<=, )", text) if piece]


def _even(text: str, width: float, count: int, measure: Measure) -> list[str]:
    """`count` lines of as equal a width as can be."""
    longest = max(measure(piece.strip()) for piece in units(text))
    low, high = min(max(width / count * 0.8, longest), width), width
    for _ in range(10):
        middle = (low + high) / 2
        if len(break_lines(text, middle, measure)) > count:
            low = middle
        else:
            high = middle
    return break_lines(text, high, measure)


def _in_pairs(lines: list[str], width: float, measure: Measure) -> list[str]:
    """Most Chinese words are two characters: a first line of an odd number likely splits one."""
    if len(lines) != 2 or len(lines[0]) % 2 == 0 or not _HAN_ONLY.match("".join(lines)):
        return lines
    if len(units(lines[0])[-1]) > 1:
        return lines  # a word ends there
    moved = [lines[0][:-1], lines[0][-1] + lines[1]]
    return moved if measure(moved[1]) <= width and moved[0] else lines
