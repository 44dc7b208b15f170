"""One bus of strips: a thread that sends what shall stand on each, one frame at a time.

Newest text wins per strip; idle text comes back after a call; what stands is sent again every so
often and after every trouble, since a strip that was switched off forgets it and cannot say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError, DeviceTimeout
from hardware.health import DeviceHealth, HealthLog
from hardware.ports import DeviceStanding
from hardware.window_sign.make import StripMake
from hardware.window_sign.protocol import FrameBuilder
from hardware.words import error_words

_log = structlog.get_logger()
REFRESH_S = 60.0
_SILENT_AGAIN_S = 5.0
_MOST_STALE_READS = 32  # a line that never falls silent holds up no call
_REOPEN_FIRST_S, _REOPEN_LONGEST_S = 0.5, 10.0
_ONE_FRAME_S = 30.0  # opening, one frame, its answer and a pause take no longer


class Link(Protocol):
    def write(self, data: bytes) -> None: ...

    def read(self, within_s: float) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StripPlace:
    """One strip: its make and its address on the bus."""

    make: StripMake
    address: int


@dataclass
class _Strip:
    """due: how often the present text is still to be sent; until_s: when a held text ends."""

    place: StripPlace
    builder: FrameBuilder
    idle: str = ""
    held: str | None = None
    until_s: float | None = None
    due: int = 0
    tries: int = field(default=0)
    sent_s: float = 0.0

    @property
    def text(self) -> str:
        return self.idle if self.held is None else self.held

    def renew(self) -> None:
        self.due, self.tries = (1 if self.place.make.reply else self.place.make.sends), 0


class SignBus:
    """strips: by name. Methods may be called from any thread and return at once; on_standing is
    called in the bus's own thread."""

    def __init__(
        self,
        open_link: Callable[[], Link],
        strips: Mapping[str, StripPlace],
        on_standing: Callable[[DeviceStanding], None] = lambda _: None,
        refresh_s: float = REFRESH_S,
    ) -> None:
        """Raises SettingsUnusable for an address that a make's frame cannot hold."""
        self._open_link, self._tell, self._refresh_s = open_link, on_standing, refresh_s
        self._strips: dict[str, _Strip] = {}
        for name, place in strips.items():
            builder = FrameBuilder(place.make)
            builder.frame(place.address, "")
            self._strips[name] = _Strip(place, builder)
        self._order: list[str] = []  # strips with something due, oldest first
        self._changed = threading.Condition()
        self._closing = False
        self._link: Link | None = None
        self._standing: DeviceStanding | None = None
        self._silent: set[str] = set()
        self._health = HealthLog()
        self.pulse: Pulse = Quiet()
        self._renew_all()
        self._thread = threading.Thread(target=self._run, name="sign-bus", daemon=True)
        self._thread.start()

    def show(self, name: str, text: str, hold_s: float | None = None) -> None:
        """hold_s: then the idle text comes back; None holds it until the next `show` or `idle`."""
        with self._changed:
            strip = self._strips[name]
            strip.held = text
            strip.until_s = None if hold_s is None else time.monotonic() + hold_s
            self._renew(name)

    def set_idle(self, name: str, text: str, *, now: bool = False) -> None:
        """The text between calls. now: takes the place of a held text at once."""
        with self._changed:
            strip = self._strips[name]
            before = strip.text
            strip.idle = text
            if now:
                strip.held = strip.until_s = None
            if strip.text != before:
                self._renew(name)

    def wait_until_sent(self, timeout_s: float) -> bool:
        """False when something is still due after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not any(strip.due for strip in self._strips.values()), timeout_s
            )

    def health(self) -> DeviceHealth:
        return self._health.snapshot()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _renew(self, name: str) -> None:
        """The strip keeps its place in the order, whatever it shall show now."""
        self._strips[name].renew()
        if name not in self._order:
            self._order.append(name)
        self._changed.notify_all()

    def _renew_all(self) -> None:
        with self._changed:
            for name in self._strips:
                self._renew(name)

    def _run(self) -> None:
        pause_s = _REOPEN_FIRST_S
        while not self._closing:
            self.pulse.beat(self._refresh_s + _ONE_FRAME_S)
            try:
                self._work()
                pause_s = _REOPEN_FIRST_S
            except DeviceError as error:
                self._away(error)
                self._wait(pause_s)
                pause_s = min(2 * pause_s, _REOPEN_LONGEST_S)
        self._drop_link()

    def _work(self) -> None:
        """Opens the bus if need be, then one frame, or a wait for the next."""
        if self._link is None:
            self._link = self._open_link()
            self._renew_all()
            self._stands()
        if (name := self._next()) is not None:
            self._send(name)

    def _next(self) -> str | None:
        """The strip to send to; None at the end, or when it was time to look again for holds that
        ended."""
        with self._changed:
            if self._closing:  # said since it was last looked at: nobody would wake the wait
                return None
            now = time.monotonic()
            for name, strip in self._strips.items():
                if strip.until_s is not None and strip.until_s <= now:
                    strip.held = strip.until_s = None
                    self._renew(name)
                elif not strip.due and now >= self._refresh_at_s(name):
                    self._renew(name)
            if self._order:
                return self._order.pop(0)
            self._changed.wait(self._until_next(now))
            return None

    def _until_next(self, now: float) -> float:
        times = [strip.until_s for strip in self._strips.values() if strip.until_s is not None]
        times += [self._refresh_at_s(name) for name in self._strips]
        return max(0.0, min(times, default=now + self._refresh_s) - now)

    def _refresh_at_s(self, name: str) -> float:
        """A strip that should have answered and did not is tried again sooner."""
        after_s = min(_SILENT_AGAIN_S, self._refresh_s) if name in self._silent else self._refresh_s
        return self._strips[name].sent_s + after_s

    def _wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing, seconds)

    def _send(self, name: str) -> None:
        """One frame, its answer if the make gives one, and the gap behind it."""
        strip = self._strips[name]
        with self._changed:
            text = strip.text
        try:
            heard = self._exchange(strip, text)
        except DeviceError:
            with self._changed:
                self._renew(name)
            raise
        self._health.succeeded()
        with self._changed:
            strip.sent_s = time.monotonic()
            if strip.text == text:
                self._count(name, strip, heard)
            if strip.due and name not in self._order:
                self._order.append(name)
            self._changed.notify_all()
        self._stands()
        self._wait(strip.place.make.gap_ms / 1000)

    def _count(self, name: str, strip: _Strip, heard: bool) -> None:
        """What is still due after one frame with the present text."""
        strip.tries += 1
        if not strip.place.make.reply:
            strip.due = max(0, strip.due - 1)
        elif heard:
            strip.due = 0
            self._silent.discard(name)
        elif strip.tries >= strip.place.make.tries:
            strip.due = 0
            self._silent.add(name)
            self._health.failed("no_answer")

    def _exchange(self, strip: _Strip, text: str) -> bool:
        """Whether the strip answered, as far as its make answers at all."""
        link, make = self._link, strip.place.make
        if link is None:
            raise DeviceTimeout("bus_takes_nothing")
        for _ in range(_MOST_STALE_READS):  # what came late, and the echo of some adapters
            if not link.read(0):
                break
        link.write(strip.builder.frame(strip.place.address, text))
        wanted = strip.builder.reply(strip.place.address)
        if not wanted:
            return False
        end, heard = time.monotonic() + make.reply_timeout_ms / 1000, b""
        while (left_s := end - time.monotonic()) > 0:
            heard += link.read(left_s)
            if wanted in heard:
                return True
        return False

    def _away(self, error: DeviceError) -> None:
        self._drop_link()
        self._health.failed(error.code)
        self._say(DeviceStanding("offline", error.detail))

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _stands(self) -> None:
        silent = ", ".join(sorted(self._silent))
        if not silent:
            self._say(DeviceStanding("ok"))
        else:
            words = error_words("strip_no_answer", {"names": silent})
            self._say(DeviceStanding("error", str(words)))

    def _say(self, standing: DeviceStanding) -> None:
        if standing != self._standing:
            self._standing = standing
            self._health.state(standing.state, standing.detail)
            log = _log.info if standing.state == "ok" else _log.warning
            log("sign_bus", state=standing.state, detail=standing.detail)
            self._tell(standing)


class BusSign:
    """One strip of a bus, as hardware.ports.WindowSign."""

    def __init__(self, bus: SignBus, name: str) -> None:
        self._bus, self._name = bus, name

    def show(self, text: str, hold_s: float | None = None) -> None:
        self._bus.show(self._name, text, hold_s)

    def set_idle(self, text: str) -> None:
        self._bus.set_idle(self._name, text)
