"""One window's keypad at work: a press becomes requests, one press at a time.

While a press is being carried out the same key again is a double press and dropped; one press of
another key waits its turn. A press that could not be carried out in time is dropped too: nobody is
called who was not meant to be, and nobody long after. Each request of a press has an id of its own
that every retry keeps, so nothing is done twice.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError
from hardware.hall_line import ServerAway, ServerRefused
from hardware.ports import PadKey
from hardware.window_devices.api import HallApi
from hardware.window_devices.console import Act, KeyInput, Press, acts_for
from hardware.window_devices.settings import Habits, PadSettings, ServerSettings, Texts
from hardware.window_devices.view import WindowView, filled, pad_text

_log = structlog.get_logger()
T = TypeVar("T")
PRESSES_AT_ONCE = 2


class PressTooLate(ServerAway):
    """It waited, or the server kept it waiting, for longer than a press is valid."""

    code = "press_too_late"


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What a desk works with. show: puts a text on the pad's display."""

    api: HallApi
    server: ServerSettings
    habits: Habits
    texts: Texts
    show: Callable[[str], None]


class Desk:
    """has_digits: whether the pad has digit keys. `key` may be called from any thread."""

    def __init__(self, pad: PadSettings, has_digits: bool, parts: DeskParts) -> None:
        self._pad, self._parts = pad, parts
        self._input = KeyInput(has_digits)
        self._presses: queue.Queue[tuple[Press, float] | None] = queue.Queue()
        self._taken: list[PadKey] = []  # the press being carried out, and the one that waits
        self._stopping = threading.Event()
        self._seq = -1  # of the newest view that was shown
        self._lock = threading.Lock()
        self._called_s = float("-inf")
        self.pulse: Pulse = Quiet()
        self._thread = threading.Thread(target=self._run, name=f"desk-{pad.window}", daemon=True)
        self._thread.start()

    def key(self, key: PadKey) -> None:
        """Returns at once."""
        press = self._input.feed(key, time.monotonic())
        if (typed := self._input.typed) is not None:
            self._parts.show(self._parts.texts.pad_typing.format(number=typed))
        if press is None:
            return
        if self._is_double(press) or not self._takes(press.key):
            _log.info("press_dropped", window=self._pad.window, key=press.key.value)
            return
        self._presses.put((press, time.monotonic()))

    def update(self, view: WindowView, seq: int) -> None:
        """The window as it was at the journal's `seq`; shown unless something newer was."""
        with self._lock:
            if seq >= self._seq:
                self._seq = seq
                self._parts.show(pad_text(view, self._parts.texts))

    def close(self) -> None:
        self._stopping.set()
        self._presses.put(None)
        self._thread.join()

    def _takes(self, key: PadKey) -> bool:
        with self._lock:
            if key in self._taken or len(self._taken) == PRESSES_AT_ONCE:
                return False
            self._taken.append(key)
            return True

    def _is_double(self, press: Press) -> bool:
        since_s = time.monotonic() - self._called_s
        return press.key is PadKey.CALL and since_s < self._parts.habits.call_again_after_s

    def _run(self) -> None:
        server = self._parts.server
        # What was pressed has its time, and a last question its own.
        within_s = self._parts.habits.press_valid_s + 2 * server.longest_ask_s
        while (taken := self._presses.get()) is not None and not self._stopping.is_set():
            self.pulse.beat(within_s)
            try:
                self._carry_out(*taken)
            except DeviceError as error:
                self._tell_trouble(error)
            finally:
                with self._lock:
                    self._taken.remove(taken[0].key)
                self.pulse.rest()

    def _carry_out(self, press: Press, pressed_s: float) -> None:
        until_s = pressed_s + self._parts.habits.press_valid_s
        press_id = uuid.uuid4()
        self._must_be_valid(until_s)
        view, _ = self._patiently(self._now, until_s)
        acts = acts_for(press, view, self._pad, self._parts.habits)
        if not acts:
            self._parts.show(self._parts.texts.pad_refused)
            return
        for number, act in enumerate(acts):
            request_id = str(uuid.uuid5(press_id, str(number)))
            self._must_be_valid(until_s)
            found = self._ask(act, request_id, until_s)
        if press.key is PadKey.CALL:
            self._called_s = time.monotonic()
        if found:
            self.update(*self._patiently(self._now, until_s))
        else:
            self._parts.show(filled(self._parts.texts.pad_nobody, view))

    def _must_be_valid(self, until_s: float) -> None:
        """Before the first question and each act: another press, or a slow act, may have taken all
        the time. Raises PressTooLate."""
        if time.monotonic() >= until_s:
            valid = f"{self._parts.habits.press_valid_s:g}"
            raise PressTooLate("press_too_late", seconds=valid)

    def _now(self) -> tuple[WindowView, int]:
        """The window at this moment, and the journal's seq: a key acts on what is, not on what
        was."""
        hall = self._parts.api.hall()
        try:
            return hall.windows[self._pad.window], hall.seq
        except KeyError:
            raise ServerRefused("window_unknown", refusal="window_not_found") from None

    def _ask(self, act: Act, request_id: str, until_s: float) -> bool:
        """False when nobody could be called."""
        window, api = self._pad.window, self._parts.api
        answer = self._patiently(lambda: api.act(window, act.name, act.body, request_id), until_s)
        return answer.called is not False

    def _patiently(self, ask: Callable[[], T], until_s: float) -> T:
        """Asks again while there is no answer. Raises the last ServerAway at `until_s`."""
        while True:
            try:
                return ask()
            except ServerAway:
                if time.monotonic() + self._parts.server.retry_s >= until_s:
                    raise
                if self._stopping.wait(self._parts.server.retry_s):
                    raise

    def _tell_trouble(self, error: DeviceError) -> None:
        _log.warning("press_failed", window=self._pad.window, code=error.code, **error.data)
        texts = self._parts.texts
        away = isinstance(error, ServerAway)
        self._parts.show(texts.pad_no_server if away else texts.pad_refused)
