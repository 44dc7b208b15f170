"""The server's announcements: every language in one file, remembered, and no voice is an answer."""

from __future__ import annotations

import asyncio
import io
import threading
import wave

import pytest

from queue_server import speech as s
from queue_server.speech import Speech, SpeechUnavailable


def length_s(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        return file.getnframes() / file.getframerate()


def test_each_language_is_said_and_a_call_is_made_once() -> None:
    asyncio.run(_each_language_is_said_and_a_call_is_made_once())


async def _each_language_is_said_and_a_call_is_made_once() -> None:
    speech = Speech()
    one, same = await asyncio.gather(*(speech.call(("zh-CN",), "A001", "3") for _ in range(2)))
    assert length_s(await speech.call(("zh-CN", "en"), "A001", "3")) > length_s(one) + 1
    assert await speech.call(("zh-CN",), "A001", "3") is one is same
    speech.close()


def test_a_missing_synthesiser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_a_missing_synthesiser_is_told(monkeypatch))


async def _a_missing_synthesiser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    speech = Speech()
    for _ in range(2):
        with pytest.raises(SpeechUnavailable, match="not installed"):
            await speech.call(("en",), "A001", "3")
    speech.close()


def test_a_synthesiser_that_hangs_holds_up_nothing_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(_a_synthesiser_that_hangs_holds_up_nothing_that_is_known(monkeypatch))


async def _a_synthesiser_that_hangs_holds_up_nothing_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speech = Speech()
    known = await speech.call(("en",), "A001", "3")
    goes_on = threading.Event()

    def hangs(call: object) -> bytes:
        goes_on.wait()
        return b"late"

    monkeypatch.setattr(s, "_announcement", hangs)
    monkeypatch.setattr(s, "SPOKEN_WITHIN_S", 0.02)
    monkeypatch.setattr(s, "UNDER_WAY_AT_MOST", 2)
    try:
        for number in ("A002", "A003", "A002"):
            with pytest.raises(SpeechUnavailable, match="too long"):
                await speech.call(("en",), number, "3")
        with pytest.raises(SpeechUnavailable, match="too much"):
            await speech.call(("en",), "A004", "3")
        assert await speech.call(("en",), "A001", "3") is known
        assert await asyncio.to_thread(int, "1") == 1
    finally:
        goes_on.set()
    monkeypatch.setattr(s, "SPOKEN_WITHIN_S", 60)
    assert await speech.call(("en",), "A002", "3") == b"late"  # what came too late is kept
    speech.close()
