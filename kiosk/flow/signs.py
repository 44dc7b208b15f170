"""The strip of characters and words to choose from above the keyboard: which stand there now. Pure.

Where matters are searched only what occurs in their names is offered, so that every choice finds
something; where somebody writes, everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from kiosk.flow import events as ev
from kiosk.flow.content import MatterFacts
from kiosk.flow.events import Language, View
from kiosk.flow.pinyin import Lexicon, candidates, typed_letters
from kiosk.flow.states import Place, State

# Room in one row, in keys of one character; a word takes less than its characters alone would.
CELLS = {View.NORMAL: 9.0, View.ELDER: 6.5, View.CONTRAST: 9.0}
FURTHER_SIGN = 0.55
TURNING = 2.0  # of the last row: the keys that turn the strip
ROWS_WRITING = 2
OFFERED_AT_MOST = 120

Page = tuple[tuple[str, ...], ...]


def composes(state: State) -> bool:
    """Whether letters are to become characters: who writes in another language means letters."""
    return state.place is Place.MATTERS or state.manner.language == Language.CHINESE


def text_of(state: State) -> str:
    """What is being typed."""
    writing = state.place is Place.WRITE
    return state.session.feedback.written if writing else state.session.query


def lexicon_of(state: State) -> Lexicon:
    around = state.around
    if state.place is Place.WRITE:
        return around.lexicon
    return names_lexicon(around.content.matters, around.lexicon)


def offered(state: State) -> tuple[str, ...]:
    letters = typed_letters(text_of(state))
    if not letters or not composes(state):
        return ()
    every = candidates(lexicon_of(state), letters)
    if state.place is Place.MATTERS:  # half of a query finds less than nothing
        every = tuple(each for each in every if each[1] == len(letters)) or every
    return tuple(sign for sign, _ in every[:OFFERED_AT_MOST])


def pages(state: State) -> tuple[Page, ...]:
    """Rows of candidates, page by page."""
    return tuple(_pages(offered(state), rows_of(state), CELLS[state.manner.view]))


def rows_of(state: State) -> int:
    """Of the strip, however many are filled."""
    if not composes(state):
        return 0
    return ROWS_WRITING if state.place is Place.WRITE and not state.manner.low else 1


def page_shown(state: State) -> Page:
    every = pages(state)
    return every[min(state.session.signs_page, len(every) - 1)] if every else ()


def turn(state: State, event: ev.SignsTurned) -> tuple[State, tuple[()]]:
    last = max(len(pages(state)) - 1, 0)
    page = min(max(state.session.signs_page + (1 if event.forward else -1), 0), last)
    session = replace(state.session, signs_page=page)
    return replace(state, session=session, active_s=state.now_s), ()


def cells(word: str) -> float:
    """The width of a candidate's key, in keys of one character."""
    return 1 + FURTHER_SIGN * (len(word) - 1)


def _pages(words: Sequence[str], rows: int, room: float) -> Iterator[Page]:
    left = list(words)
    while left:
        page = tuple(_row(left, room - TURNING if row == rows - 1 else room) for row in range(rows))
        yield tuple(row for row in page if row)


def _row(left: list[str], room: float) -> tuple[str, ...]:
    """As many as fit, at least one; they are taken off `left`."""
    row: list[str] = []
    while left and (not row or room >= cells(left[0])):
        room -= cells(left[0])
        row.append(left.pop(0))
    return tuple(row)


@lru_cache(maxsize=2)
def names_lexicon(matters: tuple[MatterFacts, ...], known: Lexicon) -> Lexicon:
    """What people may mean who look for one of these matters: the characters of the names, their
    words, and words that a name is shortened to; what stands there most often first."""
    counted: Counter[str] = Counter()
    for matter in matters:
        for sign, readings in zip(matter.name, matter.spelling, strict=True):
            if not sign.isascii() and readings and readings[0].isascii():
                counted[f"{sign} {readings[0]}"] += 1
    names = [matter.name for matter in matters]
    signs = {sign for name in names for sign in name}
    for word, line in known.entries():
        if len(word) > 1 and signs.issuperset(word) and any(_shortens(word, n) for n in names):
            counted[line] = sum(word in name for name in names)
    return Lexicon(line for line, _ in counted.most_common())


def _shortens(word: str, name: str) -> bool:
    """Whether the word is the name with signs left out."""
    rest = iter(name)
    return all(sign in rest for sign in word)
