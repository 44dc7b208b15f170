"""The kiosk's settings: typed, frozen, read once from TOML; documented in config/kiosk.toml.

Declares shapes only; reading is `foundation.settings_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from foundation.settings_file import load_settings
from kiosk.flow.events import Language, View
from kiosk.flow.states import TimeLimits


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
    def public_url(self) -> str:
        """What a citizen's phone can reach; without a slash at the end."""
        return (self.follow_base_url or self.url).rstrip("/")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """layout: name or file. roll_file: where the paper forecast is kept; None: nowhere."""

    url: str
    profile: str = "generic-80mm"
    layout: str = "standard"
    roll_file: Path | None = None
    status_timeout_s: float = 2.0
    print_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """port: a tty, a path of a pty, or a socket:// address; relative paths count from the file."""

    port: str
    baud: int = 115_200


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    size: str = "1080x1920"
    fullscreen: bool = True
    view: View = View.NORMAL
    language: Language = Language.CHINESE

    def __post_init__(self) -> None:
        parse_size(self.size)

    @property
    def size_px(self) -> tuple[int, int]:
        return parse_size(self.size)


@dataclass(frozen=True, slots=True)
class KioskSettings:
    server: ServerSettings
    printer: PrinterSettings
    reader: ReaderSettings
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    limits: TimeLimits = field(default_factory=TimeLimits)


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


def _with_reader_port_beside(settings: KioskSettings, file: Path) -> KioskSettings:
    """A relative port is a file beside the settings, as every other path in them."""
    port = settings.reader.port
    if not port.startswith("."):
        return settings
    beside = str((file.parent / port).absolute())
    return replace(settings, reader=replace(settings.reader, port=beside))
