"""Tells the server how printer and card reader are: each change, and again every so often.

Says nothing of people, and nothing to them: what cannot be told now is told later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from foundation.liveness import Pulse, Quiet
from hardware.health import Debounce, Figure
from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import GatewayError, Refused
from kiosk.settings import ServerSettings

_log = structlog.get_logger()

# The server is promised a word at least every minute; the rest is for an answer that is late.
REPEAT_S = 50.0
SETTLE_S = 2.0  # somebody closes the cover again, a cable has a bad moment
DETAIL_LENGTH = 400  # the wire takes no more


class DeviceKind(StrEnum):
    PRINTER = "ticket_printer"
    READER = "card_reader"


_NAMES = {DeviceKind.PRINTER: "printer", DeviceKind.READER: "reader"}


@dataclass(frozen=True, slots=True)
class Health:
    """state: a PrinterState of the printer; `ok` or `offline` of the reader. figures: what the
    driver counted; they go along with the next word and are no news by themselves."""

    kind: DeviceKind
    state: str
    detail: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict, compare=False)


Tell = Callable[[Health], None]


class HealthReporter(threading.Thread):
    """`tell` may be called from any thread and returns at once; only the newest word counts. A
    state is told once it has held for `settle_s`: who opens and shuts a cover alarms nobody."""

    def __init__(
        self,
        client: QueueClient,
        settings: ServerSettings,
        repeat_s: float = REPEAT_S,
        settle_s: float = 0.0,
    ) -> None:
        super().__init__(daemon=True, name="health")
        self._client, self._settings, self._repeat_s = client, settings, repeat_s
        self._debounces = {kind: Debounce(settle_s) for kind in DeviceKind}
        self._newest: dict[DeviceKind, Health] = {}
        self._due_s: dict[DeviceKind, float] = {}  # on the monotonic clock
        self._changed = threading.Condition()
        self._stopping = False
        self.pulse: Pulse = Quiet()

    def tell(self, health: Health) -> None:
        with self._changed:
            changed = self._newest.get(health.kind) != health
            self._newest[health.kind] = health
            if changed:
                now_s = time.monotonic()
                settles_s = self._debounces[health.kind].saw(health.state, now_s)
                self._due_s[health.kind] = now_s + (settles_s or 0.0)
                self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def run(self) -> None:
        while (health := self._next()) is not None:
            self._wait_until(health, self._report(health))

    def _next(self) -> Health | None:
        """Waits for what is due; None when it is time to stop."""
        with self._changed:
            while not self._stopping:
                kind = min(self._due_s, key=self._due_s.__getitem__, default=None)
                if kind is None:
                    self._wait(REPEAT_S)
                elif (wait_s := self._due_s[kind] - time.monotonic()) > 0:
                    self._wait(wait_s)
                else:
                    self.pulse.beat(self._settings.longest_ask_s)
                    return self._newest[kind]
            return None

    def _wait(self, wait_s: float) -> None:
        """With the lock held."""
        self.pulse.beat(wait_s)
        self._changed.wait(wait_s)

    def _wait_until(self, told: Health, pause_s: float) -> None:
        """A word that came in meanwhile is due at once, and stays so."""
        with self._changed:
            if self._newest[told.kind] == told:
                self._due_s[told.kind] = time.monotonic() + pause_s

    def _report(self, health: Health) -> float:
        """Seconds until this device's next report: soon if it did not get through."""
        device = f"{self._settings.kiosk_id}-{_NAMES[health.kind]}"
        detail = health.detail[:DETAIL_LENGTH]
        try:
            self._client.report_health(
                device, health.kind.value, health.state, detail, health.figures
            )
            self._debounces[health.kind].tell(health.state)
        except Refused as refusal:
            _log.warning("health_refused", device=device, code=refusal.refusal)
        except GatewayError as error:
            _log.info("health_delayed", device=device, reason=error.code)
            return min(self._settings.retry_longest_s, self._repeat_s)
        return self._repeat_s
