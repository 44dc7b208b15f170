"""Finds matters by what was typed: characters, full pinyin, initials, or a mixture of them. Pure.

`ylbx`, `yanglao`, `养老bx` and `pension` all find 养老保险…; the best match comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiosk.flow.content import MatterFacts

QUERY_LENGTH = 24
SHORTEST = 3  # letters of a shortened name; one less in characters


def find_matters(matters: Iterable[MatterFacts], query: str) -> tuple[MatterFacts, ...]:
    """Those that fit, the nearest to the beginning of the name first; all of them for nothing.
    Where none does, those whose names the query shortens: 社保卡 of 社会保障卡."""
    wanted, every = query.strip().lower(), tuple(matters)
    if not wanted:
        return every
    ranked = [(rank(matter, wanted), matter) for matter in every]
    found = sorted((each for each in ranked if each[0] >= 0), key=lambda each: each[0])
    if found:
        return tuple(matter for _, matter in found)
    return tuple(matter for matter in every if shortens(matter, wanted))


def rank(matter: MatterFacts, wanted: str) -> int:
    """Where in the name the query begins; behind those, rare readings of its characters, then
    places in the English name; -1: not."""
    for behind, usual in ((0, True), (500, False)):
        for place in range(len(matter.spelling)):
            if _reads(matter, place, wanted, usual):
                return behind + place
    english = matter.name_en.lower()
    at = english.find(wanted)
    if at < 0:
        return -1
    begins_word = at == 0 or not english[at - 1].isalnum()
    return 1000 + at if begins_word else -1


def shortens(matter: MatterFacts, wanted: str) -> bool:
    """Whether the query is the name with signs left out, as people shorten it. Two letters say too
    little; two characters do not."""
    if len(wanted) < (SHORTEST if wanted.isascii() else SHORTEST - 1):
        return False
    left = {wanted}
    for place in range(len(matter.spelling)):
        left |= {rest for query in left for rest in _rests(matter, place, query, True)}
    return "" in left


def _reads(matter: MatterFacts, place: int, wanted: str, usual: bool) -> bool:
    """Whether `wanted` can be read from sign `place` on, without leaving one out."""
    if not wanted:
        return True
    if place >= len(matter.spelling):
        return False
    rests = _rests(matter, place, wanted, usual)
    return any(_reads(matter, place + 1, rest, usual) for rest in rests)


def _rests(matter: MatterFacts, place: int, wanted: str, usual: bool) -> Iterator[str]:
    """What is left of `wanted` once the sign at `place` was read: as itself, its initial or its
    reading, the last reading perhaps not yet typed to its end. usual: by its usual reading only."""
    if not wanted:
        return
    if wanted[0] == matter.name[place].lower():
        yield wanted[1:]
    for reading in matter.spelling[place][: 1 if usual else None]:
        if reading.startswith(wanted):
            yield ""
        if wanted.startswith(reading):
            yield wanted[len(reading) :]
        if wanted[0] == reading[0]:
            yield wanted[1:]
