"""The matters that somebody means by what was typed: found in the names themselves, then by the
words that the typed letters stand for. Pure.

`sb` stands for 社保, and nobody who types it wants less than who types `shebao`.
"""

from __future__ import annotations

from kiosk.flow.content import MatterFacts
from kiosk.flow.pinyin import candidates, typed_letters
from kiosk.flow.search import find_matters, shortens
from kiosk.flow.signs import names_lexicon
from kiosk.flow.states import State

LETTERS_LEAST = 2  # one letter stands for everything


def matters_meant(state: State) -> tuple[MatterFacts, ...]:
    """All of them while nothing is typed."""
    matters, query = state.around.content.matters, state.session.query.strip().lower()
    found = find_matters(matters, query)
    words = _words_for(state, query)
    if not words:
        return found
    rest = (matter for matter in matters if matter not in found)
    return (*found, *(m for m in rest if any(shortens(m, word) for word in words)))


def _words_for(state: State, query: str) -> tuple[str, ...]:
    """Words of two signs and more that the whole query may be the letters of."""
    if len(query) < LETTERS_LEAST or typed_letters(query) != query:
        return ()
    lexicon = names_lexicon(state.around.content.matters, state.around.lexicon)
    offered = candidates(lexicon, query)
    return tuple(word for word, taken in offered if taken == len(query) and len(word) > 1)
