"""Recorded clips: a folder whose manifest.toml names a WAV file for each spoken piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.announcement import Phrase
from foundation.settings_file import load_settings
from hardware.errors import DeviceError, SettingsUnusable
from hardware.os_trouble import reason
from hardware.speaker.sound import Sound, joined

MANIFEST = "manifest.toml"


class ClipMissing(DeviceError):
    """A recording that this announcement needs is not there; the synthesiser says it instead."""

    code = "clip_missing"


@dataclass(frozen=True, slots=True)
class Manifest:
    """clips: name → WAV file in the same folder. pause_s: silence between two clips."""

    clips: Mapping[str, str]
    pause_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.pause_s <= 1:
            raise ValueError("pause_s must be 0 to 1")
        for name, file in self.clips.items():
            if Path(file).name != file:
                raise ValueError(f"clip {name!r}: {file!r} must be a file in this folder")


class ClipFolder:
    """All recordings of one language, read once, so that no disk is waited for at a call."""

    def __init__(self, folder: Path) -> None:
        """Raises SettingsError or SettingsUnusable for a manifest or a WAV file that is unfit; a
        file that is named and not there is only missing."""
        manifest = load_settings(folder / MANIFEST, Manifest)
        self._pause_s = manifest.pause_s
        self.missing_files: list[str] = []
        self._sounds: dict[str, Sound] = {}
        for name, file in manifest.clips.items():
            self._load(folder / file, name)

    def _load(self, file: Path, name: str) -> None:
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            self.missing_files.append(file.name)
            return
        except OSError as error:
            raise SettingsUnusable(
                "sound_file_unreadable", file=str(file), reason=reason(error)
            ) from error
        self._sounds[name] = Sound.from_wav(data, str(file))

    def missing_for(self, phrase: Phrase, number: str, window: str) -> list[str]:
        """The clips that this announcement would need and that are not recorded."""
        names = phrase.clip_names(number, window, self._sounds)
        return [name for name in names if name not in self._sounds]

    def spoken(self, phrase: Phrase, number: str, window: str) -> Sound:
        """Raises ClipMissing, with their names: half a sentence in another voice is no help."""
        if missing := self.missing_for(phrase, number, window):
            raise ClipMissing("clips_missing", missing=", ".join(missing))
        names = phrase.clip_names(number, window, self._sounds)
        return joined((self._sounds[name] for name in names), self._pause_s)
