"""One make of strip, read from `config/strips/*.toml`; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from foundation.settings_file import load_settings
from hardware.named_files import named_file
from hardware.window_sign.cells import Align
from hardware.window_sign.checksum import CHECKSUMS
from hardware.window_sign.template import Leaf, parse_frame

STRIPS_FOLDER = Path(__file__).resolve().parents[2] / "config" / "strips"


@dataclass(frozen=True, slots=True)
class StripMake:
    """frame: see template.py. escapes: byte → bytes, in hexadecimal. reply: the frame that the
    strip answers with, as a line of hexadecimal bytes and <address>, "" for strips that never
    answer. gap_ms: least time between two frames. sends: how often a frame without reply goes out,
    since nobody tells whether it arrived; tries: how often one with a reply, until it comes."""

    name: str
    frame: str
    encoding: Literal["gbk", "gb2312", "ascii"] = "gbk"
    width_cells: int = 8
    align: Align = "left"
    checksum: str = ""
    escapes: Mapping[str, str] = field(default_factory=dict)
    baud: int = 9600
    gap_ms: int = 100
    sends: int = 1
    reply: str = ""
    reply_timeout_ms: int = 300
    tries: int = 3

    def __post_init__(self) -> None:
        has_check = any(leaf.kind == "check" for leaf in parse_frame(self.frame))
        if has_check and self.checksum not in CHECKSUMS:
            raise ValueError(f"checksum must be one of {', '.join(CHECKSUMS)}")
        if not has_check and self.checksum:
            raise ValueError("the frame has no <check> for its checksum")
        for name in ("width_cells", "baud", "sends", "tries"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.width_cells > 255 or self.gap_ms < 0 or self.reply_timeout_ms < 1:
            raise ValueError("width_cells is at most 255; gap_ms and reply_timeout_ms are times")
        if self.reply:
            reply_pattern(self.reply)
        _escape_table(self.escapes)

    def leaves(self) -> tuple[Leaf, ...]:
        return parse_frame(self.frame)

    def escape_table(self) -> dict[int, bytes]:
        return _escape_table(self.escapes)


def _escape_table(escapes: Mapping[str, str]) -> dict[int, bytes]:
    """Raises ValueError unless every escaped byte can be told from every other again."""
    table: dict[int, bytes] = {}
    for plain, code in escapes.items():
        byte, sequence = bytes.fromhex(plain), bytes.fromhex(code)
        if len(byte) != 1 or len(sequence) < 2:
            raise ValueError(f"escape {plain!r}: one byte becomes two or more")
        table[byte[0]] = sequence
    for sequence in table.values():
        if sequence[0] not in table:
            raise ValueError(f"{sequence[0]:02X} begins an escape and must be escaped itself")
    if len(set(table.values())) != len(table):
        raise ValueError("two bytes have the same escape")
    return table


def reply_pattern(line: str) -> tuple[bytes | None, ...]:
    """Hexadecimal bytes, and None where the address stands. Raises ValueError."""
    parts = tuple(
        None if word == "<address>" else bytes.fromhex(word)
        for word in line.replace("<address>", " <address> ").split()
    )
    if not parts:
        raise ValueError("the reply has no byte")
    return parts


def load_make(name_or_file: str | Path) -> StripMake:
    """A TOML file, or the name of one in `config/strips`.

    Raises SettingsUnusable for a name that no make has, SettingsError for a bad file."""
    return load_settings(named_file(name_or_file, STRIPS_FOLDER, "strip_make_absent"), StripMake)
