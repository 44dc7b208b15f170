"""What somebody wants to happen: one frozen dataclass per command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from queue_server.domain.acceptances import CloseAcceptance
from queue_server.domain.administration import AdministrationCommand
from queue_server.domain.appointments import (
    BookAppointment,
    CancelAppointment,
    ChangeAppointment,
    CheckIn,
)
from queue_server.domain.cases import CaseCommand
from queue_server.domain.configuration import ConfigurationCommand
from queue_server.domain.content import ContentCommand, TakeInContent
from queue_server.domain.leases import HandIn, TakeLeases
from queue_server.domain.messages import MessageCommand
from queue_server.domain.pension_commands import PensionCommand
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
    """A person who was parked, or who asked for more minutes, is back."""

    ticket: str


@dataclass(frozen=True, slots=True)
class KeepTicket:
    """The print failed; the person keeps the number without paper."""

    ticket: str


@dataclass(frozen=True, slots=True)
class DeferTicket:
    """*Give me ten more minutes*: keeps the place, is not called before then."""

    ticket: str
    minutes: int


@dataclass(frozen=True, slots=True)
class TransferTicket:
    """Sends on a ticket that is at no window. At the most one of to_window and to_clerk."""

    ticket: str
    service: str | None = None
    to_window: str | None = None
    to_clerk: str | None = None


@dataclass(frozen=True, slots=True)
class PassTime:
    """What became due by the clock: parked and deferred people back in line, numbers given up that
    were not printed and that nobody kept."""


@dataclass(frozen=True, slots=True)
class CallNext:
    window: str


@dataclass(frozen=True, slots=True)
class CallTicket:
    """Calls a chosen ticket (特呼), named by its id or its number; the reason stands on the
    manager's board."""

    window: str
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Here and below, ticket: the one that is meant, if the sender says so; refused when another
    one is at the window."""

    window: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    window: str
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """outcome: one of `acceptances.Outcome`; promised_days: working days, for an accepted matter;
    missing: every paper that is missing, told once, for a returned one."""

    window: str
    outcome: str | None = None
    ticket: str | None = None
    matter: str | None = None
    promised_days: int | None = None
    missing: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """reason: why it was missed before the calls that the hall's rule asks for."""

    window: str
    ticket: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Park:
    window: str
    reason: str
    until_ms: int | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """To a service, a window or a clerk; `returns` brings the person back to this window's clerk
    afterwards."""

    window: str
    service: str | None = None
    to_window: str | None = None
    returns: bool = False
    to_clerk: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class RateStep:
    """What somebody thought of a service that `window` has just finished for them.

    level: 5 very satisfied, 4 satisfied, 3 fairly satisfied, 2 dissatisfied, 1 very dissatisfied.
    review: a fresh id for it.
    """

    window: str
    ticket: str
    level: int
    review: str | None = None


@dataclass(frozen=True, slots=True)
class TakeSeat:
    """A clerk acts at the window under a login of their own: what happens there is theirs."""

    window: str
    clerk: str


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
    """figures: what the device knows of itself; only those of LASTING_FIGURES are kept."""

    device: str
    kind: str
    state: str
    detail: str
    figures: Mapping[str, str | int] = field(default_factory=dict)


TicketCommand = (
    ConfirmPrinted
    | ReportPrintFailed
    | CancelTicket
    | RejoinTicket
    | ResumeTicket
    | KeepTicket
    | DeferTicket
    | TransferTicket
)
# What is done from the chair at a window: a clerk who does it sits there.
SeatedCommand = (
    CallNext
    | CallTicket
    | Recall
    | Start
    | Finish
    | Miss
    | Park
    | Transfer
    | PauseWindow
    | ResumeWindow
)
AtWindowCommand = SeatedCommand | RateStep | OpenWindow | CloseWindow
LeaseCommand = TakeLeases | HandIn
AppointmentCommand = BookAppointment | ChangeAppointment | CancelAppointment | CheckIn
Command = (
    Configure
    | TakeInContent
    | AdministrationCommand
    | ContentCommand
    | ConfigurationCommand
    | RollDay
    | PassTime
    | TakeSeat
    | IssueTicket
    | TicketCommand
    | AtWindowCommand
    | ReportDevice
    | LeaseCommand
    | AppointmentCommand
    | CloseAcceptance
    | CaseCommand
    | MessageCommand
    | PensionCommand
)
