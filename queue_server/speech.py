"""Spoken announcements: a call as a WAV file, from the system's synthesiser.

The screens play the files, so that every browser speaks the same voice, also one without voices of
its own.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from foundation.announcement import PHRASES
from foundation.synthesiser import SynthesisFailed, synthesise

_PAUSE_S = 0.35
SPOKEN_WITHIN_S = 8.0
UNDER_WAY_AT_MOST = 32
# languages, number, window
_Call = tuple[tuple[str, ...], str, str]


class SpeechUnavailable(Exception):
    """The synthesiser is missing or failed; calls are still shown."""

    code = "speech_unavailable"


class Speech:
    """Synthesises and remembers the most recent announcements. Used from the event loop; what takes
    long is done in a thread of its own, so that a synthesiser that hangs keeps nobody waiting who
    wants something else."""

    def __init__(self, remembered: int = 256) -> None:
        self._remembered = remembered
        self._known: OrderedDict[_Call, bytes] = OrderedDict()
        self._under_way: dict[_Call, asyncio.Future[bytes]] = {}
        self._thread = ThreadPoolExecutor(1, "speech")

    async def call(self, languages: tuple[str, ...], number: str, window: str) -> bytes:
        """The announcement of a call as a mono 16-bit WAV file, the hall's languages in turn;
        whoever asks for one that is under way waits for the same.

        Raises SpeechUnavailable, also when it would come too late to be a call.
        """
        call = (languages, number, window)
        if call in self._known:
            self._known.move_to_end(call)
            return self._known[call]
        try:
            return await asyncio.wait_for(asyncio.shield(self._begun(call)), SPOKEN_WITHIN_S)
        except TimeoutError as error:
            raise SpeechUnavailable("the synthesiser takes too long") from error

    def _begun(self, call: _Call) -> asyncio.Future[bytes]:
        if call in self._under_way:
            return self._under_way[call]
        if len(self._under_way) >= UNDER_WAY_AT_MOST:
            raise SpeechUnavailable("the synthesiser has too much to do")
        loop = asyncio.get_running_loop()
        begun = loop.run_in_executor(self._thread, _announcement, call)
        self._under_way[call] = begun
        begun.add_done_callback(lambda done: self._ended(call, done))
        return begun

    def _ended(self, call: _Call, done: asyncio.Future[bytes]) -> None:
        del self._under_way[call]
        if done.cancelled() or done.exception() is not None:
            return  # told to whoever asked; the next one tries again
        self._known[call] = done.result()
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _announcement(call: _Call) -> bytes:
    languages, number, window = call
    return _joined([_spoken(language, number, window) for language in languages])


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
