"""Spoken announcements: a call as a WAV file, from the system's synthesiser.

The screens play the files, so that every browser speaks the same voice, also one without voices of
its own. Blocking; call it from a worker thread.
"""

from __future__ import annotations

import io
import threading
import wave
from collections import OrderedDict

from foundation.announcement import PHRASES
from foundation.synthesiser import SynthesisFailed, synthesise

_PAUSE_S = 0.35


class SpeechUnavailable(Exception):
    """The synthesiser is missing or failed; calls are still shown."""

    code = "speech_unavailable"


class Speech:
    """Synthesises and remembers the most recent announcements. Any thread."""

    def __init__(self, remembered: int = 256) -> None:
        self._remembered = remembered
        self._known: OrderedDict[tuple[tuple[str, ...], str, str], bytes] = OrderedDict()
        self._speaking = threading.Lock()

    def call(self, languages: tuple[str, ...], number: str, window: str) -> bytes:
        """The announcement of a call as a mono 16-bit WAV file, the hall's languages in turn.

        Raises SpeechUnavailable.
        """
        key = (languages, number, window)
        with self._speaking:  # one at a time; whoever asks for the same finds it done
            if (known := self._find(key)) is not None:
                return known
            spoken = _joined([_spoken(x, number, window) for x in languages])
            self._known[key] = spoken
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
            return spoken

    def _find(self, key: tuple[tuple[str, ...], str, str]) -> bytes | None:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)


def _spoken(language: str, number: str, window: str) -> bytes:
    phrase = PHRASES[language]
    try:
        return synthesise(phrase.voice, phrase.words_per_minute, phrase.spoken(number, window))
    except SynthesisFailed as error:
        raise SpeechUnavailable(str(error)) from error


def _joined(files: list[bytes]) -> bytes:
    """Several WAV files of one format as one, with a short pause between them."""
    out = io.BytesIO()
    with wave.open(out, "wb") as joined:
        for position, data in enumerate(files):
            samples, rate = _samples(data)
            if position == 0:
                joined.setnchannels(1)
                joined.setsampwidth(2)
                joined.setframerate(rate)
            else:
                joined.writeframes(b"\0\0" * int(rate * _PAUSE_S))
            joined.writeframes(samples)
    return out.getvalue()


def _samples(data: bytes) -> tuple[bytes, int]:
    """16-bit mono samples and their rate. A piped WAV's header claims an endless length."""
    with wave.open(io.BytesIO(data), "rb") as source:
        if (source.getnchannels(), source.getsampwidth()) != (1, 2):
            raise SpeechUnavailable("espeak-ng gave an unexpected sound format")
        available = (len(data) - 44) // 2
        return source.readframes(min(source.getnframes(), available)), source.getframerate()
