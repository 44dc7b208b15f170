"""What has happened: one frozen dataclass per event, and their plain form for the journal.

A field's name is its key in the journal's data, except that instants (`…_ms`, UTC milliseconds)
are written as `…_at` in RFC 3339. Figures are whole numbers or texts, never floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, ClassVar

_NAME_PART = re.compile(r"(?<!^)(?=[A-Z])")


@lru_cache(maxsize=1024)
def instant_text(at_ms: int) -> str:
    """UTC milliseconds → RFC 3339 with offset, e.g. `2026-11-23T01:00:00.000+00:00`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


@lru_cache(maxsize=1024)
def instant_ms(text: str) -> int:
    """RFC 3339 → UTC milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Event:
    """Base of all events; `name` is how the journal and the API call it. part: what several events
    have in common, no event itself."""

    name: ClassVar[str]
    registry: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, *, part: bool = False) -> None:
        cls.name = _NAME_PART.sub("_", cls.__name__).lower()
        if not part:
            Event.registry[cls.name] = cls


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


def _encoder(cls: type[Event]) -> Callable[[Any], dict[str, Any]]:
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    keys = [f"{n[:-3]}_at" if n.endswith("_ms") else n for n in names]
    instants = [key for key, name in zip(keys, names, strict=True) if key != name]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter("name", *names)

    def encode(event: Any) -> dict[str, Any]:
        data = dict(zip(keys, values(event)[1:], strict=True))
        for key in instants:
            if (at_ms := data[key]) is not None:
                data[key] = instant_text(at_ms)
        return data

    return encode


# Made at first use: other modules of the domain define events of their own.
_ENCODERS: dict[type[Event], Callable[[Any], dict[str, Any]]] = {}
_PLANS: dict[type[Event], list[tuple[str, bool, Any]]] = {}


def to_data(event: Event) -> dict[str, Any]:
    """The event's plain form for the journal, without its name."""
    cls = type(event)
    if cls not in _ENCODERS:
        _ENCODERS[cls] = _encoder(cls)
    return _ENCODERS[cls](event)


def from_data(name: str, data: Mapping[str, Any]) -> Event:
    """The inverse of `to_data`. Keys that the event does not know (who, request id) are left out.

    Raises KeyError for a name that is no event: the journal was written by a newer version.
    """
    cls = Event.registry[name]
    if cls not in _PLANS:
        _PLANS[cls] = _plan(cls)
    values: list[Any] = []
    for key, is_instant, default in _PLANS[cls]:
        value = data.get(key, default)
        if value is MISSING:
            raise TypeError(f"{name} has no {key!r}")
        if is_instant:
            value = None if value is None else instant_ms(value)
        elif type(value) is list:
            value = _frozen(value)
        values.append(value)
    return cls(*values)


def _plan(cls: type[Event]) -> list[tuple[str, bool, Any]]:
    """For each field its key, whether it is an instant, and what it is when an older version of the
    program wrote nothing there (MISSING: it always wrote something)."""
    found = []
    for field in fields(cls):  # type: ignore[arg-type]
        is_instant = field.name.endswith("_ms")
        key = f"{field.name[:-3]}_at" if is_instant else field.name
        default = field.default
        if is_instant and isinstance(default, int):
            default = instant_text(default)
        found.append((key, is_instant, default))
    return found


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples, all the way down."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
