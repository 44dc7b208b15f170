"""All that can happen to the kiosk: touches, cards, answers from workers, time.

Frozen values, named for what happened; they decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.flow.choices import Door, HelpState, Language, Outcome, TicketAct, View
from kiosk.flow.content import ContentFacts
from kiosk.flow.facts import HallFacts, LeaseFacts, PersonFacts, TicketFacts
from kiosk.flow.pinyin import Lexicon

__all__ = ["Door", "HelpState", "Language", "Outcome", "TicketAct", "View"]


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
    """More than fits on one page: show the next one, or the one before."""

    forward: bool = True


@dataclass(frozen=True, slots=True)
class DoorTouched(Event):
    door: Door


@dataclass(frozen=True, slots=True)
class MatterTouched(Event):
    matter: str


@dataclass(frozen=True, slots=True)
class AnswerTouched(Event):
    """number: which answer of the question that stands there, from 0. request_id: as of
    ServiceTouched; used where the answer leads to a service at once."""

    number: int
    request_id: str


@dataclass(frozen=True, slots=True)
class ClassTouched(Event):
    """Somebody says which priority class they belong to; empty takes it back."""

    priority_class: str


@dataclass(frozen=True, slots=True)
class NoticeTouched(Event):
    notice: str


@dataclass(frozen=True, slots=True)
class KeyTouched(Event):
    """One letter or figure of the keyboard on the screen."""

    sign: str


@dataclass(frozen=True, slots=True)
class SignTouched(Event):
    """A character or word that the letters typed last stand for, or a mark."""

    sign: str


@dataclass(frozen=True, slots=True)
class SignsTurned(Event):
    """More such characters, or those before."""

    forward: bool


@dataclass(frozen=True, slots=True)
class TakeTouched(Event):
    """A number for the matter that is shown. request_id: as of ServiceTouched."""

    request_id: str


@dataclass(frozen=True, slots=True)
class ListPrintTouched(Event):
    """The list of materials on paper."""

    request_id: str


@dataclass(frozen=True, slots=True)
class FindTouched(Event):
    """The ticket number stands as it is meant."""

    request_id: str


@dataclass(frozen=True, slots=True)
class CodeScanned(Event):
    """The code of a ticket came from a scanner. token: as behind `/t/` in its address."""

    token: str
    request_id: str

    def __repr__(self) -> str:
        return "CodeScanned(***)"


@dataclass(frozen=True, slots=True)
class ActTouched(Event):
    act: TicketAct
    request_id: str


@dataclass(frozen=True, slots=True)
class ViewChosen(Event):
    view: View


@dataclass(frozen=True, slots=True)
class LowTouched(Event):
    """Controls low, for who sits in a wheelchair; again: as usual."""


@dataclass(frozen=True, slots=True)
class VoiceTouched(Event):
    """Guidance spoken or not."""


@dataclass(frozen=True, slots=True)
class CallHelpTouched(Event):
    """A person shall come. request_id: as of ServiceTouched."""

    request_id: str


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
class HallRemembered(Event):
    """As it was when the kiosk last saw it; the server has not answered yet."""

    hall: HallFacts


@dataclass(frozen=True, slots=True)
class HallLost(Event):
    """The server does not answer, or not sensibly."""


@dataclass(frozen=True, slots=True)
class ContentSeen(Event):
    """From the server, or from what is kept of it."""

    content: ContentFacts


@dataclass(frozen=True, slots=True)
class LexiconRead(Event):
    """The words for typing Chinese are there."""

    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class LeaseSeen(Event):
    """How many numbers the kiosk may give without the server."""

    lease: LeaseFacts


@dataclass(frozen=True, slots=True)
class HelpSeen(Event):
    """What became of a call for help: the manager knows, or somebody comes, or nobody heard."""

    state: HelpState


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
class TicketsFound(Answer):
    """Those of this person, or with this number, that are not over; none is empty."""

    tickets: tuple[TicketFacts, ...]


@dataclass(frozen=True, slots=True)
class TicketChanged(Answer):
    """What was asked for is done."""

    ticket: TicketFacts


@dataclass(frozen=True, slots=True)
class TicketSeen(Event):
    """How a ticket stands by now; nobody waited for it."""

    ticket: TicketFacts


@dataclass(frozen=True, slots=True)
class ListPrinted(Answer):
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PrintEnded(Answer):
    ticket: TicketFacts
    outcome: Outcome
    state: str
