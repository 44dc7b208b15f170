"""A virtual bus of LED strips on a pty: reads frames by their makers' templates, keeps what stands.

`shown` is what people would read; `history` has every frame with its time, for gaps and order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hardware.simulators.serial_line import LineFault, PtyLine
from hardware.window_sign.bus import StripPlace
from hardware.window_sign.protocol import Damage, FrameBuilder, FrameReader, NeedData


@dataclass(frozen=True, slots=True)
class Received:
    """at_s: on the monotonic clock, when the frame was whole. address: None for a damaged one."""

    at_s: float
    address: int | None
    text: str


class VirtualSignBus:
    """strips: by name, as the driver is given them. A strip that is off forgets what it showed."""

    def __init__(self, link: Path, strips: Mapping[str, StripPlace]) -> None:
        self._line = PtyLine(link, self._receive)
        makes = {place.make.name: place.make for place in strips.values()}
        self._readers = {name: FrameReader(make) for name, make in makes.items()}
        self._strips = dict(strips)
        self._lock = threading.Lock()
        self._shown: dict[str, str] = {}
        self._history: list[Received] = []
        self._off: set[str] = set()
        self._mute: set[str] = set()

    @property
    def port(self) -> str:
        return self._line.port

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        self._line.stop()

    def set_fault(self, fault: LineFault) -> None:
        self._line.fault = fault

    def switch_off(self, name: str) -> None:
        with self._lock:
            self._off.add(name)
            self._shown.pop(name, None)

    def switch_on(self, name: str) -> None:
        with self._lock:
            self._off.discard(name)

    def mute(self, name: str, yes: bool = True) -> None:
        """Goes on showing, and answers no more."""
        with self._lock:
            (self._mute.add if yes else self._mute.discard)(name)

    def shown(self) -> dict[str, str]:
        """What stands on each strip that is on, without the spaces that fill it."""
        with self._lock:
            return {name: text.strip() for name, text in self._shown.items()}

    def history(self) -> list[Received]:
        with self._lock:
            return list(self._history)

    def _receive(self, data: bytes) -> None:
        for make, reader in self._readers.items():
            reader.receive(data)
            while not isinstance(event := reader.next_event(), NeedData):
                if isinstance(event, Damage):
                    self._keep(None, "")
                else:
                    self._take(make, event.address, event.text)

    def _keep(self, address: int | None, text: str) -> None:
        with self._lock:
            self._history.append(Received(time.monotonic(), address, text))

    def _take(self, make: str, address: int, text: str) -> None:
        self._keep(address, text)
        for name, place in self._strips.items():
            if (place.make.name, place.address) == (make, address):
                self._show(name, place, text)

    def _show(self, name: str, place: StripPlace, text: str) -> None:
        with self._lock:
            if name in self._off:
                return
            self._shown[name] = text
            answers = name not in self._mute
        if answers and (reply := FrameBuilder(place.make).reply(place.address)):
            self._line.write(reply)
