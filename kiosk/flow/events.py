"""All that can happen to the kiosk: touches, cards, answers from workers, time.

Frozen values, named for what happened; they decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.flow.facts import HallFacts, PersonFacts, TicketFacts


class View(StrEnum):
    NORMAL = "normal"
    ELDER = "elder"
    CONTRAST = "contrast"


class Language(StrEnum):
    CHINESE = "zh-CN"
    ENGLISH = "en"


class Outcome(StrEnum):
    """What became of the paper; the printer's own answer, never guessed."""

    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Event:
    """Anything that happens; every subclass has its entry in the table."""


# --- time ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick(Event):
    """now_s: seconds of a monotonic clock."""

    now_s: float


@dataclass(frozen=True, slots=True)
class TimeRanOut(Event):
    """The place's time is over and nobody touched anything."""


# --- touches ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched(Event):
    """Somebody touched the screen anywhere: they are still here."""


@dataclass(frozen=True, slots=True)
class StillHere(Event):
    """The answer to the warning: I need more time."""


@dataclass(frozen=True, slots=True)
class BackTouched(Event):
    pass


@dataclass(frozen=True, slots=True)
class HomeTouched(Event):
    pass


@dataclass(frozen=True, slots=True)
class HelpTouched(Event):
    """Opens the help, or closes it when it is open."""


@dataclass(frozen=True, slots=True)
class PageTouched(Event):
    """More services than fit on one page: show the next page."""


@dataclass(frozen=True, slots=True)
class ViewChosen(Event):
    view: View


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    language: Language


@dataclass(frozen=True, slots=True)
class ServiceTouched(Event):
    """request_id: made here, once, by whoever pressed; every retry carries the same."""

    service: str
    request_id: str


@dataclass(frozen=True, slots=True)
class CheckInTouched(Event):
    """I have an appointment. request_id: as of ServiceTouched; used where the card says whose."""

    request_id: str


@dataclass(frozen=True, slots=True)
class DigitTouched(Event):
    """One of 0–9 on the keypad."""

    digit: str


@dataclass(frozen=True, slots=True)
class EraseTouched(Event):
    """Takes the last digit away."""


@dataclass(frozen=True, slots=True)
class CodeTouched(Event):
    """The code stands as it is meant. request_id: as of ServiceTouched."""

    request_id: str


@dataclass(frozen=True, slots=True)
class WithoutPaperTouched(Event):
    """Go on although the printer cannot print."""


@dataclass(frozen=True, slots=True)
class KeepTouched(Event):
    """Keep the number although it is not on paper."""


@dataclass(frozen=True, slots=True)
class CancelTouched(Event):
    """Give the number back."""


# --- card ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardLaid(Event):
    """A card lies on the reader; reading takes two or three seconds more."""


@dataclass(frozen=True, slots=True)
class CardKnown(Event):
    person: PersonFacts


@dataclass(frozen=True, slots=True)
class CardFailed(Event):
    """The card could not be read, or what it says cannot be right."""


@dataclass(frozen=True, slots=True)
class CardLifted(Event):
    pass


@dataclass(frozen=True, slots=True)
class ReaderLost(Event):
    pass


@dataclass(frozen=True, slots=True)
class ReaderFound(Event):
    pass


# --- hall ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HallSeen(Event):
    hall: HallFacts


@dataclass(frozen=True, slots=True)
class HallLost(Event):
    """The server does not answer, or not sensibly."""


# --- answers to what the flow asked for; each names its request ----------------------------------


@dataclass(frozen=True, slots=True)
class Answer(Event):
    request_id: str


@dataclass(frozen=True, slots=True)
class PrinterAnswered(Answer):
    """can_print: None when the printer does not tell; state: its own word for how it is."""

    can_print: bool | None
    state: str


@dataclass(frozen=True, slots=True)
class TicketIssued(Answer):
    ticket: TicketFacts


@dataclass(frozen=True, slots=True)
class TicketDelayed(Answer):
    """No answer yet; the gateway goes on asking with the same request_id."""


@dataclass(frozen=True, slots=True)
class TicketRefused(Answer):
    """code: the server's stable word for why; at: RFC 3339, when to come instead, or empty."""

    code: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class TicketCancelled(Answer):
    pass


@dataclass(frozen=True, slots=True)
class PrintEnded(Answer):
    ticket: TicketFacts
    outcome: Outcome
    state: str
