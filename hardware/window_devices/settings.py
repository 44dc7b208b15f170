"""The settings of the devices at the windows; every key is explained in
`config/devices/window-devices.toml`. Opens nothing.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from foundation.settings_file import load_settings
from hardware.speaker.settings import SpeakerSettings

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "config/devices/window-devices.toml"
PLACEHOLDER_TOKEN = "write-the-token-here"  # noqa: S105 - what stands in the file as it comes
_NAMES = frozenset({"number", "window", "name", "waiting"})


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """url: without a path. token: of role clerk, without a window of its own."""

    url: str
    hall: str
    token: str
    connect_timeout_s: float = 2.0
    answer_timeout_s: float = 5.0
    stream_silent_s: float = 30.0
    retry_s: float = 1.0

    @property
    def longest_ask_s(self) -> float:
        return self.connect_timeout_s + self.answer_timeout_s

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("url must begin with http:// or https://")


@dataclass(frozen=True, slots=True)
class BusSettings:
    """port: a tty, a path, or socket://host:port. baud: 0 takes that of the makes on it."""

    name: str
    port: str
    baud: int = 0


@dataclass(frozen=True, slots=True)
class SignSettings:
    """window: "" for a screen of the whole hall, which shows every call."""

    name: str
    bus: str
    address: int
    window: str = ""
    make: str = "51-54"


@dataclass(frozen=True, slots=True)
class PadSettings:
    """transfer_service, transfer_window: where the transfer key leads on a pad without digits."""

    bus: str
    address: int
    window: str
    make: str = "standard"
    transfer_service: str = ""
    transfer_window: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """What strips and displays show. {number}, {window}, {name} (of the window), {waiting}."""

    idle: str = "{name}"
    called: str = "请{number}号"
    serving: str = "{number}"
    paused: str = "暂停服务"
    closed: str = "暂停服务"
    hall_idle: str = "请留意叫号"
    hall_call: str = "请{number}号到{window}号窗口"
    pad_idle: str = "等候{waiting}"
    pad_nobody: str = "无人等候"
    pad_refused: str = "不能操作"
    pad_no_server: str = "网络中断"
    pad_typing: str = "转到{number}"

    def __post_init__(self) -> None:
        for name in self.__slots__:
            words = getattr(self, name)
            unknown = {n for _, n, _, _ in string.Formatter().parse(words) if n} - _NAMES
            if unknown:
                raise ValueError(f"{name}: unknown {{{unknown.pop()}}}; there are {sorted(_NAMES)}")


@dataclass(frozen=True, slots=True)
class Habits:
    """called_s, hall_call_s: how long a call stands on a strip; 0: as long as the person is called
    (a hall's screen needs an end). missed_after_calls: "call" pressed after so many calls means
    that nobody came; before, that the person was served. press_valid_s: a key that could not be
    carried out within it is dropped, so that nobody is called long after. call_again_after_s: a
    second "call" within it is a double press. rating_wait_s: how long a rating counts after the
    end. speak_within_s: an older call is not spoken any more."""

    called_s: float = 0.0
    hall_call_s: float = 10.0
    missed_after_calls: int = 3
    press_valid_s: float = 10.0
    call_again_after_s: float = 2.0
    rating_wait_s: float = 60.0
    speak_within_s: float = 30.0
    key_reason: str = "窗口键盘"

    def __post_init__(self) -> None:
        if self.hall_call_s <= 0 or self.press_valid_s <= 0 or self.missed_after_calls < 1:
            raise ValueError("hall_call_s, press_valid_s, missed_after_calls must be above 0")


@dataclass(frozen=True, slots=True)
class WindowDevicesSettings:
    """outbox: a file for ratings that the server has not taken yet."""

    server: ServerSettings
    outbox: Path
    sign_bus: tuple[BusSettings, ...] = ()
    sign: tuple[SignSettings, ...] = ()
    keypad_bus: tuple[BusSettings, ...] = ()
    keypad: tuple[PadSettings, ...] = ()
    texts: Texts = field(default_factory=Texts)
    habits: Habits = field(default_factory=Habits)
    speaker: SpeakerSettings | None = None

    def __post_init__(self) -> None:
        _once("bus", [bus.name for bus in (*self.sign_bus, *self.keypad_bus)])
        _once("port", [bus.port for bus in (*self.sign_bus, *self.keypad_bus)])
        _once("sign", [sign.name for sign in self.sign])
        _once("address", [f"{sign.bus}/{sign.make}/{sign.address}" for sign in self.sign])
        _once("address", [f"{pad.bus}/{pad.address}" for pad in self.keypad])
        _known([sign.bus for sign in self.sign], [bus.name for bus in self.sign_bus])
        _known([pad.bus for pad in self.keypad], [bus.name for bus in self.keypad_bus])


def _once(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} {name!r} stands there twice")


def _known(named: Iterable[str], there: list[str]) -> None:
    for name in named:
        if name not in there:
            raise ValueError(f"no bus {name!r}; there are {', '.join(there) or 'none'}")


def load_window_devices(file: Path) -> WindowDevicesSettings:
    """Raises SettingsError. A port that begins with a dot counts from the file's folder."""
    return load_settings(file, WindowDevicesSettings)


def port_of(bus: BusSettings, file: Path) -> str:
    if bus.port.startswith("."):
        return str((file.parent / bus.port).resolve())
    return bus.port
