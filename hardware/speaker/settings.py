"""What a speaker's table in a settings file may say; every key is explained in
`config/devices/window-devices.toml`. Reads no sound, opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal

from foundation.announcement import PHRASES, Phrase


@dataclass(frozen=True, slots=True)
class VolumeFrom:
    """From this time of day on, until the next one. percent: 0–100; 0 says nothing at all."""

    at: time
    percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("percent must be 0 to 100")


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """output: where the sound goes – "auto" takes PulseAudio if it answers, else ALSA, else none;
    "file" writes each announcement into `folder`. device: as aplay or paplay name it, "" for the
    usual one. clips: language → a folder with manifest.toml. chime: a WAV file, None for none."""

    output: Literal["auto", "pulse", "alsa", "file", "none"] = "auto"
    device: str = ""
    folder: Path | None = None
    languages: tuple[str, ...] = ("zh-CN",)
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    clips: Mapping[str, Path] = field(default_factory=dict)
    chime: Path | None = None
    repeat: int = 1
    volume_percent: int = 100
    volume: tuple[VolumeFrom, ...] = ()

    def __post_init__(self) -> None:
        if self.output == "file" and self.folder is None:
            raise ValueError('output = "file" needs a folder')
        if not 1 <= self.repeat <= 3:
            raise ValueError("repeat must be 1 to 3")
        if not 0 <= self.volume_percent <= 100:
            raise ValueError("volume_percent must be 0 to 100")
        for language in self.languages:
            self.phrase(language)

    def phrase(self, language: str) -> Phrase:
        """The configured phrase, else the built-in one. Raises ValueError for neither."""
        found = self.phrases.get(language) or PHRASES.get(language)
        if found is None:
            raise ValueError(f"no phrase for {language!r}; there are {self.spoken}")
        return found

    @property
    def spoken(self) -> str:
        """Every language that has a phrase."""
        return ", ".join(sorted({*self.phrases, *PHRASES}))

    def percent_at(self, now: time) -> int:
        """The volume at this local time: that of the last entry begun, also since yesterday."""
        if not self.volume:
            return self.volume_percent
        in_order = sorted(self.volume, key=lambda entry: entry.at)
        begun = [entry for entry in in_order if entry.at <= now]
        return (begun or in_order)[-1].percent
