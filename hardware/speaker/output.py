"""Where a sound goes: PulseAudio or ALSA by their own players, a folder of files, or nowhere.

The players are programs, so a sound driver that hangs or dies takes no thread of ours with it.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hardware.errors import (
    DeviceError,
    DeviceMissing,
    DeviceRefused,
    DeviceTimeout,
    SettingsUnusable,
)
from hardware.os_trouble import reason
from hardware.speaker.settings import SpeakerSettings
from hardware.speaker.sound import RATE_HZ, Sound

_GRACE_S = 5.0  # what a player may take beyond the sound's own length
_ANSWERS_WITHIN_S = 3.0


class SoundOutput(Protocol):
    @property
    def name(self) -> str:
        """How it is called in settings and messages."""

    def play(self, sound: Sound) -> None:
        """Returns when it has sounded. Raises DeviceMissing, DeviceTimeout, DeviceRefused."""

    def stop(self) -> None:
        """Ends what sounds now; for the end of the program alone. From any thread."""


class PlayerOutput:
    """A player program that takes sound on standard input."""

    def __init__(
        self, name: str, command: Sequence[str], to_bytes: Callable[[Sound], bytes]
    ) -> None:
        self.name, self._command, self._to_bytes = name, tuple(command), to_bytes
        self._playing: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def play(self, sound: Sound) -> None:
        process = self._start()
        limit_s = sound.length_s + _GRACE_S
        try:
            _, said = process.communicate(self._to_bytes(sound), timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise DeviceTimeout(
                "player_slow", program=self._command[0], timeout_s=round(limit_s)
            ) from error
        finally:
            self._playing = None
        if process.returncode and not self._stopped:
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            status = process.returncode
            raise DeviceRefused(
                "player_failed", program=self._command[0], reason=last or status, status=status
            )

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if (playing := self._playing) is not None:
                playing.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise DeviceMissing("sound_closed")
            try:
                self._playing = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            except OSError as error:
                raise DeviceMissing(
                    "player_absent", program=self._command[0], reason=reason(error)
                ) from error
            return self._playing


class FileOutput:
    """Writes 000001.wav, 000002.wav …: for trying announcements out, and for tests."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def play(self, sound: Sound) -> None:
        self._count += 1
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{self._count:06}.wav").write_bytes(sound.to_wav())
        except OSError as error:
            raise DeviceMissing(
                "folder_unwritable", folder=str(self._folder), reason=reason(error)
            ) from error

    def stop(self) -> None:
        """Nothing sounds here."""


class NoOutput:
    """A hall without a loudspeaker: a normal state. Announcements are made and not heard."""

    name = "none"

    def play(self, sound: Sound) -> None:
        """Silence."""

    def stop(self) -> None:
        """Nothing sounds here."""


def alsa(device: str) -> PlayerOutput:
    chosen = ("-D", device) if device else ()
    return PlayerOutput("alsa", ("aplay", "-q", *chosen, "-t", "wav", "-"), Sound.to_wav)


def pulse(device: str) -> PlayerOutput:
    chosen = (f"--device={device}",) if device else ()
    shape = ("--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1")
    command = ("paplay", *chosen, *shape, "--client-name=hall")
    return PlayerOutput("pulse", command, lambda sound: sound.samples.astype("<i2").tobytes())


def pulse_answers() -> bool:
    """Whether a PulseAudio (or PipeWire) server can be reached from here."""
    if shutil.which("pactl") is None or shutil.which("paplay") is None:
        return False
    try:
        asked = subprocess.run(
            ("pactl", "info"), capture_output=True, timeout=_ANSWERS_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def alsa_answers() -> bool:
    """Whether ALSA's player is there and knows at least one card."""
    cards = Path("/proc/asound/cards")
    if shutil.which("aplay") is None or not cards.exists():
        return False
    return "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace")


class AutoOutput:
    """PulseAudio if it answers, else ALSA, else silence. Looks again after trouble, and every so
    often while there is nothing: sound servers come up late, and USB speakers are plugged in."""

    def __init__(self, device: str, look_every_s: float = 30.0) -> None:
        self._device, self._look_every_s = device, look_every_s
        self._chosen: SoundOutput = NoOutput()
        self._look_again_s = 0.0  # on the monotonic clock
        self._stopped = False

    @property
    def name(self) -> str:
        return self._chosen.name

    def play(self, sound: Sound) -> None:
        if self._chosen.name == "none" and time.monotonic() >= self._look_again_s:
            self._look_again_s = time.monotonic() + self._look_every_s
            self._chosen = self._look()
        if self._stopped:
            return
        try:
            self._chosen.play(sound)
        except DeviceError:
            self._chosen, self._look_again_s = NoOutput(), 0.0
            raise

    def stop(self) -> None:
        self._stopped = True
        self._chosen.stop()

    def _look(self) -> SoundOutput:
        if pulse_answers():
            return pulse(self._device)
        return alsa(self._device) if alsa_answers() else NoOutput()


def make_output(settings: SpeakerSettings) -> SoundOutput:
    """As the settings say. Raises SettingsUnusable."""
    match settings.output:
        case "pulse":
            return pulse(settings.device)
        case "alsa":
            return alsa(settings.device)
        case "none":
            return NoOutput()
        case "file":
            if settings.folder is None:
                raise SettingsUnusable("output_needs_folder")
            return FileOutput(settings.folder)
    return AutoOutput(settings.device)
