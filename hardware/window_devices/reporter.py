"""Tells the server how the devices at the windows are: each change that lasts, and every so often.

What a device counts – last success, errors – goes with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError
from hardware.health import DeviceHealth
from hardware.window_devices.api import HallApi

_log = structlog.get_logger()
REPEAT_S = 50.0  # the server is promised a word at least every minute
SETTLE_S = 2.0  # a plug that is put in again at once is nobody's concern
_RETRY_S = 5.0
_REPORT_S = 30.0  # one report takes no longer, whatever the line does


@dataclass
class _Device:
    """due_s: of the next report, on the monotonic clock; told: the state last reported."""

    kind: str
    health: Callable[[], DeviceHealth]
    due_s: float
    told: str = ""


class Reporter:
    """A thread of its own. `changed` may be called from any thread and returns at once."""

    def __init__(
        self, api: HallApi, repeat_s: float = REPEAT_S, settle_s: float = SETTLE_S
    ) -> None:
        self._api, self._repeat_s, self._settle_s = api, repeat_s, settle_s
        self._devices: dict[str, _Device] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self.pulse: Pulse = Quiet()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)
        self._thread.start()

    def add(self, name: str, kind: str, health: Callable[[], DeviceHealth]) -> None:
        """health: asked at each report, from the reporter's thread. First told once it settled."""
        with self._changed:
            self._devices[name] = _Device(kind, health, time.monotonic() + self._settle_s)
            self._changed.notify_all()

    def changed(self, name: str) -> None:
        """That device has another state; told if it is still another one when it has settled."""
        with self._changed:
            if (device := self._devices.get(name)) is not None:
                device.due_s = min(device.due_s, time.monotonic() + self._settle_s)
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (name := self._next()) is not None:
            device = self._devices[name]
            self.pulse.beat(_REPORT_S)
            pause_s = self._report(name, device)
            self.pulse.rest()
            with self._changed:
                device.due_s = time.monotonic() + pause_s

    def _next(self) -> str | None:
        """The device whose report is due, waited for; None at the end."""
        with self._changed:
            while not self._stopping:
                if not self._devices:
                    self._changed.wait()
                    continue
                name = min(self._devices, key=lambda each: self._devices[each].due_s)
                if (wait_s := self._devices[name].due_s - time.monotonic()) <= 0:
                    return name
                self._changed.wait(wait_s)
            return None

    def _report(self, name: str, device: _Device) -> float:
        """Seconds until this device's next report."""
        health = device.health()
        try:
            self._api.report_health(name, device.kind, health)
        except DeviceError as error:
            _log.info("health_delayed", device=name, code=error.code)
            return _RETRY_S
        device.told = health.state
        return self._settle_s if device.health().state != device.told else self._repeat_s
