"""Sounds in memory: WAV in and out, joined, made softer, brought to one rate.

Pure: plays nothing, opens no file. Samples are 16-bit mono.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.errors import SettingsUnusable
from hardware.words import state_words

RATE_HZ = 22_050  # espeak-ng's own; recordings are brought to it
_HEADER_BYTES = 44
_FULL_SCALE = 32_767


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """samples: int16, one channel, `RATE_HZ` a second."""

    samples: NDArray[np.int16]

    @property
    def length_s(self) -> float:
        return len(self.samples) / RATE_HZ

    @classmethod
    def silence(cls, length_s: float) -> Sound:
        return cls(np.zeros(round(length_s * RATE_HZ), np.int16))

    @classmethod
    def from_wav(cls, data: bytes, name: str) -> Sound:
        """8- or 16-bit PCM of any rate; several channels are mixed. name: for the error.

        Raises SettingsUnusable for anything else."""
        try:
            with wave.open(io.BytesIO(data), "rb") as source:
                channels, width = source.getnchannels(), source.getsampwidth()
                rate_hz = source.getframerate()
                # A piped WAV's header claims an endless length.
                most = (len(data) - _HEADER_BYTES) // (channels * width)
                raw = source.readframes(min(source.getnframes(), most))
        except (wave.Error, EOFError, ValueError, ZeroDivisionError) as error:
            why = state_words("sound_no_wav", said=str(error))
            raise SettingsUnusable("sound_file_wrong", file=name, reason=why) from error
        if width not in (1, 2):
            why = state_words("sound_bits", bits=8 * width)
            raise SettingsUnusable("sound_file_wrong", file=name, reason=why)
        return cls(_at_own_rate(_mono(raw, channels, width), rate_hz))

    def to_wav(self) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(self.samples.astype("<i2").tobytes())
        return out.getvalue()

    def softer(self, percent: int) -> Sound:
        """percent: 0–100 of the amplitude."""
        return Sound((self.samples.astype(np.int32) * percent // 100).astype(np.int16))


def joined(sounds: Iterable[Sound], pause_s: float = 0.0) -> Sound:
    """One after the other with `pause_s` of silence between them."""
    pieces: list[NDArray[np.int16]] = []
    gap = Sound.silence(pause_s).samples
    for sound in sounds:
        if pieces:
            pieces.append(gap)
        pieces.append(sound.samples)
    return Sound(np.concatenate(pieces) if pieces else np.zeros(0, np.int16))


def _mono(raw: bytes, channels: int, width: int) -> NDArray[np.float64]:
    whole = raw[: len(raw) - len(raw) % (channels * width)]
    if width == 1:  # 8-bit WAV is unsigned
        values = (np.frombuffer(whole, np.uint8).astype(np.float64) - 128) * 256
    else:
        values = np.frombuffer(whole, "<i2").astype(np.float64)
    mixed: NDArray[np.float64] = values.reshape(-1, channels).mean(axis=1)
    return mixed


def _at_own_rate(values: NDArray[np.float64], rate_hz: int) -> NDArray[np.int16]:
    """Linear interpolation: enough for speech."""
    if rate_hz != RATE_HZ and len(values):
        count = max(1, round(len(values) * RATE_HZ / rate_hz))
        at = np.linspace(0, len(values) - 1, count)
        values = np.interp(at, np.arange(len(values)), values)
    return np.clip(np.rint(values), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)
