"""One make of keypad: which code is which key, read from `config/devices/keypads/*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.settings_file import load_settings
from hardware.keypad.protocol import MAX_DATA, PadFrame
from hardware.named_files import named_file
from hardware.ports import PadKey
from hardware.window_sign.cells import fitted

KEYPADS_FOLDER = Path(__file__).resolve().parents[2] / "config" / "devices" / "keypads"
LEVELS = range(1, 6)  # 5 very satisfied – 1 very dissatisfied


@dataclass(frozen=True, slots=True)
class PadMake:
    """Codes are hexadecimal. keys: function → key. ratings: data of a rating → level 1–5.
    rating_seen, rating_seen_data: function and data of the answer to a rating; no data gives those
    of the rating back. invite, display: functions by which the host asks for a rating and shows a
    text; "" where the pad has none. debounce_ms: the same key again within it counts once."""

    name: str
    keys: Mapping[str, PadKey]
    ratings: Mapping[str, int]
    rating: str = "11"
    rating_seen: str = "01"
    rating_seen_data: str = ""
    invite: str = ""
    display: str = ""
    display_cells: int = 8
    baud: int = 9600
    debounce_ms: int = 400

    def __post_init__(self) -> None:
        codes = [_code(code) for code in (*self.keys, self.rating)]
        if len(set(codes)) != len(codes):
            raise ValueError("two keys have the same code")
        for code, level in self.ratings.items():
            _code(code)
            if level not in LEVELS:
                raise ValueError(f"rating {code!r}: a level is 1 to 5, not {level}")
        for code in (self.rating_seen, self.rating_seen_data, self.invite, self.display):
            if code:
                _code(code)
        if self.baud < 300 or not 1 <= self.display_cells <= MAX_DATA or self.debounce_ms < 0:
            raise ValueError("baud, display_cells and debounce_ms must be sensible")

    def key_of(self, frame: PadFrame) -> PadKey | None:
        """The key, None for a code that this make does not name."""
        return {_code(code): key for code, key in self.keys.items()}.get(frame.function)

    def is_rating(self, frame: PadFrame) -> bool:
        return frame.function == _code(self.rating)

    def level_of(self, frame: PadFrame) -> int | None:
        """The level of a rating, None for a value that is no level of this make."""
        if len(frame.data) != 1:
            return None
        return {_code(code): level for code, level in self.ratings.items()}.get(frame.data[0])

    def seen(self, frame: PadFrame) -> PadFrame:
        """What tells the pad that its frame arrived: the frame itself, or the word for a rating."""
        if self.is_rating(frame):
            data = bytes.fromhex(self.rating_seen_data) or frame.data
            return PadFrame(frame.address, _code(self.rating_seen), data)
        return frame

    def invitation(self, address: int) -> PadFrame | None:
        return PadFrame(address, _code(self.invite)) if self.invite else None

    def shown(self, address: int, text: str) -> PadFrame | None:
        """The frame that shows `text` on the pad's display; None for one without."""
        if not self.display:
            return None
        return PadFrame(address, _code(self.display), fitted(text, self.display_cells, "gbk"))

    def code_of(self, key: PadKey) -> int:
        """The function of a key. Raises KeyError for one that the pad does not have."""
        return {key: _code(code) for code, key in self.keys.items()}[key]

    def rating_code(self, level: int) -> int:
        """The data that means `level`. Raises KeyError for a level that the pad does not have."""
        return {level: _code(code) for code, level in self.ratings.items()}[level]


def _code(text: str) -> int:
    """Raises ValueError unless `text` is one byte in hexadecimal."""
    try:
        (byte,) = bytes.fromhex(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no code of one byte in hexadecimal") from error
    return byte


def load_pad(name_or_file: str | Path) -> PadMake:
    """A TOML file, or the name of one in `config/devices/keypads`.

    Raises SettingsUnusable for a name that no make has, SettingsError for a bad file."""
    return load_settings(named_file(name_or_file, KEYPADS_FOLDER, "keypad_make_absent"), PadMake)
