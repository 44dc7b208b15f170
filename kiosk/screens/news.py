"""One piece of news for the person: what `NoticeScreen` draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.flow.events import Event


@dataclass(frozen=True, slots=True)
class News:
    """What stands there; keys of texts already turned into words. "" shows nothing. pressing,
    other_pressing: make the event anew at each touch, where it carries a request_id of its own.
    number: as large as it can be, in place of the icon; follow_path: of its page, for the code."""

    icon: str
    tone: str  # attention, done
    title: str
    text: str
    question: str = ""
    next_words: str = ""
    next_icon: str = ""
    next_event: Event | None = None
    other_words: str = ""
    other_event: Event | None = None
    card_picture: bool = False
    desk: bool = False
    number: str = ""
    follow_path: str = ""
    pressing: Callable[[], Event] | None = None
    other_pressing: Callable[[], Event] | None = None
