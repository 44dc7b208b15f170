"""Characters and words for typed letters: full pinyin, initials, or a mixture of both. Pure.

What was typed is one text; the Latin letters at its end are still to be turned into characters.
`xiwang`, `xw` and `xiw` offer 希望; `zengjiazy` offers 增加, which leaves `zy` to go on with.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

LONGEST = 5  # signs of a word
LONGEST_READING = 6  # zhuang
LETTERS_AT_MOST = 30  # typed at a stretch
_STARTS = (*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh")


class Lexicon:
    """Words with their readings, the commonest first. Compact: one text for all words that begin
    with the same letters, cut up when somebody types them. Equal only to itself."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """lines: as in assets/pinyin/words.txt, `希望 xi wang`."""
        grouped: dict[str, list[str]] = {}
        syllables: set[str] = set()
        for rank, line in enumerate(lines):
            readings = line.split()[1:]
            syllables.update(readings)
            grouped.setdefault("".join(r[0] for r in readings), []).append(f"{rank} {line}")
        self._grouped = {initials: "\n".join(lines) for initials, lines in grouped.items()}
        self.syllables = tuple(sorted(syllables))

    def words(self, initials: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """Rank, word and readings of those whose readings begin with these letters."""
        for line in self._grouped.get(initials, "").splitlines():
            rank, word, *readings = line.split(" ")
            yield int(rank), word, tuple(readings)

    def entries(self) -> Iterator[tuple[str, str]]:
        """Every word with its line, the commonest first."""
        ranked = (
            line.split(" ", 1) for lines in self._grouped.values() for line in lines.split("\n")
        )
        for _, line in sorted((int(rank), line) for rank, line in ranked):
            yield line.split(" ", 1)[0], line

    def begins_one(self, letters: str) -> bool:
        """Whether a reading begins so."""
        at = bisect_left(self.syllables, letters)
        return at < len(self.syllables) and self.syllables[at].startswith(letters)

    def has(self, letters: str) -> bool:
        at = bisect_left(self.syllables, letters)
        return at < len(self.syllables) and self.syllables[at] == letters


NO_WORDS = Lexicon()


def typed_letters(text: str) -> str:
    """The Latin letters at the end of the text."""
    kept = len(text)
    while kept and text[kept - 1].isascii() and text[kept - 1].isalpha():
        kept -= 1
    return text[kept:].lower()


def candidates(lexicon: Lexicon, letters: str) -> tuple[tuple[str, int], ...]:
    """What the letters may stand for, each with how many of them it takes: what takes all of them
    first, then what takes most, then the commonest."""
    letters = letters[:LETTERS_AT_MOST]
    begun = letters[:2]
    spelled = len(begun) > 1 and begun not in _STARTS and lexicon.begins_one(begun)
    best: dict[str, tuple[int, int, int, int]] = {}
    for parts in _partings(lexicon, letters):
        taken = sum(map(len, parts))
        if spelled and taken < len(letters) and not lexicon.has(parts[0]):
            continue  # who types whole readings means no initials, and would keep half a reading
        for rank, word, readings in lexicon.words("".join(part[0] for part in parts)):
            short = _not_typed_out(parts, readings, taken == len(letters))
            if short is None:
                continue
            # An initial in the middle is a guess, unless there is nothing but initials.
            guessed = 2 * short if taken < len(letters) and short < len(parts) else 0
            place = (guessed - taken, short, rank, taken)
            best[word] = min(place, best.get(word, place))
    ordered = sorted(best.items(), key=lambda item: item[1])
    return tuple((word, place[3]) for word, place in ordered)


def _not_typed_out(parts: tuple[str, ...], readings: tuple[str, ...], to_end: bool) -> int | None:
    """How many of the readings the parts only begin; None where one cannot be meant. to_end: the
    last part is where the letters end, and perhaps still being typed."""
    short = 0
    for place, (part, reading) in enumerate(zip(parts, readings, strict=True), 1):
        if part == reading:
            continue
        if not reading.startswith(part) or not (
            part in _STARTS or (to_end and place == len(parts))
        ):
            return None
        short += 1
    return short


def _partings(
    lexicon: Lexicon, letters: str, parts: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Ways to part the beginning of the letters into readings and initials; the last may be the
    beginning of a reading."""
    if parts:
        yield parts
    if not letters or len(parts) == LONGEST:
        return
    for end in range(1, min(len(letters), LONGEST_READING) + 1):
        part = letters[:end]
        if not lexicon.begins_one(part):
            return
        if lexicon.has(part) or part in _STARTS or end == len(letters):
            yield from _partings(lexicon, letters[end:], (*parts, part))


def with_choice(lexicon: Lexicon, text: str, sign: str) -> str:
    """The text with its last letters, or the first of them, turned into what was chosen. What is no
    candidate is put behind the text: a mark, a blank."""
    letters = typed_letters(text)
    taken = dict(candidates(lexicon, letters)).get(sign, 0) if letters else 0
    rest = len(text) - len(letters)
    return text[:rest] + sign + text[rest + taken :] if taken else text + sign
