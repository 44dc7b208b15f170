"""Loads the words for typing Chinese; what stands there and why: assets/pinyin/README.md."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from kiosk.flow.events import Event, LexiconRead
from kiosk.flow.pinyin import Lexicon

_log = structlog.get_logger()

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def load_lexicon(assets: Path = ASSETS) -> Lexicon:
    """Raises OSError, or ValueError for what is no UTF-8."""
    return Lexicon((assets / "pinyin" / "words.txt").read_text(encoding="utf-8").splitlines())


def read_aside(assets: Path, post: Callable[[Event], None]) -> None:
    """In a thread, because nobody types in the first moments. Without it letters stay letters."""

    def read() -> None:
        try:
            post(LexiconRead(load_lexicon(assets)))
        except (OSError, ValueError) as error:
            _log.error("lexicon_unreadable", reason=str(error))

    threading.Thread(target=read, daemon=True, name="lexicon").start()
