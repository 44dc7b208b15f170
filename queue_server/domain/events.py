"""What has happened: one frozen dataclass per event, and their plain form for the journal.

A field's name is its key in the journal's data, except that instants (`…_ms`, UTC milliseconds)
are written as `…_at` in RFC 3339. Figures are whole numbers or texts, never floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queue_server.domain.event_base import Event as Event
from queue_server.domain.event_base import from_data as from_data
from queue_server.domain.event_base import instant_ms as instant_ms
from queue_server.domain.event_base import instant_text as instant_text
from queue_server.domain.event_base import to_data as to_data


@dataclass(frozen=True, slots=True)
class HallConfigured(Event):
    """rules: HallRules.to_data(), whole. digest: of the settings file that was last taken in (its
    rules, not its text). change: what somebody changed while the hall was open; None when the
    rules came from the file."""

    rules: Mapping[str, Any]
    digest: str = ""
    change: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DayOpened(Event):
    day: str


@dataclass(frozen=True, slots=True)
class DayClosed(Event):
    """expired: tickets that had not ended; flagged: tickets still being served. left: how many of
    those that expired were waiting, called, missed, parked."""

    day: str
    issued: int
    expired: int
    flagged: int
    left: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    """serial counts within prefix, hall and business day; then: services of later steps.

    people_ahead, p50_s, p90_s: the promise made at issue. person: a random reference, or None.
    appointment: the one that was checked in. lease: the block of a ticket that a kiosk gave out
    offline; clock_off_s: by how much the arrival that the kiosk told was out of bounds.
    widened_pct, shifted_pct: the correction in a simulated promise (outlook.py); widened_pct 0: it
    is the first-day formula's.
    """

    ticket: str
    number: str
    prefix: str
    serial: int
    service: str
    matter: str | None
    priority_class: str
    person: str | None
    kiosk: str | None
    arrived_ms: int
    then: tuple[str, ...]
    people_ahead: int
    p50_s: int | None
    p90_s: int | None
    appointment: str | None = None
    lease: str | None = None
    clock_off_s: int = 0
    widened_pct: int = 0
    shifted_pct: int = 0


@dataclass(frozen=True, slots=True)
class TicketPrinted(Event):
    ticket: str


@dataclass(frozen=True, slots=True)
class TicketPrintFailed(Event):
    ticket: str


@dataclass(frozen=True, slots=True)
class TicketReprinted(Event):
    """The same person asked again for the same service and got the same ticket."""

    ticket: str
    kiosk: str | None


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    """why: {"zh", "en", "figures"}, the explanation of this choice; calls: 1 for the first."""

    ticket: str
    number: str
    service: str
    window: str
    calls: int
    why: Mapping[str, Any]

    @property
    def chosen(self) -> bool:
        """Whether a clerk chose it (特呼), and not the dispatcher."""
        return bool(self.why.get("figures", {}).get("reason") == "chosen")


@dataclass(frozen=True, slots=True)
class TicketRecalled(Event):
    ticket: str
    number: str
    service: str
    window: str
    calls: int


@dataclass(frozen=True, slots=True)
class CallFoundNobody(Event):
    window: str


@dataclass(frozen=True, slots=True)
class TicketStarted(Event):
    ticket: str
    window: str


@dataclass(frozen=True, slots=True)
class TicketFinished(Event):
    """The registration of a step (办理登记). next_service: the step that follows, None at the end;
    flagged: closed by the day's end, nothing registered. outcome: one of `acceptances.Outcome`, or
    words of an older client; None counts as done. step: from 1; first_window, first_clerk: who
    received the person first (首问). promised_day: of an accepted matter; missing: papers that were
    told, of a returned one.
    """

    ticket: str
    window: str
    outcome: str | None
    next_service: str | None
    flagged: bool
    step: int = 0
    service: str | None = None
    matter: str | None = None
    clerk: str | None = None
    first_window: str | None = None
    first_clerk: str | None = None
    promised_day: str | None = None
    missing: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StepRated(Event):
    """The rating of the service that `window` finished for `ticket`; level: 5 best – 1 worst. step:
    its number; source: from which kind of device; review: the id under which the vault has its
    words, if there are any, and of the case that a bad one opens."""

    ticket: str
    window: str
    level: int
    step: int = 0
    service: str | None = None
    matter: str | None = None
    clerk: str | None = None
    source: str = "pad"
    review: str | None = None
    reasons: tuple[str, ...] = ()
    worded: bool = False


@dataclass(frozen=True, slots=True)
class TicketMissed(Event):
    """calls: how often it had been called. skipped: that was fewer times than the hall's rule says;
    reason: why, in the clerk's words."""

    ticket: str
    window: str
    calls: int = 0
    skipped: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketRejoined(Event):
    """after_calls: it is next once its service has had so many calls this day, which lets some
    people go first."""

    ticket: str
    after_calls: int


@dataclass(frozen=True, slots=True)
class TicketParked(Event):
    ticket: str
    window: str
    reason: str
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class TicketResumed(Event):
    ticket: str


@dataclass(frozen=True, slots=True)
class TicketTransferred(Event):
    """for_window: only that window may call it; for_clerk: where this clerk is, if they move.
    returns_to, returns_clerk: the window and the clerk it comes back to afterwards, for
    returns_service."""

    ticket: str
    from_window: str | None
    service: str
    for_window: str | None
    returns_to: str | None
    returns_service: str | None
    for_clerk: str | None = None
    returns_clerk: str | None = None


@dataclass(frozen=True, slots=True)
class TicketKept(Event):
    """Its print failed, and the person keeps the number without paper."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketDeferred(Event):
    """The person asked not to be called before until_ms; the place in line is kept."""

    ticket: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class TicketDeferralEnded(Event):
    """It may be called again: the time has come, or the person is back before it."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    ticket: str


@dataclass(frozen=True, slots=True)
class WindowOpened(Event):
    window: str
    clerk: str | None


@dataclass(frozen=True, slots=True)
class ClerkSeated(Event):
    """A clerk acts under a login of their own at an open window where nobody sat, or somebody else:
    what happens there from now on is theirs, and they sit nowhere else."""

    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class WindowClosed(Event):
    window: str


@dataclass(frozen=True, slots=True)
class WindowPaused(Event):
    window: str
    reason: str


@dataclass(frozen=True, slots=True)
class WindowResumed(Event):
    window: str


@dataclass(frozen=True, slots=True)
class NothingChanged(Event):
    """A request found things as it wanted them. Kept, so that it gets the same answer for ever."""

    asked: str


@dataclass(frozen=True, slots=True)
class DeviceChanged(Event):
    """A device's state became another; repeated reports of the same state are no event. figures:
    of LASTING_FIGURES, those that it told."""

    device: str
    kind: str
    state: str
    detail: str
    figures: Mapping[str, Any] | None = None
