"""What the kiosk sees of its devices: Protocols and the plain values that cross them.

No I/O and no library here. Every method may be called from any worker thread, never from the
UI thread (they block); one device is used by one thread at a time unless its driver says more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from hardware.errors import DeviceError

if TYPE_CHECKING:  # a type's name alone: this module stays free of libraries
    import numpy as np
    from numpy.typing import NDArray


class PrinterState(StrEnum):
    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    OFFLINE = "offline"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """can_print: None when the printer does not tell (a mute or one-way printer)."""

    state: PrinterState
    can_print: bool | None
    detail: str


class PrintOutcome(StrEnum):
    CONFIRMED = "confirmed"  # the printer said afterwards that all is well
    FAILED = "failed"  # the ticket is certainly not (wholly) on paper
    UNKNOWN = "unknown"  # sent, and the printer cannot tell: never guessed


@dataclass(frozen=True, slots=True)
class PrintResult:
    outcome: PrintOutcome
    status: PrinterStatus
    bytes_sent: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class TicketContent:
    """What stands on a ticket; display words are chosen by the caller in the person's language.

    lines: extra lines under the main block (how many wait, how long, which windows, materials).
    follow_url: becomes the QR code; None prints none. review_code: a few figures that only the
    ticket's holder has. note: why somebody is at the window, where that must be said. Nothing
    personal in clear.
    """

    hall_name: str
    number: str
    service_name: str
    issued_at: datetime  # aware, in the hall's own zone: it is printed as it stands
    people_ahead: int | None
    wait_text: str
    window_text: str
    follow_url: str | None = None
    review_code: str = ""
    class_label: str = ""
    note: str = ""
    materials: tuple[str, ...] = ()
    footer: str = ""
    language: str = "zh-CN"


class TicketPrinter(Protocol):
    def status(self, timeout_s: float = 2.0) -> PrinterStatus:
        """Asks the printer. Never raises for a device that is away: that is state OFFLINE."""

    def print_ticket(self, content: TicketContent, timeout_s: float = 10.0) -> PrintResult:
        """Asks, prints, asks again. Never raises for device trouble: the result tells."""

    def close(self) -> None: ...


CardType = Literal["resident", "J", "I", "Y"]


@dataclass(frozen=True, slots=True)
class CardRecord:
    """One identity card as read; what a card type does not have is None.

    photo: 1024 opaque WLT bytes, b"" when absent. fingerprint: opaque, b"" unless asked for.
    version: of a card I. link_number: what ties a card Y to its holder's earlier number.
    `repr` shows nothing personal.
    """

    type: CardType
    name: str
    english_name: str | None
    sex: str
    sex_code: str
    ethnicity: str | None
    ethnicity_code: str | None
    birth: date | None
    address: str | None
    newest_address: str | None
    id_number: str
    id_number_valid: bool
    authority: str | None
    valid_from: date | None
    valid_to: date | Literal["long_term"] | None
    pass_number: str | None
    issue_count: str | None
    nationality: str | None
    photo: bytes
    sam_id: str | None
    fingerprint: bytes = b""
    version: str | None = None
    link_number: str | None = None

    def __repr__(self) -> str:
        return f"CardRecord(type={self.type!r}, ***)"


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card was laid down; reading takes 2–3 s more: show that something happens."""


@dataclass(frozen=True, slots=True)
class CardRead:
    record: CardRecord


@dataclass(frozen=True, slots=True)
class CardUnreadable:
    error: DeviceError


@dataclass(frozen=True, slots=True)
class CardRemoved:
    pass


@dataclass(frozen=True, slots=True)
class ReaderAway:
    """The reader does not answer; the driver keeps trying and says ReaderBack."""

    error: DeviceError


@dataclass(frozen=True, slots=True)
class ReaderBack:
    """The reader answers: for the first time, or again."""


CardEvent = CardSeen | CardRead | CardUnreadable | CardRemoved | ReaderAway | ReaderBack


class CardReader(Protocol):
    def read_card(self, timeout_s: float = 10.0) -> CardRecord:
        """Waits for a card and reads it. Raises NoCard, CardNotReadable or another DeviceError."""

    def watch(self, on_event: Callable[[CardEvent], None], stop: threading.Event) -> None:
        """Polls until `stop` is set, tells each change; survives unplugging. Blocks its thread."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class CardPhoto:
    """The picture of a card, decoded and checked. bmp: a whole BMP file, 24 bits, BGR."""

    width_px: int
    height_px: int
    bmp: bytes


class PhotoDecoder(Protocol):
    """Makes a picture of a card's WLT photo. Halls without one compare with the enrolled photo."""

    def decode(self, wlt: bytes) -> CardPhoto:
        """wlt: CardRecord.photo. Raises DeviceError: no photo, no decoder, none in time, no BMP."""


