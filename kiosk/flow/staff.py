"""The staff menu in values: what is known of it, what happens, what is asked for.

Frozen; decides nothing. A PIN stands here only while it is typed; no picture ever does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import tzinfo
from enum import StrEnum

from kiosk.flow.effects import Effect
from kiosk.flow.events import Answer, Event, Language

PIN_DIGITS = range(6, 13)  # how many a PIN may have
WRONG_BEFORE_LOCK = 5
MARKS = 5  # to be touched on the page that shows where touches land
LOCK_FIRST_S, LOCK_LONGEST_S = 60.0, 900.0  # doubled with each wrong PIN after the first lock


class Panel(StrEnum):
    """The pages of the menu."""

    DEVICES = "devices"
    PAPER = "paper"
    SOUND = "sound"
    NETWORK = "network"
    LOG = "log"
    TOUCH = "touch"
    RESTART = "restart"


class Act(StrEnum):
    """What staff may have done; each is written to the log."""

    PRINT = "print"  # a test ticket, that no hall issues
    SPEAK = "speak"
    CAMERA = "camera"
    PAPER = "paper"  # how the printer and its roll are
    NEW_ROLL = "new_roll"
    RESUME = "resume"  # print on from the line at which an error struck
    CLEAR = "clear"  # forget what is not printed
    VOLUME = "volume"  # how loud it is
    LOUDER = "louder"
    QUIETER = "quieter"
    NETWORK = "network"
    LOG = "log"
    RESTART = "restart"


class Verdict(StrEnum):
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"  # done, and the device cannot tell


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an act. key: of the words `staff_told.…`, `figures` filled in; detail: what a
    device says itself, in Chinese and in English."""

    verdict: Verdict
    key: str
    figures: tuple[tuple[str, str], ...] = ()
    detail: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log. at: time of day; what: the event's name; more: its figures."""

    at: str
    level: str
    what: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """One visit of staff; wiped on arriving home. running: the act whose answer is awaited; card:
    what the reader saw last; points: where touches landed, as shares from the lower left."""

    pin: str = field(default="", repr=False)
    misdialled: bool = False
    panel: Panel = Panel.DEVICES
    running: Act | None = None
    told: tuple[tuple[Act, Told], ...] = ()
    card: str = ""
    entries: tuple[LogEntry, ...] = ()
    points: tuple[tuple[float, float], ...] = ()

    def of(self, act: Act) -> Told | None:
        return dict(self.told).get(act)

    def with_told(self, act: Act, told: Told) -> Staff:
        others = tuple((other, what) for other, what in self.told if other is not act)
        return replace(self, told=(*others, (act, told)), running=None)


@dataclass(frozen=True, slots=True)
class Gate:
    """What outlives a visit. set_up: there is a PIN; wrong: PINs in a row; locked_until_s: on the
    flow's clock."""

    set_up: bool = False
    wrong: int = 0
    locked_until_s: float = 0.0

    def locked_s(self, now_s: float) -> float:
        """Seconds until a PIN is taken again; 0 when it is taken now."""
        return max(self.locked_until_s - now_s, 0.0)

    def after_wrong(self, now_s: float) -> Gate:
        wrong = self.wrong + 1
        if wrong < WRONG_BEFORE_LOCK:
            return replace(self, wrong=wrong)
        lock_s = min(LOCK_FIRST_S * 2 ** (wrong - WRONG_BEFORE_LOCK), LOCK_LONGEST_S)
        return replace(self, wrong=wrong, locked_until_s=now_s + lock_s)


# --- what happens -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CornerHeld(Event):
    """Somebody held the upper left corner: staff know of it."""


@dataclass(frozen=True, slots=True)
class PinTouched(Event):
    """The PIN stands as it is meant."""

    request_id: str


@dataclass(frozen=True, slots=True)
class PanelTouched(Event):
    """A page of the menu. request_id: of what the page asks for at once."""

    panel: Panel
    request_id: str


@dataclass(frozen=True, slots=True)
class ActAsked(Event):
    act: Act
    request_id: str


@dataclass(frozen=True, slots=True)
class PointTouched(Event):
    """A finger on the page that shows where touches land; shares of width and height."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PinChecked(Answer):
    right: bool


@dataclass(frozen=True, slots=True)
class ActDone(Answer):
    """entries: of the log, when that was asked for."""

    act: Act
    told: Told
    entries: tuple[LogEntry, ...] = ()


# --- what is asked for --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckPin(Effect):
    """Answered by PinChecked."""

    request_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoAct(Effect):
    """Answered by ActDone. zone: the hall's; None while it is not known: this machine's."""

    request_id: str
    act: Act
    language: Language
    zone: tzinfo | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LeaveStaff(Effect):
    """Staff have gone: the camera's picture is overwritten."""
