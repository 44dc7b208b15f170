"""The kiosk's settings: typed, frozen, read once from TOML; documented in config/kiosk.toml.

Declares shapes only; reading is `foundation.settings_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from foundation.settings_file import load_settings
from kiosk.dimming import DimHours
from kiosk.flow.content import QuestionsFacts
from kiosk.flow.events import Language, View
from kiosk.flow.states import TimeLimits
from kiosk.staff_pin import check_hash


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where numbers come from. token is a secret; `repr` does not show it."""

    url: str
    hall: str
    kiosk_id: str
    token: str = field(repr=False)
    follow_base_url: str = ""
    poll_s: float = 3.0
    connect_timeout_s: float = 2.0
    answer_timeout_s: float = 4.0
    retry_first_s: float = 0.5
    retry_longest_s: float = 5.0
    away_after_failures: int = 2

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise ValueError(f"url must begin with http:// or https://, not {self.url!r}")
        if self.away_after_failures < 1:
            raise ValueError("away_after_failures must be at least 1")

    @property
    def longest_ask_s(self) -> float:
        """One request, at most; an answer that trickles in takes several of its limits."""
        return self.connect_timeout_s + 3 * self.answer_timeout_s

    @property
    def public_url(self) -> str:
        """What a citizen's phone can reach; without a slash at the end."""
        return (self.follow_base_url or self.url).rstrip("/")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """layout, list_layout, slip_layout: name or file; of tickets, of lists of materials, of the
    yearly check's slip. roll_file: where the paper forecast is kept; None: nowhere."""

    url: str
    profile: str = "generic-80mm"
    layout: str = "standard"
    list_layout: str = "materials"
    slip_layout: str = "slip"
    roll_file: Path | None = None
    status_timeout_s: float = 2.0
    print_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """port: a tty, a path of a pty, or a socket:// address; relative paths count from the file."""

    port: str
    baud: int = 115_200


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """present: a scanner that types like a keyboard is built in, so that screens ask for tickets to
    be held to it. What one types counts anyhow."""

    present: bool = False


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """language: the usual one; languages: those offered, each with its file kiosk.<tag>.toml. dim:
    hours in which the screen is darker while nobody is there."""

    size: str = "1080x1920"
    fullscreen: bool = True
    view: View = View.NORMAL
    language: str = Language.CHINESE
    languages: tuple[str, ...] = (Language.CHINESE, Language.ENGLISH)
    dim: tuple[DimHours, ...] = ()

    def __post_init__(self) -> None:
        parse_size(self.size)
        if len(set(self.languages)) != len(self.languages) or len(self.languages) > 6:
            raise ValueError("languages names six different ones at most")
        if self.language not in self.languages:
            raise ValueError(f"languages must hold {self.language!r}, the usual one")

    @property
    def size_px(self) -> tuple[int, int]:
        return parse_size(self.size)


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """questions: the file with the questions of *help me choose*. eligibility_matter: the matter of
    the yearly check, empty for none. claims: priority classes that a person may say they have.
    elsewhere, elsewhere_en: where numbers can be had while this kiosk gives none."""

    questions: Path | None = None
    eligibility_matter: str = ""
    claims: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    elsewhere_en: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.elsewhere) > 3 or len(self.elsewhere_en) > 3:
            raise ValueError("elsewhere names three places at most")


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """Of the voice that guides. output, device: as of hardware.speaker.settings."""

    output: Literal["auto", "pulse", "alsa", "none"] = "auto"
    device: str = ""
    volume_percent: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.volume_percent <= 100:
            raise ValueError("volume_percent must be 0 to 100")


@dataclass(frozen=True, slots=True)
class StaffSettings:
    """pin_hash: as `./hall kiosk pin` makes it; "": the staff menu cannot be opened."""

    pin_hash: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        check_hash(self.pin_hash)


@dataclass(frozen=True, slots=True)
class WatchdogSettings:
    """patience_s: a worker that is so much later than it promised counts as hung."""

    patience_s: float = 30.0

    def __post_init__(self) -> None:
        if self.patience_s <= 0:
            raise ValueError("patience_s must be more than 0 seconds")


@dataclass(frozen=True, slots=True)
class OfflineSettings:
    """folder: where hall, guides and lent numbers are kept, so that the kiosk goes on without the
    server; None: nothing is kept and no number is lent. size: numbers lent per service."""

    folder: Path | None = None
    size: int = 10
    ask_every_s: float = 60.0

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 10_000:
            raise ValueError("size must be 1 to 10000")


@dataclass(frozen=True, slots=True)
class FaceCheckSettings:
    """camera: a device index or /dev/video…, a film, pictures or a stream; "": the yearly check
    is made at windows alone. rotate: degrees clockwise. settings: the file of the check itself."""

    camera: str = ""
    width: int = 640
    height: int = 480
    rotate: Literal[0, 90, 180, 270] = 0
    settings: Path | None = None


@dataclass(frozen=True, slots=True)
class KioskSettings:
    server: ServerSettings
    printer: PrinterSettings
    reader: ReaderSettings
    scanner: ScannerSettings = field(default_factory=ScannerSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    face_check: FaceCheckSettings = field(default_factory=FaceCheckSettings)
    limits: TimeLimits = field(default_factory=TimeLimits)
    home: HomeSettings = field(default_factory=HomeSettings)
    offline: OfflineSettings = field(default_factory=OfflineSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    watchdog: WatchdogSettings = field(default_factory=WatchdogSettings)


def parse_size(text: str) -> tuple[int, int]:
    """`1080x1920` → (1080, 1920). Raises ValueError."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise ValueError(f"size must look like 1080x1920, not {text!r}")
    if int(width) < 320 or int(height) < 320:
        raise ValueError(f"size must be at least 320 each way, not {text!r}")
    return int(width), int(height)


def load_kiosk_settings(file: Path) -> KioskSettings:
    """Raises foundation.settings_file.SettingsError."""
    settings = load_settings(file, KioskSettings)
    return _with_reader_port_beside(settings, file)


def load_questions(file: Path | None) -> QuestionsFacts:
    """Raises foundation.settings_file.SettingsError."""
    return load_settings(file, QuestionsFacts) if file else QuestionsFacts()


def _with_reader_port_beside(settings: KioskSettings, file: Path) -> KioskSettings:
    """A relative port is a file beside the settings, as every other path in them."""
    port = settings.reader.port
    if not port.startswith("."):
        return settings
    beside = str((file.parent / port).absolute())
    return replace(settings, reader=replace(settings.reader, port=beside))
