"""A voice that guides one person: the newest sentence cuts off the one before, true no more.

Unlike the hall's loudspeaker, where nothing is cut off. Words come from the synthesiser.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time

import structlog

from hardware.errors import DeviceError
from hardware.speaker.compose import Composer
from hardware.speaker.output import SoundOutput
from hardware.speaker.settings import SpeakerSettings

_log = structlog.get_logger()


def _local_now() -> time:
    return datetime.now().astimezone().time()


class GuideSpeaker:
    """Every method returns at once; a thread of its own makes and plays the sound. open_output: a
    fresh output for each sentence, because one that was stopped plays no more."""

    def __init__(
        self,
        settings: SpeakerSettings,
        composer: Composer,
        open_output: Callable[[], SoundOutput],
        now: Callable[[], time] = _local_now,
    ) -> None:
        self._settings, self._composer = settings, composer
        self._open_output, self._now = open_output, now
        self._changed = threading.Condition()
        self._wanted: tuple[str, str] | None = None
        self._output: SoundOutput | None = None
        self._closing, self._hushed = False, False
        self._thread = threading.Thread(target=self._run, name="guide-speaker", daemon=True)
        self._thread.start()

    def say(self, text: str, language: str = "zh-CN") -> None:
        with self._changed:
            self._wanted = (text, language)
            self._cut_off()

    @property
    def volume_percent(self) -> int:
        """As it is now."""
        return self._settings.percent_at(self._now())

    def set_volume(self, percent: int) -> None:
        """From the next sentence on, at every time of day. Raises ValueError outside 0 to 100."""
        self._settings = replace(self._settings, volume_percent=percent, volume=())

    def hush(self) -> None:
        """What sounds ends; what is being made is not begun."""
        with self._changed:
            self._wanted, self._hushed = None, True
            self._cut_off()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._cut_off()
        self._thread.join(timeout=5.0)

    def _cut_off(self) -> None:
        """With the lock held."""
        if self._output is not None:
            self._output.stop()
        self._changed.notify_all()

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            self._sound(*wanted)
            with self._changed:
                self._output = None

    def _next(self) -> tuple[str, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._wanted is not None)
            if self._closing:
                return None
            wanted, self._wanted, self._hushed = self._wanted, None, False
            return wanted

    def _sound(self, text: str, language: str) -> None:
        percent = self._settings.percent_at(self._now())
        if percent == 0:
            return
        try:
            sound = self._composer.text(text, language, chime=False)
            output = self._open_output()
            with self._changed:
                if self._wanted is not None or self._closing or self._hushed:
                    return  # something newer came while this was made
                self._output = output
            output.play(sound.softer(percent))
        except DeviceError as error:
            _log.warning("not_spoken", code=error.code, reason=error.detail)
