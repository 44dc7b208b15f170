"""A kiosk without its window: the real flow, gateway and printer driver, before a real server and a
virtual printer, with a line between that can be cut and made mute at any moment.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hardware import wiring
from hardware.simulators.printer import VirtualPrinter
from kiosk.devices import PrinterWorker
from kiosk.flow import events as ev
from kiosk.flow.facts import LeaseFacts
from kiosk.flow.states import Link, Place, State, TimeLimits
from kiosk.gateway.bell import HelpBell
from kiosk.gateway.client import QueueClient
from kiosk.gateway.content import Archive, ContentWatch
from kiosk.gateway.desk import HallWatch, TicketDesk
from kiosk.gateway.feedback import FeedbackDesk, Outbox
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.lease_book import LeaseBook
from kiosk.gateway.lease_keeper import HallClock, LeaseKeeper
from kiosk.gateway.offline import OfflineDrawer
from kiosk.runtime import Hands, Runtime
from kiosk.settings import PrinterSettings, ServerSettings
from kiosk.texts import load_texts

WITHIN_S = 30.0
LEASE_SIZE = 5


class Line:
    """Passes bytes between kiosk and server; `cut` refuses, `mute` loses all answers."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.mute = False
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]

    def _listening(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def cut(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for side in self._open:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.mute = False
        if self._listener.fileno() < 0:
            self._listener = self._listening(self.port)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return  # cut
            try:
                far = socket.create_connection(("127.0.0.1", self._server_port), 5)
            except OSError:
                near.close()  # the server is away
                continue
            with self._lock:
                self._open |= {near, far}
            for source, sink, answers in ((near, far, False), (far, near, True)):
                pump = (source, sink, answers)
                threading.Thread(target=self._pump, args=pump, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not (answers and self.mute):
                    sink.sendall(data)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open -= {source}
        source.close()


class Rig:
    """One kiosk. `until` runs the flow, as the window's thread does, until something is true."""

    def __init__(
        self, token: str, server_port: int, kept: Path, paper: VirtualPrinter | None = None
    ) -> None:
        self.line = Line(server_port)
        self.paper = paper or VirtualPrinter(print_speed_mm_s=1500)
        host, port = self.paper.start("127.0.0.1", 0)
        settings = ServerSettings(
            f"http://127.0.0.1:{self.line.port}",
            "demo",
            "kiosk-1",
            token,
            poll_s=0.2,
            connect_timeout_s=2.0,
            answer_timeout_s=1.5,
            retry_first_s=0.05,
            retry_longest_s=0.3,
        )
        limits = TimeLimits(unprinted_s=3.0, cancelling_s=60.0)
        self.wake: Callable[[], None] = lambda: None
        start = State(limits=limits, now_s=time.monotonic())
        self.runtime = Runtime(start, lambda: self.wake())
        self.events: list[ev.Event] = []
        self.client = QueueClient(settings)
        self.clock = HallClock()
        self.book = LeaseBook(KeptFile(kept / "numbers.json"), self.clock.now)
        self.book.open()
        post = self.runtime.post
        self.keeper = LeaseKeeper(self.client, self.book, self.clock, post, LEASE_SIZE, 0.5)
        drawer = OfflineDrawer(self.book, lambda: self.runtime.state.around.hall, self.keeper.look)
        chosen = PrinterSettings(f"tcp://{host}:{port}", print_timeout_s=8.0)
        self.printer = PrinterWorker(
            wiring.make_printer(wiring.PrinterSettings(chosen.url, chosen.profile, chosen.layout)),
            chosen,
            post,
            lambda _health: None,
            printing=drawer.printing,
        )
        self.desk = TicketDesk(self.client, settings, post, drawer)
        self.outbox = Outbox(self.client, KeptFile(kept / "feedback.json"), post, 0.3)
        self.bell = HelpBell(self.client, post, 0.3)
        archive = Archive(KeptFile(kept / "hall.json"))
        self.watch = HallWatch(self.client, settings, post, self.clock.saw)
        self.content = ContentWatch(self.client, archive, post)
        feedback = FeedbackDesk(self.client, self.outbox, post)
        hands = Hands(
            self.printer, self.desk, self.bell, load_texts, settings.url, feedback=feedback
        )
        self.runtime.give_hands(hands)
        self._workers = (self.watch, self.content, self.printer, self.keeper, self.outbox)
        for worker in self._workers:
            worker.start()

    def close(self) -> None:
        for part in (*self._workers, self.desk, self.bell):
            part.stop()
        for worker in self._workers:
            worker.join(20)
        self.line.cut()
        self.paper.stop()

    @property
    def state(self) -> State:
        return self.runtime.state

    def until(self, true: Callable[[], object], what: object = "") -> None:
        ends_s = time.monotonic() + WITHIN_S
        while not true():
            assert time.monotonic() < ends_s, (what, self.state)
            self.runtime.drain()
            self.runtime.tick(time.monotonic())
            time.sleep(0.01)

    def arrive(self, place: Place) -> None:
        self.until(lambda: self.state.place is place, place)

    def does(self, *events: ev.Event) -> None:
        for event in events:
            self.runtime.take(event)

    def ready(self) -> None:
        """Home, with numbers lent and the guides there."""
        self.until(lambda: self.state.around.server is Link.UP, "the server")
        self.until(lambda: self.state.around.lease.of("G") > 0, "lent numbers")
        self.until(lambda: self.state.around.content.form.levels, "the review form")
        self.does(ev.HomeTouched())
        self.until(lambda: self.state.place in (Place.HOME, Place.ATTRACT), "home")

    def choose(self, service: str = "G") -> None:
        """Up to where the printer is asked."""
        self.does(ev.HomeTouched(), ev.DoorTouched(ev.Door.NUMBER))
        self.does(ev.ServiceTouched(service, str(uuid.uuid4())))

    def number(self) -> str:
        ticket = self.state.session.ticket
        assert ticket is not None, self.state
        return ticket.number

    def dark(self) -> None:
        """The line is cut, and the kiosk has seen it."""
        self.line.cut()
        self.until(lambda: self.state.around.server is Link.DOWN, "the dark")

    def all_handed_in(self) -> None:
        """The line is mended, and the server has all that it should."""
        self.line.mend()
        self.until(lambda: self.state.around.server is Link.UP, "the server again")
        later = datetime(9999, 1, 1, tzinfo=UTC)
        self.keeper.look()
        self.until(lambda: not self.book.due(later), "the hand-in")

    @property
    def lease(self) -> LeaseFacts:
        return self.book.left()
