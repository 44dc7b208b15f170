"""What events and states have in common: views, languages, doors, what became of paper and help."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class View(StrEnum):
    NORMAL = "normal"
    ELDER = "elder"
    CONTRAST = "contrast"


class Language(str):
    """The tag of a language, as its translation's file is named: `kiosk.<tag>.toml`."""

    __slots__ = ()
    CHINESE: ClassVar[Language]
    ENGLISH: ClassVar[Language]

    @property
    def value(self) -> str:
        return str(self)


# The hall's own names come in these two.
Language.CHINESE, Language.ENGLISH = Language("zh-CN"), Language("en")


class Door(StrEnum):
    """Ways on from home, and from where a service is chosen."""

    NUMBER = "number"
    ELIGIBILITY = "eligibility"
    MINE = "mine"
    GUIDE = "guide"
    NOTICES = "notices"
    SEARCH = "search"
    QUESTIONS = "questions"
    CLAIM = "claim"
    FEEDBACK = "feedback"


class TicketAct(StrEnum):
    """What the holder of a ticket may ask for; the server's own words for it."""

    DEFER = "defer"
    RESUME = "resume"
    REJOIN = "rejoin"
    PRINT = "print"
    CANCEL = "cancel"


class Outcome(StrEnum):
    """What became of the paper; the printer's own answer, never guessed."""

    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class HelpState(StrEnum):
    NONE = "none"
    CALLING = "calling"  # on its way to the manager's board
    CALLED = "called"  # it stands there
    COMING = "coming"  # somebody has answered
    UNHEARD = "unheard"  # the server cannot be reached
