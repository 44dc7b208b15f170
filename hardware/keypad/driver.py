"""Keypads and rating pads of one bus: acknowledges every frame, tells each key and rating once.

Implements hardware.ports.RatingPad. One thread (`watch`) has the bus and sends for the others.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from hardware.errors import DeviceError
from hardware.health import DeviceHealth, HealthLog
from hardware.keypad.make import PadMake
from hardware.keypad.protocol import Damage, NeedData, PadFrame, PadParser
from hardware.ports import KeyPressed, PadEvent, PadsAway, PadsBack, Rated

_log = structlog.get_logger()
_LISTEN_S = 0.05
_FRAME_WITHIN_S = 0.3  # a frame whose rest has not come by then never will
_OWN_ECHO_WITHIN_S = 0.08  # what the adapter itself repeats; a pad takes longer to send again
_PAD_ECHO_WITHIN_S = 0.5  # in which a pad may acknowledge what it was sent, with the same frame
_REOPEN_FIRST_S, _REOPEN_LONGEST_S = 0.5, 10.0


class Link(Protocol):
    def write(self, data: bytes) -> None: ...

    def read(self, within_s: float) -> bytes: ...

    def close(self) -> None: ...


class PadBus:
    """pads: the make of each address on this bus. `open_link` raises DeviceMissing while the bus
    is away."""

    def __init__(self, open_link: Callable[[], Link], pads: Mapping[int, PadMake]) -> None:
        self._open_link, self._pads = open_link, dict(pads)
        self._outgoing: deque[PadFrame] = deque()
        self._lock = threading.Lock()
        self._awaited: dict[int, float] = {}  # address → until when, on the monotonic clock
        self._health = HealthLog()

    def watch(self, on_event: Callable[[PadEvent], None], stop: threading.Event) -> None:
        """Tells each key and rating once, in the calling thread, until `stop` is set."""
        pause_s, away = _REOPEN_FIRST_S, None
        while not stop.is_set():
            try:
                with _Opened(self._open_link()) as link:
                    self._health.state("ok")
                    on_event(PadsBack())
                    pause_s, away = _REOPEN_FIRST_S, None
                    _Listening(self, link, on_event, stop).run()
            except DeviceError as error:
                self._health.failed(error.code)
                self._health.state("offline", error.detail)
                if away is None:
                    _log.warning("pads_away", code=error.code, reason=error.detail)
                    on_event(PadsAway(error))
                away = error
                stop.wait(pause_s)
                pause_s = min(2 * pause_s, _REOPEN_LONGEST_S)

    def health(self) -> DeviceHealth:
        return self._health.snapshot()

    def await_rating(self, address: int, for_s: float) -> None:
        """One rating of that pad counts for `for_s` from now on; the pad is asked to invite it."""
        with self._lock:
            self._awaited[address] = time.monotonic() + for_s
            self._queue(self._pads[address].invitation(address))

    def forget_rating(self, address: int) -> None:
        """The next person has been called: whoever presses now was not served."""
        with self._lock:
            self._awaited.pop(address, None)

    def show(self, address: int, text: str) -> None:
        with self._lock:
            self._queue(self._pads[address].shown(address, text))

    def _queue(self, frame: PadFrame | None) -> None:
        """Newest wins: a text that was not yet sent and is replaced never shows."""
        if frame is None:
            return
        same = (frame.address, frame.function)
        kept = [each for each in self._outgoing if (each.address, each.function) != same]
        self._outgoing = deque([*kept, frame])

    def _take_outgoing(self) -> PadFrame | None:
        with self._lock:
            return self._outgoing.popleft() if self._outgoing else None

    def _take_rating(self, address: int) -> bool:
        """Whether a rating is awaited there; it is not any more."""
        with self._lock:
            return self._awaited.pop(address, 0.0) > time.monotonic()


class _Opened:
    """Closes the link however the block ends."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __enter__(self) -> Link:
        return self._link

    def __exit__(self, *_: object) -> None:
        self._link.close()


class _Listening:
    """The bus while it is open."""

    def __init__(
        self,
        bus: PadBus,
        link: Link,
        on_event: Callable[[PadEvent], None],
        stop: threading.Event,
    ) -> None:
        self._bus, self._link, self._tell, self._stop = bus, link, on_event, stop
        self._parser = PadParser()
        self._heard_s = 0.0
        self._last: dict[tuple[int, int], float] = {}  # key → when it was last seen
        self._echoes: dict[PadFrame, float] = {}  # own frames → until when they may come back
        self._strangers: set[int] = set()

    def run(self) -> None:
        """Until `stop` is set. Raises DeviceError when the bus is lost."""
        while not self._stop.is_set():
            self._listen()
            while not isinstance(event := self._parser.next_event(), NeedData):
                if isinstance(event, Damage):
                    self._bus._health.failed("frame_damaged")
                    _log.info("pad_frame_damaged", reason=event.reason)
                else:
                    self._take(event)
            if not self._parser.buffered and (frame := self._bus._take_outgoing()):
                self._send(frame, _PAD_ECHO_WITHIN_S)

    def _listen(self) -> None:
        data = self._link.read(_LISTEN_S)
        now = time.monotonic()
        if data:
            self._parser.receive(data)
            self._heard_s = now
        elif self._parser.buffered and now - self._heard_s > _FRAME_WITHIN_S:
            self._parser.forget()

    def _take(self, frame: PadFrame) -> None:
        if self._is_own_echo(frame):
            return
        make = self._bus._pads.get(frame.address)
        if make is None:
            self._stranger(frame.address)
            return
        self._bus._health.succeeded()
        rating = make.is_rating(frame)
        # Whether it counts is settled by when it came, not by how long the answer takes.
        awaited = rating and make.level_of(frame) and self._bus._take_rating(frame.address)
        self._send(make.seen(frame))
        if rating:
            self._rating(make, frame, bool(awaited))
        elif not self._bounced(make, frame):
            self._key(make, frame)

    def _is_own_echo(self, frame: PadFrame) -> bool:
        """Some adapters hand back what they send, and an acknowledgement looks like the key."""
        return self._echoes.pop(frame, 0.0) > time.monotonic()

    def _send(self, frame: PadFrame, echo_within_s: float = _OWN_ECHO_WITHIN_S) -> None:
        self._link.write(frame.to_bytes())
        now = time.monotonic()
        self._echoes = {own: until_s for own, until_s in self._echoes.items() if until_s > now}
        self._echoes[frame] = now + echo_within_s

    def _bounced(self, make: PadMake, frame: PadFrame) -> bool:
        """A key that bounces, is held down, or whose acknowledgement was lost counts once."""
        key, now = (frame.address, frame.function), time.monotonic()
        before, self._last[key] = self._last.get(key), now
        return before is not None and now - before < make.debounce_ms / 1000

    def _key(self, make: PadMake, frame: PadFrame) -> None:
        key = make.key_of(frame)
        if key is None:
            _log.warning("pad_key_unknown", address=frame.address, code=f"{frame.function:02X}")
            return
        self._tell(KeyPressed(frame.address, key))

    def _rating(self, make: PadMake, frame: PadFrame, awaited: bool) -> None:
        level = make.level_of(frame)
        if level is None:
            _log.warning("pad_rating_unknown", address=frame.address, data=frame.data.hex())
        elif awaited:
            self._tell(Rated(frame.address, level))
        else:
            _log.info("pad_rating_not_awaited", address=frame.address)

    def _stranger(self, address: int) -> None:
        """Not acknowledged, so that the pad shows its fault; told once."""
        if address not in self._strangers:
            self._strangers.add(address)
            _log.warning("pad_address_unknown", address=address)
