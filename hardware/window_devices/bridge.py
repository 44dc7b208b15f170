"""Wires keypads, strips and loudspeaker to the server, and ends them in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import structlog

from foundation.liveness import HeardStop, Liveness, Watchdog
from foundation.service_manager import ServiceManager
from hardware.errors import DeviceError
from hardware.keypad.driver import PadBus
from hardware.ports import (
    DeviceStanding,
    KeyPressed,
    PadEvent,
    PadKey,
    PadsAway,
    PadsBack,
    Rated,
)
from hardware.speaker.compose import Composer
from hardware.window_devices import build
from hardware.window_devices.api import HallApi
from hardware.window_devices.desk import Desk, DeskParts
from hardware.window_devices.follow import Follower, Told
from hardware.window_devices.ratings import Outbox, RatingSender
from hardware.window_devices.reporter import Reporter
from hardware.window_devices.settings import PadSettings, WindowDevicesSettings
from hardware.window_devices.view import CallView, HallView, WindowView, sign_call, sign_idle

_log = structlog.get_logger()
PATIENCE_S = 30.0  # so much later than a worker promised is late
_LOOK_S = 1.0
_PADS_S = 15.0  # opening the bus, one frame and its answer take no longer


class WindowDevices:
    """`run` until `stop` is set; afterwards no port is open, and the one thread that still
    listens to the server ends with its next heartbeat."""

    def __init__(self, settings: WindowDevicesSettings, file: Path) -> None:
        """Raises SettingsUnusable or SettingsError for makes, addresses and sounds that cannot be;
        a device or server that is away is no error. file: where the settings stand."""
        self._settings = settings
        self._stop = threading.Event()
        self._api = HallApi(settings.server)
        self._outbox = Outbox(settings.outbox)
        places = build.sign_places(settings)
        self._pad_makes = pads = build.pad_makes(settings)
        composer = build.composer(settings)
        self._shown: dict[str, WindowView] = {}
        self._rated: dict[str, str] = {}  # window → ticket that may be rated
        self._trouble: str | None = ""  # the code last logged; None: the server was reached
        self._lock = threading.Lock()
        self._pads = build.pad_buses(settings, file, pads)
        self._desks = {
            (pad.bus, pad.address): self._desk(pad, build.has_digits(pads[pad.bus][pad.address]))
            for pad in settings.keypad
        }
        with ExitStack() as begun:
            self._begin(file, places, composer, begun)
            begun.pop_all()

    def _begin(
        self, file: Path, places: build.SignPlaces, composer: Composer | None, begun: ExitStack
    ) -> None:
        """What has a thread of its own; `begun` ends it again if a later part is refused."""
        settings = self._settings
        self._reporter = Reporter(self._api)
        begun.callback(self._reporter.close)
        self._signs = build.sign_buses(settings, file, places, self._tell_change)
        for bus in self._signs.values():
            begun.callback(bus.close)
        self._speaker = build.speaker(settings, composer, self._tell_change)
        if self._speaker is not None:
            begun.callback(self._speaker.close)
        self._ratings = RatingSender(self._outbox, self._api, settings.server.retry_s * 10)
        self._report_all()

    def run(self, stop: threading.Event, manager: ServiceManager | None = None) -> None:
        """Blocks. Any thread may set `stop`. manager: is told that all is at work, or what hangs;
        by default the one that started this process, if any."""
        manager, liveness = manager or ServiceManager(), self._watched()
        watching = [self._watching(name, bus, liveness) for name, bus in self._pads.items()]
        habits, retry_s = self._settings.habits, self._settings.server.retry_s
        told = Told(self._hall, self._call, self._ended, self._started, self._server)
        waiting = any(make.display for bus in self._pad_makes.values() for make in bus.values())
        follower = Follower(self._api, told, retry_s, habits.speak_within_s, waiting)
        silent_s = self._settings.server.stream_silent_s + self._settings.server.longest_ask_s
        heard = HeardStop(self._stop, liveness.pulse("follower"), silent_s)
        following = threading.Thread(target=follower.run, args=(heard,), daemon=True)
        for thread in (*watching, following):
            thread.start()
        watchdog = Watchdog(liveness, manager)
        manager.ready()
        try:
            while not stop.wait(_LOOK_S):
                watchdog.tick()
        finally:
            manager.stopping()
            self._close(watching)

    def _watching(self, name: str, bus: PadBus, liveness: Liveness) -> threading.Thread:
        """The thread of one bus of keypads; not yet begun."""
        heard = HeardStop(self._stop, liveness.pulse(f"pads-{name}"), _PADS_S)
        tell = partial(self._pad_event, name)
        return threading.Thread(target=bus.watch, args=(tell, heard), daemon=True)

    def _watched(self) -> Liveness:
        """Who else has a thread of their own."""
        liveness = Liveness(PATIENCE_S)
        for (bus, address), desk in self._desks.items():
            desk.pulse = liveness.pulse(f"desk-{bus}-{address}")
        for name, signs in self._signs.items():
            signs.pulse = liveness.pulse(f"signs-{name}")
        if self._speaker is not None:
            self._speaker.pulse = liveness.pulse("speaker")
        self._ratings.pulse = liveness.pulse("ratings")
        self._reporter.pulse = liveness.pulse("reporter")
        return liveness

    def _close(self, watching: list[threading.Thread]) -> None:
        """The following thread may wait for the server's next heartbeat: it is not waited for."""
        self._stop.set()
        for thread in watching:
            thread.join()
        for desk in self._desks.values():
            desk.close()
        for bus in self._signs.values():
            bus.close()
        if self._speaker is not None:
            self._speaker.close()
        self._ratings.close()
        self._reporter.close()

    def _report_all(self) -> None:
        for name, signs in self._signs.items():
            self._reporter.add(name, "window_sign", signs.health)
        for name, pads in self._pads.items():
            self._reporter.add(name, "keypad", pads.health)
        if self._speaker is not None:
            self._reporter.add("speaker", "speaker", self._speaker.health)

    def _tell_change(self, name: str) -> Callable[[DeviceStanding], None]:
        """For a device's name, what it calls when it stands otherwise than before."""
        return lambda _: self._reporter.changed(name)

    def _desk(self, pad: PadSettings, digits: bool) -> Desk:
        settings = self._settings
        show = partial(self._pads[pad.bus].show, pad.address)
        parts = DeskParts(self._api, settings.server, settings.habits, settings.texts, show)
        return Desk(pad, digits, parts)

    def _pad_event(self, bus: str, event: PadEvent) -> None:
        match event:
            case KeyPressed(address, PadKey.INVITE_RATING) if self._invites_again(bus, address):
                _log.info("rating_invited_again", bus=bus, address=address)
            case KeyPressed(address, key):
                self._desks[bus, address].key(key)
            case Rated(address, level):
                self._rating(bus, address, level)
            case PadsAway() | PadsBack():
                self._reporter.changed(bus)

    def _invites_again(self, bus: str, address: int) -> bool:
        """Whether the last service is over and not yet rated: then the key only asks again."""
        window = self._window_of(bus, address)
        with self._lock:
            ticket = self._rated.get(window)
        view = self._shown.get(window)
        if ticket is None or view is None or view.ticket is not None:
            return False
        self._pads[bus].await_rating(address, self._settings.habits.rating_wait_s)
        return True

    def _window_of(self, bus: str, address: int) -> str:
        pads = self._settings.keypad
        return next(pad.window for pad in pads if (pad.bus, pad.address) == (bus, address))

    def _rating(self, bus: str, address: int, level: int) -> None:
        window = self._window_of(bus, address)
        with self._lock:
            ticket = self._rated.pop(window, None)
        if ticket is None:
            return
        try:
            self._ratings.rate(ticket, window, level)
        except DeviceError as error:
            _log.error("rating_lost", window=window, reason=error.detail)

    def _hall(self, hall: HallView) -> None:
        for view in hall.windows.values():
            self._window(view, hall.seq)
        for sign in self._settings.sign:
            if not sign.window:
                self._signs[sign.bus].set_idle(sign.name, self._settings.texts.hall_idle)

    def _window(self, view: WindowView, seq: int) -> None:
        """Strips and pads of one window, as it is now."""
        before, self._shown[view.id] = self._shown.get(view.id), view
        for sign in self._settings.sign:
            if sign.window == view.id:
                self._show(sign.bus, sign.name, before, view)
        for pad in self._settings.keypad:
            if pad.window == view.id:
                self._desks[pad.bus, pad.address].update(view, seq)

    def _show(self, bus: str, name: str, before: WindowView | None, view: WindowView) -> None:
        texts, habits = self._settings.texts, self._settings.habits
        called = sign_call(view, texts)
        self._signs[bus].set_idle(name, sign_idle(view, texts), now=called is None)
        if called is not None and (before is None or before.ticket != view.ticket):
            self._signs[bus].show(name, called, habits.called_s or None)

    def _call(self, call: CallView) -> None:
        texts, habits = self._settings.texts, self._settings.habits
        for sign in self._settings.sign:
            if not sign.window:
                words = texts.hall_call.format(
                    number=call.number, window=call.window, name="", waiting=""
                )
                self._signs[sign.bus].show(sign.name, words, habits.hall_call_s)
        if self._speaker is not None:
            self._speaker.announce(call.number, call.window)

    def _ended(self, ticket: str, window: str) -> None:
        """Whoever was served may now rate, at any pad of that window."""
        with self._lock:
            self._rated[window] = ticket
        for bus, pad in self._pads_of(window):
            bus.await_rating(pad.address, self._settings.habits.rating_wait_s)

    def _started(self, ticket: str, window: str) -> None:
        """The next person sits there: a rating pressed now would not be the last one's; and the
        call need not be spoken any more."""
        with self._lock:
            self._rated.pop(window, None)
        for bus, pad in self._pads_of(window):
            bus.forget_rating(pad.address)
        there = self._shown[window].ticket if window in self._shown else None
        if self._speaker is not None and there is not None and there.id == ticket:
            self._speaker.drop(there.number, window)

    def _pads_of(self, window: str) -> list[tuple[PadBus, PadSettings]]:
        return [(self._pads[pad.bus], pad) for pad in self._settings.keypad if pad.window == window]

    def _server(self, error: DeviceError | None) -> None:
        """Logs changes alone: a server may be away for a night."""
        code = None if error is None else error.code
        if code == self._trouble:
            return
        self._trouble = code
        if error is None:
            _log.info("server_reached")
        else:
            _log.warning("server_away", code=code, reason=error.detail)
