"""From the finger on a service to the ticket's last byte at the printer: a real server process, the
kiosk's real gateway and printer driver, a simulated printer behind a socket, the real window.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from hardware.simulators.printer import VirtualPrinter
from hardware.ticket_printer.commands import Cut
from kiosk.flow import events as ev
from kiosk.flow.states import Place
from tests.bench.kiosk.figures import ms
from tests.bench.kiosk.window import KioskWindow, WrongScreen
from tests.kiosk.hall_server import TOKEN
from tests.kiosk.rig import Rig
from tests.support.server import ServerProcess

SIZE = (540, 960)
SERVICE = "service-G"
_WITHIN_S = 60.0
_AT_ONCE_MM_S = 1e7


class TimedPrinter(VirtualPrinter):
    """Moves its paper at once. cut_s: when the last byte of the newest ticket had come."""

    def __init__(self) -> None:
        super().__init__(print_speed_mm_s=_AT_ONCE_MM_S)
        self.cut_s: list[float] = []

    def take(self, work: Any) -> None:
        if isinstance(work.command, Cut):
            self.cut_s.append(time.monotonic())
        super().take(work)


def measure(tickets: int) -> dict[str, object]:
    """The first ticket is not counted: it loads the ticket's letters."""
    with tempfile.TemporaryDirectory() as name, ServerProcess(Path(name)) as server:
        rig = Rig(TOKEN, server.port, Path(name) / "kept", printer := TimedPrinter())
        window = KioskWindow(rig.runtime, SIZE)
        rig.wake = window.woken
        try:
            rig.ready()
            taken = [_one(window, printer) for _ in range(tickets + 1)][1:]
        finally:
            rig.close()
    printed, shown, drawn = zip(*taken, strict=True)
    return {
        "tickets": tickets,
        "touch_to_last_byte_ms": ms(printed),
        "touch_to_number_on_the_screen_ms": ms(shown),
        "of_it_renderer_ms": ms(drawn),
        "ours_share": round(1 - sum(drawn) / sum(shown), 3),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _one(window: KioskWindow, printer: TimedPrinter) -> tuple[float, float, float]:
    """Seconds to the last byte, to the frame with the number, of them the renderer's. ours_share
    has server, line and printer driver in it."""
    window.runtime.post(ev.HomeTouched())
    _until(window, Place.HOME)
    window.touch("number", Place.SERVICES)
    cuts = len(printer.cut_s)
    touch = window.touch(SERVICE, Place.CHECKING, passing=True)
    renderer_s = touch.shown.renderer_s + _until(window, Place.TICKET)
    shown_s = time.monotonic()
    if len(printer.cut_s) != cuts + 1:
        raise WrongScreen(f"one number, and {len(printer.cut_s) - cuts} tickets came out")
    return printer.cut_s[-1] - touch.at_s, shown_s - touch.at_s, renderer_s


def _until(window: KioskWindow, place: Place) -> float:
    """Frames as in the kiosk's loop, at most 30 a second; the renderer's seconds in them."""
    ends_s, renderer_s = time.monotonic() + _WITHIN_S, 0.0
    while True:
        began_s = time.monotonic()
        window.runtime.post(ev.Tick(began_s))
        renderer_s += window.frame().renderer_s
        if window.place is place:
            return renderer_s
        if began_s > ends_s:
            raise WrongScreen(f"{place.value} did not come; {window.place.value} stands there")
        time.sleep(max(0.0, 1 / 30 - (time.monotonic() - began_s)))
