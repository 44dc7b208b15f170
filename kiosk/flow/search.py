"""Finds matters by what was typed: characters, full pinyin, initials, or a mixture of them. Pure.

`ylbx`, `yanglao`, `养老bx` and `pension` all find 养老保险…; the best match comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kiosk.flow.content import MatterFacts

QUERY_LENGTH = 24
CANDIDATES = 8


def find_matters(matters: Iterable[MatterFacts], query: str) -> tuple[MatterFacts, ...]:
    """Those that fit, the nearest to the beginning of the name first; all of them for nothing."""
    wanted = query.strip().lower()
    if not wanted:
        return tuple(matters)
    ranked = [(rank(matter, wanted), matter) for matter in matters]
    found = sorted((each for each in ranked if each[0] >= 0), key=lambda each: each[0])
    return tuple(matter for _, matter in found)


def rank(matter: MatterFacts, wanted: str) -> int:
    """Where in the name the query begins; behind all those, places in the English name; -1: not."""
    for place in range(len(matter.spelling)):
        if _reads(matter, place, wanted):
            return place
    english = matter.name_en.lower()
    at = english.find(wanted)
    if at < 0:
        return -1
    begins_word = at == 0 or not english[at - 1].isalnum()
    return 1000 + at if begins_word else -1


def _reads(matter: MatterFacts, place: int, wanted: str) -> bool:
    """Whether `wanted` can be read from sign `place` on, each sign by itself, its initial or its
    reading, the last reading perhaps not yet typed to its end."""
    if not wanted:
        return True
    if place >= len(matter.spelling):
        return False
    if wanted[0] == matter.name[place].lower():
        return _reads(matter, place + 1, wanted[1:])
    for reading in matter.spelling[place]:
        if reading.startswith(wanted):
            return True
        if wanted.startswith(reading) and _reads(matter, place + 1, wanted[len(reading) :]):
            return True
        if wanted[0] == reading[0] and _reads(matter, place + 1, wanted[1:]):
            return True
    return False


def candidates(matters: Iterable[MatterFacts], query: str) -> tuple[str, ...]:
    """Characters that the letters at the end of the query may stand for, the commonest first."""
    letters = typed_letters(query)
    if not letters:
        return ()
    counted: Counter[str] = Counter()
    for matter in matters:
        for sign, readings in zip(matter.name, matter.spelling, strict=True):
            if sign.lower() not in readings and any(r.startswith(letters) for r in readings):
                counted[sign] += 1
    return tuple(sign for sign, _ in counted.most_common(CANDIDATES))


def typed_letters(query: str) -> str:
    """The Latin letters at the end of the query."""
    kept = len(query)
    while kept and query[kept - 1].isascii() and query[kept - 1].isalpha():
        kept -= 1
    return query[kept:].lower()


def with_sign(query: str, sign: str) -> str:
    """The query with its last letters turned into the chosen character."""
    letters = typed_letters(query)
    return (query[: len(query) - len(letters)] + sign)[:QUERY_LENGTH]
