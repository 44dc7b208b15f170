"""Follows the hall: its state once, then its live stream; every change brings the state again.

The stream only wakes: what strips show comes from the hall as it is, so a missed or unknown event
can leave nothing wrong standing for long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from hardware.errors import DeviceError
from hardware.window_devices.api import HallApi, StreamEvent
from hardware.window_devices.view import CallView, HallView

_log = structlog.get_logger()
_CHANGES = frozenset(
    {
        *("ticket_called", "ticket_recalled", "ticket_started", "ticket_finished"),
        *("ticket_missed", "ticket_parked", "ticket_transferred", "ticket_cancelled"),
        *("ticket_expired", "window_opened", "window_closed", "window_paused"),
        *("window_resumed", "hall_configured", "day_opened", "day_closed"),
        "events_skipped",
    }
)
_WAITING = frozenset({"ticket_issued", "ticket_rejoined", "ticket_resumed"})


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of what, all in the following thread. hall: the hall as it is; call: a new call,
    each once; ended: (ticket, window) of a finished service; started: (ticket, window)."""

    hall: Callable[[HallView], None]
    call: Callable[[CallView], None]
    ended: Callable[[str, str], None]
    started: Callable[[str, str], None]
    server: Callable[[DeviceError | None], None]


class Follower:
    """`run` blocks until `stop` is set and survives the loss of the server. waiting: whether
    anybody is shown how many wait; else that is no reason to ask."""

    def __init__(
        self, api: HallApi, told: Told, retry_s: float, speak_within_s: float, waiting: bool
    ) -> None:
        self._api, self._told = api, told
        self._retry_s, self._speak_within_s = retry_s, speak_within_s
        self._changes = _CHANGES | _WAITING if waiting else _CHANGES
        self._seq: int | None = None  # of the last call that was told

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                seq = self._refresh()
                self._told.server(None)
                for event in self._api.stream(seq):
                    if stop.is_set():
                        return
                    self._take(event)
            except DeviceError as error:
                self._told.server(error)
            stop.wait(self._retry_s)

    def _refresh(self) -> int:
        """Takes the hall as it is; its seq."""
        hall = self._api.hall()
        self._told.hall(hall)
        if self._seq is None or hall.seq < self._seq:
            # What was called before this program began is not said again, nor is what an older
            # journal holds that was put in place of a newer one.
            self._seq = hall.seq
        for call in hall.calls:
            self._call(call)
        return hall.seq

    def _take(self, event: StreamEvent) -> None:
        data = event.data
        match event.name:
            case "ticket_started":
                self._told.started(str(data.get("ticket")), str(data.get("window")))
            case "ticket_finished" if not data.get("flagged"):
                self._told.ended(str(data.get("ticket")), str(data.get("window")))
        if event.name in self._changes:
            self._refresh()

    def _call(self, call: CallView) -> None:
        """Each call once, in order."""
        if self._seq is not None and call.seq <= self._seq:
            return
        self._seq = call.seq
        if call.age_s <= self._speak_within_s:
            self._told.call(call)
        else:
            _log.info("call_too_old", seq=call.seq)
