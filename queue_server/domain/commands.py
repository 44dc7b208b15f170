"""What somebody wants to happen: one frozen dataclass per command."""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain.leases import HandIn, TakeLeases
from queue_server.domain.rules import HallRules


@dataclass(frozen=True, slots=True)
class Configure:
    rules: HallRules


@dataclass(frozen=True, slots=True)
class RollDay:
    """Close the business day that is over, if one is, and open the present one."""


@dataclass(frozen=True, slots=True)
class IssueTicket:
    """ticket: a fresh random id. Exactly one of service and matter is needed (both must agree).

    age_years: from the person's card, or None. person: the vault's reference, or None.
    """

    ticket: str
    service: str | None
    matter: str | None = None
    priority_class: str | None = None
    age_years: int | None = None
    person: str | None = None
    kiosk: str | None = None
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmPrinted:
    ticket: str


@dataclass(frozen=True, slots=True)
class ReportPrintFailed:
    ticket: str


@dataclass(frozen=True, slots=True)
class CancelTicket:
    ticket: str
    reason: str = "person"


@dataclass(frozen=True, slots=True)
class RejoinTicket:
    ticket: str


@dataclass(frozen=True, slots=True)
class ResumeTicket:
    """A parked person is back."""

    ticket: str


@dataclass(frozen=True, slots=True)
class CallNext:
    window: str


@dataclass(frozen=True, slots=True)
class CallTicket:
    """Calls a chosen ticket (特呼); the reason stands on the manager's board."""

    window: str
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recall:
    window: str


@dataclass(frozen=True, slots=True)
class Start:
    window: str


@dataclass(frozen=True, slots=True)
class Finish:
    window: str
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    window: str


@dataclass(frozen=True, slots=True)
class Park:
    window: str
    reason: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """To a service or to a window; `returns` brings the person back to this window afterwards."""

    window: str
    service: str | None = None
    to_window: str | None = None
    returns: bool = False


@dataclass(frozen=True, slots=True)
class OpenWindow:
    window: str
    clerk: str | None = None


@dataclass(frozen=True, slots=True)
class CloseWindow:
    window: str


@dataclass(frozen=True, slots=True)
class PauseWindow:
    window: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResumeWindow:
    window: str


@dataclass(frozen=True, slots=True)
class ReportDevice:
    device: str
    kind: str
    state: str
    detail: str


TicketCommand = ConfirmPrinted | ReportPrintFailed | CancelTicket | RejoinTicket | ResumeTicket
AtWindowCommand = (
    CallNext
    | CallTicket
    | Recall
    | Start
    | Finish
    | Miss
    | Park
    | Transfer
    | OpenWindow
    | CloseWindow
    | PauseWindow
    | ResumeWindow
)
LeaseCommand = TakeLeases | HandIn
Command = (
    Configure
    | RollDay
    | IssueTicket
    | TicketCommand
    | AtWindowCommand
    | ReportDevice
    | LeaseCommand
)
