"""Makes words.txt anew: `python make_words.py DICT`, DICT being dict.txt of jieba 0.42.1.

Which characters: level 1 of GB 2312, the 3,755 in everyday use. How often each is read how: from
the words that jieba counted and the readings that pypinyin knows of them. The hall's own words come
from hall-words.txt and whole-words.txt. Only for whoever makes the table; the kiosk has words.txt.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pypinyin import Style, lazy_pinyin

WORDS_KEPT = 12_000
LONGEST = 4
HALL_WORD_COUNT = 20_000  # what a word of the hall's own counts more
USUAL_SHARE = 0.04  # a reading rarer than this among a character's is left out
# Readings in everyday use that the words' readings do not show.
ALSO_READ = (("地", "de"), ("还", "huan"), ("了", "liao"), ("得", "dei"), ("着", "zhao"))
NAMES = ("nr", "nrt", "nrfg")  # of people

Entry = tuple[str, tuple[str, ...]]


def everyday_signs() -> frozenset[str]:
    """GB 2312 level 1: rows 16 to 55 of 94 cells; the last row ends at cell 89."""
    cells = [(row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return frozenset(bytes(cell).decode("gb2312") for cell in cells if cell < (0xD7, 0xFA))


def counted_words(file: Path, signs: frozenset[str]) -> Counter[str]:
    """Words of everyday characters and how often they stand in jieba's texts."""
    counted: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        word, count, kind = line.split()
        if signs.issuperset(word) and kind not in NAMES:
            counted[word] += int(count)
    return counted


def hall_words() -> Iterable[str]:
    """Those of this field: nobody here means the newspapers' words first."""
    here = Path(__file__).parent
    for file in (here / "hall-words.txt", here.parent / "i18n" / "whole-words.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                yield from line.split()


def spelled(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word, style=Style.NORMAL, v_to_u=False))


def sign_entries(counted: Counter[str], signs: frozenset[str]) -> Counter[Entry]:
    """Characters by reading, each as often as its words; ü may be typed as u as well."""
    read: Counter[tuple[str, str]] = Counter({(s, spelled(s)[0]): 1 for s in signs})
    total: Counter[str] = Counter(signs)
    for word, count in counted.items():
        for sign, reading in zip(word, spelled(word), strict=True):
            read[sign, reading] += count
            total[sign] += count
    kept: Counter[Entry] = Counter()
    for (sign, reading), count in read.items():
        if count >= total[sign] * USUAL_SHARE:
            kept[sign, (reading,)] = count
            if reading.startswith(("lv", "nv")):
                kept[sign, (reading.replace("v", "u", 1),)] = count // 10
    for sign, reading in ALSO_READ:
        kept[sign, (reading,)] = total[sign] // 20
    return kept


def word_entries(counted: Counter[str]) -> Counter[Entry]:
    longer = Counter({w: n for w, n in counted.items() if 1 < len(w) <= LONGEST})
    kept = Counter(dict(longer.most_common(WORDS_KEPT)))
    kept.update({word: HALL_WORD_COUNT for word in set(hall_words()) if len(word) > 1})
    return Counter({(word, spelled(word)): count for word, count in kept.items()})


def lines(entries: Counter[Entry]) -> Iterable[str]:
    """The commonest first; in order of the words themselves where two are equally common."""
    for (word, reading), _ in sorted(entries.items(), key=lambda item: (-item[1], item[0])):
        yield f"{word} {' '.join(reading)}"


def main() -> None:
    signs = everyday_signs()
    counted = counted_words(Path(sys.argv[1]), signs)
    entries = sign_entries(counted, signs) + word_entries(counted)
    target = Path(__file__).with_name("words.txt")
    target.write_text("\n".join(lines(entries)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
