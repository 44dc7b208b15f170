"""Tells the server how the devices at the windows are: each change, and again every so often."""

from __future__ import annotations

import threading
import time

import structlog

from hardware.errors import DeviceError
from hardware.ports import DeviceStanding
from hardware.window_devices.api import HallApi

_log = structlog.get_logger()
REPEAT_S = 50.0  # the server is promised a word at least every minute
_RETRY_S = 5.0


class Reporter:
    """`tell` may be called from any thread and returns at once; only the newest word counts."""

    def __init__(self, api: HallApi, repeat_s: float = REPEAT_S) -> None:
        self._api, self._repeat_s = api, repeat_s
        self._newest: dict[tuple[str, str], DeviceStanding] = {}
        self._due_s: dict[tuple[str, str], float] = {}  # on the monotonic clock
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)
        self._thread.start()

    def tell(self, device: str, kind: str, standing: DeviceStanding) -> None:
        with self._changed:
            if self._newest.get((device, kind)) != standing:
                self._newest[device, kind] = standing
                self._due_s[device, kind] = time.monotonic()
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            which, standing = due
            pause_s = self._report(*which, standing)
            with self._changed:
                if self._newest[which] == standing:
                    self._due_s[which] = time.monotonic() + pause_s

    def _next(self) -> tuple[tuple[str, str], DeviceStanding] | None:
        with self._changed:
            while not self._stopping:
                which = min(self._due_s, key=self._due_s.__getitem__, default=None)
                if which is None:
                    self._changed.wait()
                elif (wait_s := self._due_s[which] - time.monotonic()) > 0:
                    self._changed.wait(wait_s)
                else:
                    return which, self._newest[which]
            return None

    def _report(self, device: str, kind: str, standing: DeviceStanding) -> float:
        """Seconds until this device's next report."""
        try:
            self._api.report_health(device, kind, standing.state, standing.detail)
        except DeviceError as error:
            _log.info("health_delayed", device=device, code=error.code)
            return _RETRY_S
        return self._repeat_s
