"""The wire between server and clients: the JSON shapes of `/api/v1`, event names, error codes.

Standard library only, so that a kiosk can import it without the server's dependencies. Times are
RFC 3339 texts with offset, durations whole seconds. Fields may be added, never renamed.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from queue_server.wire.cases import Contact, Promises
from queue_server.wire.content import Notice
from queue_server.wire.messages import WindowMessage
from queue_server.wire.reviews import ReviewFigures

TicketStatus = Literal[
    "waiting", "called", "serving", "missed", "parked", "finished", "cancelled", "expired"
]
WindowState = Literal["open", "paused", "closed"]


class Wait(TypedDict):
    """Estimated wait from now until the call: one in two is called within p50_s, nine in ten within
    p90_s. about: little is known of the hall's days yet."""

    p50_s: int
    p90_s: int
    about: bool


class Ticket(TypedDict):
    """One ticket now. people_ahead, position and wait are null unless it waits."""

    id: str
    number: str
    service: str
    service_name: str
    service_name_en: str
    matter: str | None
    then: list[str]  # services of the steps that are still to come
    status: TicketStatus
    priority_class: str
    issued_at: str
    position: int | None
    people_ahead: int | None
    wait: Wait | None
    window: str | None
    windows: list[str]  # the windows that serve it, in order
    calls: int
    # "/t/{token}", to be put behind the server's public address; empty in what windows are told:
    # the code is the person's, who rates the window with it
    follow_path: str
    review_code: str  # four figures, to rate with at a kiosk; empty where follow_path is
    reprint: bool  # true when the person already held this ticket
    rejoined: bool  # true when its call had been missed, and this request put it back in line
    printed: bool | None  # null: not yet known
    booked_for: str | None  # the time of its appointment
    offline: bool  # a kiosk gave it out while it could not reach the server
    kept: bool  # the print failed, and the person keeps the number
    deferred_until: str | None  # the person asked not to be called before then
    may_defer: bool  # whether they may ask for more minutes now


class Obstacle(TypedDict):
    """As the refusal of a request for a number would say it."""

    code: str
    message: str


class FaceTerms(TypedDict):
    """What people are told before they agree to a face check. operator: who answers for the data;
    evidence_days: how long pictures that a clerk compared are kept; null: they are not."""

    operator: str
    operator_en: str
    evidence_days: int | None


class Service(TypedDict):
    id: str
    prefix: str
    name: str
    name_en: str
    icon: str
    waiting: int
    wait: Wait | None  # for someone who came now; null when no window serves it
    longest_wait_s: int
    windows: list[str]
    accepting: bool
    paused: bool  # a manager paused it: no numbers for now
    obstacle: Obstacle | None  # why it is not accepting
    closes_at: str | None  # the end of the session that is on
    opens_at: str | None  # the next opening, while the hall is closed
    closing_soon: bool  # numbers will soon end: the hall closes, or those who wait last until then
    left: int | None  # numbers that the quota still gives now; null without a quota


class Skill(TypedDict):
    service: str
    rank: int


class WindowTicket(TypedDict):
    id: str
    number: str
    service: str
    service_name: str
    priority_class: str
    status: TicketStatus
    since: str
    calls: int
    usual_s: int  # the service's usual duration
    matter: str | None
    matter_name: str | None
    matter_name_en: str | None
    contact: Contact  # who received the person first (首问); nobody before the first start
    step: int  # of this visit, from 1


class Window(TypedDict):
    id: str
    name: str
    name_en: str
    state: WindowState
    reason: str | None
    clerk: str | None
    since: str
    free_since: str | None  # null unless it is open and nobody is called or served there
    skills: list[Skill]
    ticket: WindowTicket | None
    waiting: int  # people this window could serve now
    first_classes: list[str]
    stands_in_for: str | None  # AB岗: whose services it takes over while that window pauses
    standing_in: bool  # whether it does so now
    messages: list[WindowMessage]  # of the manager, this day


class Call(TypedDict):
    """One line of the call screen."""

    seq: int
    number: str
    service: str
    service_name: str
    service_name_en: str
    window: str
    window_name: str
    window_name_en: str
    at: str
    again: bool
    audio: str  # path of the spoken announcement


class Matter(TypedDict):
    """A matter with its service guide (五公开)."""

    id: str
    service: str
    name: str
    name_en: str
    materials: list[str]
    procedure: list[str]
    promised_working_days: int
    result: str
    fee: str
    legal_basis: str
    usual_s: int


class MissedTicket(TypedDict):
    """Called without coming; its person may come back and rejoin."""

    id: str
    number: str
    service: str
    since: str
    may_rejoin: bool


