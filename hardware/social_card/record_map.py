"""Where on a card each item stands: configuration, because regions differ; and how it is read.

Pure, but for `load_map`. The usual map is config/devices/social-card.toml.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from foundation.settings_file import load_settings

STANDARD_MAP = Path(__file__).resolve().parents[2] / "config" / "devices" / "social-card.toml"
Item = Literal[
    "version",
    "card_id",
    "issuer",
    "issued",
    "expires",
    "card_number",
    "social_security_number",
    "name",
    "sex",
]
Coding = Literal["text", "hex", "date"]
_BLANK = frozenset(b"\x00\x20\xff")  # what unwritten or withheld records hold


@dataclass(frozen=True, slots=True)
class Place:
    """file_id: SFI. length: of the record in bytes, its header included. versions: beginnings of
    the card's version for which this place holds; none means all."""

    item: Item
    file_id: int
    record: int
    length: int
    coding: Coding = "text"
    versions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.file_id <= 30 or not 1 <= self.record <= 254:
            raise ValueError(f"{self.item}: file_id is 1 to 30, record 1 to 254")
        if not 1 <= self.length <= 255:
            raise ValueError(f"{self.item}: length is 1 to 255")

    def holds_for(self, version: str | None) -> bool:
        return not self.versions or (version or "").startswith(self.versions)


@dataclass(frozen=True, slots=True)
class RecordMap:
    """application: its name in hexadecimal. The version is read first, since places depend on it.
    header_bytes: at the start of each record."""

    application: str
    header_bytes: int
    encoding: str
    places: tuple[Place, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(bytes.fromhex(self.application)) <= 16:
            raise ValueError("application has 1 to 16 bytes")
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise ValueError(str(error)) from error
        found = {place.item for place in self.places}
        missing = [item for item in get_args(Item) if item not in found]
        if missing:
            raise ValueError(f"no place for {', '.join(missing)}")

    @property
    def application_name(self) -> bytes:
        return bytes.fromhex(self.application)

    def in_order(self) -> tuple[Place, ...]:
        """The version's place first."""
        return tuple(sorted(self.places, key=lambda place: place.item != "version"))

    def value(self, place: Place, data: bytes) -> str | None:
        """What a record holds, None for a blank one. Never fails: cards hold anything."""
        body = data[self.header_bytes :]
        if not body or set(body) <= _BLANK:
            return None
        return _CODINGS[place.coding](body, self.encoding)


def load_map(file: Path = STANDARD_MAP) -> RecordMap:
    """Raises SettingsError."""
    return load_settings(file, RecordMap)


def _text(body: bytes, encoding: str) -> str | None:
    """Rare characters that the encoding lacks are shown as U+FFFD rather than lost."""
    return body.rstrip(b"\x00\xff").decode(encoding, "replace").strip() or None


def _hex(body: bytes, _encoding: str) -> str:
    return body.hex().upper()


def _date(body: bytes, _encoding: str) -> str | None:
    """YYYYMMDD in packed decimals; None for what is no day."""
    try:
        return date.fromisoformat(body.hex()[:8]).isoformat()
    except ValueError:
        return None


_CODINGS: Mapping[Coding, Callable[[bytes, str], str | None]] = {
    "text": _text,
    "hex": _hex,
    "date": _date,
}
