"""Why a server cannot start, in words for whoever started it: assets/i18n/server.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from queue_server.access.keys import KeyUnusable
from queue_server.clock_guard import ClockOff
from queue_server.journal.port import JournalError, UnusableDatabase

_WORDS = Path(__file__).parents[1] / "assets" / "i18n" / "server.toml"

# What a start can fail of that somebody at the machine can mend.
KNOWN = (KeyUnusable, UnusableDatabase, JournalError, ClockOff)


class CannotListen(Exception):
    """code: port_taken, or cannot_listen for any other reason."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class CannotStart(Exception):
    """The server ends before it served anybody. code: what of; the text is for people."""

    def __init__(
        self, cause: KeyUnusable | UnusableDatabase | JournalError | ClockOff | CannotListen
    ) -> None:
        super().__init__(in_words(cause.code, str(cause)))
        self.code = cause.code


def in_words(code: str, detail: str) -> str:
    """What happened, what it means, what to do: Chinese, then English."""
    known = tomllib.loads(_WORDS.read_text(encoding="utf-8"))["cannot_start"]
    words = known.get(code, known["journal_error"])
    return "\n".join(words[language].format(detail=detail) for language in ("zh", "en"))