@dataclass(frozen=True, slots=True)
class SocialCard:
    """One social-security card as read; what it does not hold is None. atr: in hexadecimal, the
    chip's kind, nothing of its holder. `repr` shows nothing personal."""

    name: str
    social_security_number: str
    social_security_number_valid: bool
    sex: str | None
    sex_code: str | None
    card_number: str | None
    card_id: str | None
    version: str | None
    issuer: str | None
    issued: date | None
    expires: date | None
    atr: str

    def __repr__(self) -> str:
        return f"SocialCard(version={self.version!r}, ***)"


@dataclass(frozen=True, slots=True)
class SocialCardRead:
    record: SocialCard


SocialCardEvent = CardSeen | SocialCardRead | CardUnreadable | CardRemoved | ReaderAway | ReaderBack


class SocialCardReader(Protocol):
    def read_card(self, timeout_s: float = 10.0) -> SocialCard:
        """Waits for a card and reads it. Raises NoCard, CardNotReadable (with code `use_id_card`:
        this card needs the ID card instead) or another DeviceError."""

    def watch(self, on_event: Callable[[SocialCardEvent], None], stop: threading.Event) -> None:
        """Polls until `stop` is set, tells each change; survives unplugging. Blocks its thread."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera. taken_at: UTC. picture: height × width × 3 of uint8, BGR, origin
    top left. position_s: where it stands in a film, else None. Held in memory only."""

    taken_at: datetime
    picture: NDArray[np.uint8]
    position_s: float | None = None


class Camera(Protocol):
    def read(self, timeout_s: float = 5.0) -> Frame:
        """The next frame, reopening a camera that vanished. Raises DeviceMissing, DeviceTimeout."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """How a device is that cannot be asked like a printer. state: ok, offline or error."""

    state: Literal["ok", "offline", "error"]
    detail: str = ""


class WindowSign(Protocol):
    """The LED strip of one window. Any thread; every method returns at once."""

    def show(self, text: str, hold_s: float | None = None) -> None:
        """Shows `text`; after `hold_s` the idle text comes back. Newest wins: a text that was not
        yet sent and is replaced never shows."""

    def set_idle(self, text: str) -> None:
        """The text between calls; shown at once unless another is being held."""


class PadKey(StrEnum):
    """What a key of a window's keypad asks for; which key it is, the pad's map says."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    INVITE_RATING = "invite_rating"
    PAUSE = "pause"
    TRANSFER = "transfer"
    CONFIRM = "confirm"
    DIGIT_0 = "digit_0"
    DIGIT_1 = "digit_1"
    DIGIT_2 = "digit_2"
    DIGIT_3 = "digit_3"
    DIGIT_4 = "digit_4"
    DIGIT_5 = "digit_5"
    DIGIT_6 = "digit_6"
    DIGIT_7 = "digit_7"
    DIGIT_8 = "digit_8"
    DIGIT_9 = "digit_9"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """address: of the pad on its bus."""

    address: int
    key: PadKey


@dataclass(frozen=True, slots=True)
class Rated:
    """level: 5 very satisfied – 1 very dissatisfied, the national scale's five levels."""

    address: int
    level: int


@dataclass(frozen=True, slots=True)
class PadsAway:
    """The bus cannot be reached; the driver keeps trying and says PadsBack."""

    error: DeviceError


@dataclass(frozen=True, slots=True)
class PadsBack:
    """The bus is open: for the first time, or again."""


PadEvent = KeyPressed | Rated | PadsAway | PadsBack


class RatingPad(Protocol):
    """Keypads and rating pads on one bus."""

    def watch(self, on_event: Callable[[PadEvent], None], stop: threading.Event) -> None:
        """Tells keys and ratings until `stop` is set; survives unplugging. Blocks its thread."""

    def await_rating(self, address: int, for_s: float) -> None:
        """From now on one rating of that pad counts, for `for_s`; any thread."""

    def show(self, address: int, text: str) -> None:
        """Shows a text on the pad, where it has a display; any thread."""


class Speaker(Protocol):
    """The hall's loudspeaker. Any thread; every method returns at once."""

    def announce(self, number: str, window: str) -> None:
        """Says a call once those before it are through."""

    def say(self, text: str, language: str = "zh-CN") -> None: ...

    def close(self) -> None: ...