class ParkedTicket(TypedDict):
    """Put aside; window: where. reason is for staff: null for others."""

    id: str
    number: str
    service: str
    window: str | None
    since: str
    until: str | None  # back in line by itself then
    reason: str | None


class OutOfTurn(TypedDict):
    """A chosen call (特呼), or somebody skipped before all calls; for the manager's board."""

    number: str
    service: str
    window: str
    clerk: str | None
    at: str
    what: Literal["chosen", "skipped"]
    reason: str | None


class PriorityClass(TypedDict):
    id: str
    name: str
    name_en: str
    min_age: int | None  # full years from which an identity card gives it


class Device(TypedDict):
    """figures: `tickets_left` (of this roll, about) and `firmware`, as far as the device knows."""

    id: str
    kind: str
    state: str
    detail: str
    figures: dict[str, Any]
    at: str


class Hall(TypedDict):
    """A hall as it is now; `seq` is the journal's number this view includes.

    Windows' reasons and clerks, and the devices, are for staff: null and empty for others.
    """

    id: str
    name: str
    name_en: str
    region: list[str]
    time_zone: str
    business_day: str
    now: str
    # how far `now` is from the right time as far as is known, seconds, + ahead; for staff, else 0
    clock_off_s: int
    seq: int
    open: bool
    appointments: bool  # whether times can be booked here, so that somebody may come to check in
    hours: list[str]
    notice: str
    notice_en: str
    notices: list[Notice]  # shown today, beside the standing `notice`
    services: list[Service]
    priority_classes: list[PriorityClass]
    windows: list[Window]
    calls: list[Call]  # newest first
    missed: list[MissedTicket]  # newest first
    parked: list[ParkedTicket]  # newest first
    out_of_turn: list[OutOfTurn]  # newest first; for staff, empty for others
    devices: list[Device]
    alerts: dict[str, Any] | None  # from when on the board asks for somebody; for staff
    promises: Promises | None  # for staff; null for others
    reviews: ReviewFigures | None  # this month's, where the hall publishes them and there are some
    auto_call_s: int  # consoles call by themselves so long after a finish; 0: they do not
    today: dict[str, int]  # issued, finished, missed, cancelled, waiting, serving


class Help(TypedDict):
    """A call for a person at a kiosk. at: when that state began; null when nobody ever called."""

    kiosk: str
    state: Literal["none", "calling", "answered"]
    place: str
    at: str | None


class JournalEvent(TypedDict):
    seq: int
    event: str
    at: str
    data: dict[str, Any]
    prev_hash: str
    hash: str


class ErrorBody(TypedDict):
    code: str
    message: str
    detail: dict[str, Any]


class Person(TypedDict):
    """Sent once with a request for a ticket; never stored in clear and never logged."""

    id_number: str
    name: NotRequired[str]
    birth: NotRequired[str]  # YYYY-MM-DD


# What event streams can be narrowed to with ?topics=, and the events in each.
TOPICS: dict[str, frozenset[str]] = {
    "calls": frozenset({"ticket_called", "ticket_recalled", "ticket_started", "ticket_missed"}),
    "queue": frozenset(
        {
            "ticket_issued",
            "ticket_printed",
            "ticket_print_failed",
            "ticket_called",
            "ticket_started",
            "ticket_finished",
            "ticket_missed",
            "ticket_rejoined",
            "ticket_parked",
            "ticket_resumed",
            "ticket_transferred",
            "ticket_cancelled",
            "ticket_kept",
            "ticket_deferred",
            "ticket_deferral_ended",
            "ticket_expired",
            "day_opened",
            "day_closed",
        }
    ),
    "windows": frozenset(
        {
            "window_opened",
            "window_closed",
            "window_paused",
            "window_resumed",
            "clerk_seated",
            "window_told",
            "window_message_ended",
            "hall_configured",
        }
    ),
    "devices": frozenset({"device_changed"}),
    "content": frozenset({"content_taken_in", "content_put", "content_removed"}),
    "appointments": frozenset(
        {
            "appointment_booked",
            "appointment_changed",
            "appointment_cancelled",
            "appointment_checked_in",
            "appointment_missed",
        }
    ),
    "acceptances": frozenset({"acceptance_opened", "acceptance_closed"}),
    "pensions": frozenset(
        {"pension_check_referred", "pension_check_failed", "pension_passed", "pension_check_begun"}
    ),
    "kiosks": frozenset(
        {
            "lease_issued",
            "lease_carried_over",
            "lease_expired",
            "numbers_voided",
            "offline_ticket_recorded",
            "offline_ticket_refused",
        }
    ),
}
