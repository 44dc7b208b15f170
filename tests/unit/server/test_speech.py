"""The server's announcements: every language in one file, remembered, and no voice is an answer."""

from __future__ import annotations

import io
import wave

import pytest

from queue_server.speech import Speech, SpeechUnavailable


def length_s(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        return file.getnframes() / file.getframerate()


def test_each_language_is_said_and_a_call_is_made_once() -> None:
    speech = Speech()
    one = speech.call(("zh-CN",), "A001", "3")
    assert length_s(speech.call(("zh-CN", "en"), "A001", "3")) > length_s(one) + 1
    assert speech.call(("zh-CN",), "A001", "3") is one


def test_a_missing_synthesiser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SpeechUnavailable, match="not installed"):
        Speech().call(("en",), "A001", "3")
