"""What one make of printer can do, read from `config/printers/*.toml`; prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foundation.settings_file import load_settings
from hardware.named_files import named_file

PROFILES_FOLDER = Path(__file__).resolve().parents[2] / "config" / "printers"


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """What a make of printer can do; the files in `config/printers` document each key.

    paper_width_dots: printable width. status_replies: answers DLE EOT at all. automatic_status:
    tells changes by itself (GS a). answer_within_s: how long one answer may take. end_of_ticket:
    what it answers in order, so that the end of a ticket is known: GS ( H with the job's own token,
    GS r, or nothing. clear: what makes it forget a half ticket. identity: tells its firmware
    (GS I). images: GS v 0, ESC * or none. native_qr: draws QR codes itself. band_rows: most rows of
    an image in one command. motion_units: feeds are told in dots only after GS P.
    feed_to_cut_mm: from print head to cutter or tear bar. print_speed_mm_s: how fast paper moves,
    for bounding waits. roll_m, near_end_m: a new roll, and what is left of it when the near-end
    sensor speaks; first guesses, the printer's own are learned."""

    name: str
    paper_width_dots: int
    dots_per_mm: int
    mode: Literal["text", "bitmap"]
    encoding: Literal["gb18030", "gbk"]
    cutter: Literal["full", "partial", "none"]
    status_replies: bool
    end_of_ticket: Literal["job", "paper", "none"]
    near_end_sensor: bool
    images: Literal["raster", "columns", "none"]
    native_qr: bool
    band_rows: int
    feed_to_cut_mm: int
    print_speed_mm_s: int
    automatic_status: bool = False
    answer_within_s: float = 0.5
    clear: Literal["after_error", "always"] = "after_error"
    identity: bool = False
    motion_units: bool = False
    roll_m: float = 0.0
    near_end_m: float = 0.0

    def __post_init__(self) -> None:
        if self.paper_width_dots % 8 or not 200 <= self.paper_width_dots <= 1000:
            raise ValueError("paper_width_dots must be a multiple of 8 from 200 to 1000")
        if self.mode == "bitmap" and self.images == "none":
            raise ValueError('mode "bitmap" needs images = "raster" or "columns"')
        for name in ("dots_per_mm", "band_rows", "print_speed_mm_s"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 < self.answer_within_s <= 5:
            raise ValueError("answer_within_s must be above 0 and at most 5")
        if self.roll_m < 0 or self.near_end_m < 0:
            raise ValueError("roll_m and near_end_m must not be negative")
        if not 0 <= self.feed_to_cut_mm * self.dots_per_mm <= 255:
            raise ValueError("feed_to_cut_mm must fit one feed command (255 dots)")

    @property
    def draws_images(self) -> bool:
        return self.images != "none"

    @property
    def dots_per_inch(self) -> int:
        """Of the two kinds of head that there are."""
        return 180 if self.dots_per_mm == 7 else 203

    def dots(self, length_mm: float) -> int:
        return round(length_mm * self.dots_per_mm)


def load_profile(name_or_file: str | Path) -> PrinterProfile:
    """A TOML file, or the name of one in `config/printers`.

    Raises SettingsUnusable for a name that no profile has, SettingsError for a bad file."""
    return load_settings(
        named_file(name_or_file, PROFILES_FOLDER, "profile_absent"), PrinterProfile
    )
