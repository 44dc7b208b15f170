"""What the flow asks the world to do. Frozen values; the runtime carries them out in workers."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.flow.content import MatterFacts
from kiosk.flow.events import Language, TicketAct
from kiosk.flow.facts import PersonFacts, TicketFacts


class Effect:
    """Anything the flow wants done."""


@dataclass(frozen=True, slots=True)
class AskPrinter(Effect):
    """Answered by PrinterAnswered."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RequestTicket(Effect):
    """Answered by TicketIssued or TicketRefused, perhaps after TicketDelayed. priority_class: as
    said; class_by_age: the one that the card gives, which the server finds by itself."""

    request_id: str
    service: str
    person: PersonFacts | None
    matter: str | None = None
    priority_class: str | None = None
    class_by_age: str | None = None


@dataclass(frozen=True, slots=True)
class RequestCheckIn(Effect):
    """Answered as RequestTicket is. Whose appointment: the person's, else the code's: an
    appointment's code, or the last four digits of the phone it was booked with."""

    request_id: str
    code: str
    person: PersonFacts | None

    def __repr__(self) -> str:
        return "RequestCheckIn(***)"


@dataclass(frozen=True, slots=True)
class AbandonTicket(Effect):
    """The person left before the number came: whatever number still comes must be given back."""

    request_id: str


@dataclass(frozen=True, slots=True)
class PrintTicket(Effect):
    """Answered by PrintEnded. sent: why the yearly check goes on at a window, one of the server's
    words; empty for who came for the window."""

    request_id: str
    ticket: TicketFacts
    language: Language
    sent: str = ""


@dataclass(frozen=True, slots=True)
class ReportPrinted(Effect):
    request_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class ReportPrintFailed(Effect):
    request_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class KeepTicket(Effect):
    """The person keeps the number without paper; one that nobody keeps the server gives up."""

    request_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class CancelTicket(Effect):
    """Answered by TicketCancelled, however long the server is away, or by TicketRefused."""

    request_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class FindTickets(Effect):
    """Answered by TicketsFound or TicketRefused. By person, else by token, else by number."""

    request_id: str
    person: PersonFacts | None = None
    token: str = ""
    number: str = ""

    def __repr__(self) -> str:
        return "FindTickets(***)"


@dataclass(frozen=True, slots=True)
class ActOnTicket(Effect):
    """Answered by TicketChanged or TicketRefused."""

    request_id: str
    ticket_id: str
    act: TicketAct


@dataclass(frozen=True, slots=True)
class LookAgain(Effect):
    """How a ticket that somebody looks at stands now. Answered by TicketSeen, or not at all."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class PrintList(Effect):
    """The list of materials. Answered by ListPrinted."""

    request_id: str
    matter: MatterFacts
    language: Language


@dataclass(frozen=True, slots=True)
class CallHelp(Effect):
    """Answered by HelpSeen, perhaps several times. place: where the person is in the flow."""

    request_id: str
    place: str
