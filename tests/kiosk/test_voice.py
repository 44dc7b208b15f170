"""Spoken guidance: a sentence for every screen, short, newest first, where it is wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardware.speaker.guide import GuideSpeaker
from hardware.speaker.settings import SpeakerSettings
from hardware.speaker.sound import Sound
from kiosk.flow import events as ev
from kiosk.flow.states import Place
from kiosk.samples import PERSON, sample_states
from kiosk.texts import SHIPPED, load_texts
from kiosk.voice import Voice, spoken_words

STATES = sample_states()
MOST_SIGNS = 22


def test_every_screen_says_one_short_sentence_in_every_language() -> None:
    for language in SHIPPED:
        texts = load_texts(language)
        for name, state in STATES.items():
            words = spoken_words(state, texts)
            assert words, name
            assert PERSON.name not in words
            if language == ev.Language.CHINESE:
                assert len(words) <= MOST_SIGNS, f"{name}: {words}"
    assert {state.place for state in STATES.values()} >= set(Place)


def test_the_warning_is_spoken_and_the_number_sign_by_sign() -> None:
    texts = load_texts(ev.Language.CHINESE)
    assert spoken_words(STATES["warning"], texts) == texts("voice.warning")
    assert "D 0 2 3" in spoken_words(STATES["ticket"], texts)


class Notebook:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, text: str, language: str = "zh-CN") -> None:
        self.heard.append(text)

    def hush(self) -> None:
        self.heard.append("")


def test_it_speaks_once_a_screen_and_is_silent_where_nobody_wants_it() -> None:
    notebook = Notebook()
    voice = Voice(notebook, load_texts)
    home = STATES["home"]
    spoken = replace(home, manner=replace(home.manner, spoken=True))
    services = replace(spoken, place=Place.SERVICES)
    for state in (home, spoken, spoken, services, replace(services, now_s=3.0), home, home):
        voice.heed(state)
    texts = load_texts(ev.Language.CHINESE)
    assert notebook.heard == [texts("voice.home"), texts("voice.services"), ""]


class Output:
    """Plays until it is told to stop, or for long enough to be cut off."""

    name = "test"

    def __init__(self, played: list[Any]) -> None:
        self._stop, self._played = threading.Event(), played

    def play(self, sound: Sound) -> None:
        self._played.append("begins")
        self._played.append("cut off" if self._stop.wait(5.0) else "ends")

    def stop(self) -> None:
        self._stop.set()


def eventually(true: Callable[[], object]) -> None:
    until = time.monotonic() + 8.0
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_the_newest_sentence_cuts_off_the_one_before() -> None:
    from hardware.speaker.compose import Composer

    played: list[Any] = []
    settings = SpeakerSettings(output="none")
    guide = GuideSpeaker(settings, Composer(settings), lambda: Output(played))
    guide.say("请点一下屏幕")
    eventually(lambda: played == ["begins"])
    guide.say("请放身份证")
    eventually(lambda: played == ["begins", "cut off", "begins"])
    guide.hush()
    eventually(lambda: played[-1] == "cut off")
    guide.close()
    assert len(played) == 4


def test_what_is_said_is_a_sound(tmp_path: Path) -> None:
    from hardware.speaker.compose import Composer
    from hardware.speaker.output import make_output

    settings = SpeakerSettings(output="file", folder=tmp_path)
    guide = GuideSpeaker(settings, Composer(settings), lambda: make_output(settings))
    guide.say("请点一下您想做的事")
    eventually(lambda: list(tmp_path.glob("*.wav")))
    guide.close()
    assert next(tmp_path.glob("*.wav")).stat().st_size > 10_000
