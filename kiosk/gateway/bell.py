"""Calls a person to the kiosk, and looks whether somebody has said that they come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from foundation.liveness import BeatingStop, Pulse, Quiet
from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.gateway.errors import GatewayError, Refused

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]
CALLED_WITHIN_S = 12.0
LOOKED_FOR_S = 600.0
LOOK_EVERY_S = 3.0
RETRY_S = 1.5
ROUND_S = 45.0  # one question to the server, at most


class HelpLine(Protocol):
    def call_help(self, request_id: str, place: str) -> None: ...
    def help_answered(self) -> bool: ...


class HelpBell:
    """`ring` returns at once; what becomes of it comes through `post`, from another thread."""

    def __init__(self, line: HelpLine, post: Post, look_every_s: float = LOOK_EVERY_S) -> None:
        self._line, self._post, self._look_every_s = line, post, look_every_s
        self.pulse: Pulse = Quiet()
        self._stop: threading.Event = BeatingStop(lambda: self.pulse, ROUND_S)

    def stop(self) -> None:
        self._stop.set()

    def ring(self, effect: fx.CallHelp) -> None:
        threading.Thread(target=self._ring, args=(effect,), daemon=True, name="bell").start()

    def _ring(self, effect: fx.CallHelp) -> None:
        try:
            self._see_to(effect)
        except Exception:
            _log.exception("help_unforeseen")
            self._post(ev.HelpSeen(ev.HelpState.UNHEARD))
        finally:
            self.pulse.rest()

    def _see_to(self, effect: fx.CallHelp) -> None:
        if not self._called(effect):
            self._post(ev.HelpSeen(ev.HelpState.UNHEARD))
            return
        self._post(ev.HelpSeen(ev.HelpState.CALLED))
        if self._answered():
            self._post(ev.HelpSeen(ev.HelpState.COMING))

    def _called(self, effect: fx.CallHelp) -> bool:
        until = time.monotonic() + CALLED_WITHIN_S
        while not self._stop.is_set():
            try:
                self._line.call_help(effect.request_id, effect.place)
            except Refused as refusal:
                _log.warning("help_refused", code=refusal.refusal)
                return False
            except GatewayError as error:
                _log.warning("help_delayed", reason=error.code)
                if time.monotonic() >= until:
                    return False
                self._stop.wait(RETRY_S)
            else:
                return True
        return False

    def _answered(self) -> bool:
        until = time.monotonic() + LOOKED_FOR_S
        while time.monotonic() < until and not self._stop.wait(self._look_every_s):
            try:
                if self._line.help_answered():
                    return True
            except GatewayError as error:
                _log.info("help_unknown", reason=error.code)
        return False
