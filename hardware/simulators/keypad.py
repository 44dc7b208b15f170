"""Virtual keypads and rating pads on one bus: press keys, rate, see what the host sends.

Speaks the wire protocol over a pty and waits for each acknowledgement as a pad does: without one it
sends again and in the end shows its fault (`press` and `rate` tell).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from pathlib import Path

from hardware.keypad.make import PadMake
from hardware.keypad.protocol import NeedData, PadFrame, PadParser
from hardware.ports import PadKey
from hardware.simulators.serial_line import LineFault, PtyLine

_SENDS = 3
_ANSWER_WITHIN_S = 0.2


class VirtualKeypads:
    """pads: the make of each address. answer_within_s: how long a pad waits before it repeats."""

    def __init__(
        self, link: Path, pads: Mapping[int, PadMake], answer_within_s: float = _ANSWER_WITHIN_S
    ) -> None:
        self._line = PtyLine(link, self._receive)
        self._pads, self._answer_within_s = dict(pads), answer_within_s
        self._parser = PadParser()
        self._answers: queue.SimpleQueue[PadFrame] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._from_host: list[PadFrame] = []
        self._displays: dict[int, str] = {}
        self._inviting: set[int] = set()

    @property
    def port(self) -> str:
        return self._line.port

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        self._line.stop()

    def set_fault(self, fault: LineFault) -> None:
        self._line.fault = fault

    def press(self, address: int, key: PadKey) -> bool:
        """Whether the host acknowledged. Raises KeyError for a key that the pad does not have."""
        return self.send(PadFrame(address, self._pads[address].code_of(key)))

    def rate(self, address: int, level: int) -> bool:
        make = self._pads[address]
        data = bytes((make.rating_code(level),))
        return self.send(PadFrame(address, int(make.rating, 16), data))

    def send(self, frame: PadFrame) -> bool:
        """Sends until it is acknowledged, three times at most."""
        wanted = self._pads[frame.address].seen(frame)
        while not self._answers.empty():
            self._answers.get()
        return any(self._send_once(frame, wanted) for _ in range(_SENDS))

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are, once, waiting for nothing."""
        self._line.write(data)

    def display(self, address: int) -> str:
        with self._lock:
            return self._displays.get(address, "").strip()

    def invites(self, address: int) -> bool:
        """Whether the pad asks for a rating now."""
        with self._lock:
            return address in self._inviting

    def from_host(self) -> list[PadFrame]:
        """Every frame the host sent."""
        with self._lock:
            return list(self._from_host)

    def _send_once(self, frame: PadFrame, wanted: PadFrame) -> bool:
        self._line.write(frame.to_bytes())
        try:
            while self._answers.get(timeout=self._answer_within_s) != wanted:
                continue
        except queue.Empty:
            return False
        return True

    def _receive(self, data: bytes) -> None:
        self._parser.receive(data)
        while not isinstance(event := self._parser.next_event(), NeedData):
            if isinstance(event, PadFrame):
                self._take(event)

    def _take(self, frame: PadFrame) -> None:
        make = self._pads.get(frame.address)
        with self._lock:
            self._from_host.append(frame)
            if make is not None:
                self._act(make, frame)
        self._answers.put(frame)

    def _act(self, make: PadMake, frame: PadFrame) -> None:
        code = f"{frame.function:02X}"
        if make.display and code == make.display.upper():
            self._displays[frame.address] = frame.data.decode("gbk", "replace")
        elif make.invite and code == make.invite.upper():
            self._inviting.add(frame.address)
        elif code == make.rating_seen.upper():
            self._inviting.discard(frame.address)
