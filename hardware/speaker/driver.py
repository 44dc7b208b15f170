"""The speaker: one queue, one announcement after the other, none cuts off the one before.

Implements hardware.ports.Speaker. A thread of its own; every method returns at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

import structlog

from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError
from hardware.health import DeviceHealth, HealthLog
from hardware.ports import DeviceStanding
from hardware.speaker.compose import Composer
from hardware.speaker.output import SoundOutput
from hardware.speaker.settings import SpeakerSettings

_log = structlog.get_logger()
_ONE_CALL_S = 120.0  # making the sound and playing it takes no longer
MOST_WAITING = 20  # older ones go: what was called minutes ago stands on the screens
HURRY_FROM = 3  # this many waiting: the chime is left out


@dataclass(frozen=True, slots=True)
class _Call:
    number: str
    window: str


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    language: str


def _local_now() -> time:
    return datetime.now().astimezone().time()


class QueueSpeaker:
    """now: the local time of day, for the volume. on_standing: told of each change, in the
    speaker's own thread."""

    def __init__(
        self,
        settings: SpeakerSettings,
        composer: Composer,
        output: SoundOutput,
        now: Callable[[], time] = _local_now,
        on_standing: Callable[[DeviceStanding], None] = lambda _: None,
    ) -> None:
        self._settings, self._composer, self._output = settings, composer, output
        self._now, self._tell = now, on_standing
        self._waiting: deque[_Call | _Text] = deque()
        self._changed = threading.Condition()
        self._busy, self._closing = False, False
        self._standing: DeviceStanding | None = None
        self._health = HealthLog()
        self.pulse: Pulse = Quiet()
        self._health.state("ok", output.name)  # nothing is wrong until a call cannot be said
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def announce(self, number: str, window: str) -> None:
        """A call joins the queue; a repeat of one that still waits takes its place."""
        self._add(_Call(number, window))

    def say(self, text: str, language: str = "zh-CN") -> None:
        self._add(_Text(text, language))

    def drop(self, number: str, window: str) -> None:
        """That person stands at the window already: a call that still waits need not sound."""
        with self._changed:
            call = _Call(number, window)
            self._waiting = deque(each for each in self._waiting if each != call)

    def wait_until_quiet(self, timeout_s: float) -> bool:
        """False when something still waits or sounds after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self._waiting, timeout_s)

    def health(self) -> DeviceHealth:
        return self._health.snapshot()

    def close(self) -> None:
        """Ends at once, in the middle of a word if need be."""
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._changed.notify_all()
        self._output.stop()
        self._thread.join()

    def _add(self, wanted: _Call | _Text) -> None:
        with self._changed:
            if self._closing:
                return
            if wanted not in self._waiting:
                self._waiting.append(wanted)
            if len(self._waiting) > MOST_WAITING:
                dropped = self._waiting.popleft()
                _log.warning("announcement_dropped", waiting=MOST_WAITING, dropped=repr(dropped))
            self._changed.notify_all()

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            self.pulse.beat(_ONE_CALL_S)
            self._sound(*wanted)
            self.pulse.rest()
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> tuple[_Call | _Text, bool] | None:
        """What is next and whether time is left for a chime; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or bool(self._waiting))
            if self._closing:
                return None
            self._busy = True
            wanted = self._waiting.popleft()
            return wanted, len(self._waiting) < HURRY_FROM

    def _sound(self, wanted: _Call | _Text, chime: bool) -> None:
        percent = self._settings.percent_at(self._now())
        if percent == 0:
            return
        try:
            if isinstance(wanted, _Call):
                sound = self._composer.call(wanted.number, wanted.window, chime=chime)
            else:
                sound = self._composer.text(wanted.text, wanted.language, chime=chime)
            self._output.play(sound.softer(percent))
        except DeviceError as error:
            _log.warning("not_spoken", code=error.code, reason=error.detail)
            self._health.failed(error.code)
            self._stands(DeviceStanding("error", error.detail))
            return
        self._health.succeeded()
        self._stands(DeviceStanding("ok"))

    def _stands(self, standing: DeviceStanding) -> None:
        if standing != self._standing and not self._closing:
            self._standing = standing
            self._health.state(standing.state, standing.detail or self._output.name)
            self._tell(standing)
