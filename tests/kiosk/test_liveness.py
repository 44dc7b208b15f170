"""The watchdog: fed while all are at work, not for one that is stuck; a silent wire is no hang."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from pathlib import Path
from typing import Any

from foundation.liveness import Liveness, Watchdog
from foundation.service_manager import ServiceManager
from hardware import ports
from kiosk.devices import PrinterWorker, ReaderWorker
from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.gateway.bell import HelpBell
from kiosk.gateway.feedback import ROUND_S, Letter, Outbox
from kiosk.gateway.keeping import KeptFile
from kiosk.settings import PrinterSettings
from tests.support.systemd import Systemd


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_it_is_fed_while_every_promise_is_kept_and_says_who_broke_one(tmp_path: Path) -> None:
    clock, systemd = Clock(), Systemd(tmp_path)
    liveness = Liveness(patience_s=5.0, clock=clock)
    watchdog = Watchdog(liveness, ServiceManager(systemd.environ), clock)
    printer, reader = liveness.pulse("printer"), liveness.pulse("reader")
    reader.beat(60.0)
    watchdog.tick()
    assert systemd.told() == ["WATCHDOG=1"], "one that has not begun is not late"
    printer.beat(10.0)
    clock.now_s += 1.9
    watchdog.tick()
    assert systemd.told() == [], "four times within the limit are enough"
    clock.now_s += 13.0
    watchdog.tick()
    assert systemd.told() == ["WATCHDOG=1"]
    clock.now_s += 2.1
    watchdog.tick()
    assert systemd.told() == ["STATUS=hung: printer\nWATCHDOG=trigger"]
    clock.now_s += 2.1
    watchdog.tick()
    assert systemd.told() == [], "said once, and not fed"
    printer.beat(10.0)
    clock.now_s += 2.1
    watchdog.tick()
    assert systemd.told() == ["WATCHDOG=1"]
    systemd.close()


def test_without_a_service_manager_nothing_is_sent_and_nothing_breaks(tmp_path: Path) -> None:
    for environ in ({}, {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "8000000"}):
        manager = ServiceManager(environ)
        manager.ready()
        manager.alive()
        manager.hung("x")
        manager.stopping()
    assert ServiceManager({"WATCHDOG_USEC": "8000000"}).watchdog_s is None


def test_a_manager_that_does_not_listen_holds_nobody_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "deaf")})
        for _ in range(2000):  # far more than its queue holds
            manager.alive()


def test_an_abstract_address_is_understood() -> None:
    name = f"@hall-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + name[1:])
        heard.settimeout(10.0)
        ServiceManager({"NOTIFY_SOCKET": name}).ready()
        assert heard.recv(100) == b"READY=1"


class StuckPrinter:
    """Waits for a lock that nobody gives back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()

    def status(self, timeout_s: float = 2.0) -> Any:
        with self.lock:
            return ports.PrinterStatus(ports.PrinterState.OK, True, "")

    def close(self) -> None:
        """Nothing is open."""


class SilentReader:
    """Polls a device that never answers, each time until its limit."""

    def watch(self, on_event: Any, stop: threading.Event) -> None:
        while not stop.is_set():
            stop.wait(0.05)

    def close(self) -> None:
        """Nothing is open."""


def test_a_deadlocked_worker_is_late_and_one_that_waits_for_a_silent_device_is_not() -> None:
    clock = Clock()
    liveness = Liveness(patience_s=1.0, clock=clock)
    stuck = StuckPrinter()
    settings = PrinterSettings("tcp://127.0.0.1:1", status_timeout_s=1.0, print_timeout_s=1.0)
    printer = PrinterWorker(stuck, settings, lambda _: None, lambda _: None)  # type: ignore[arg-type]
    reader = ReaderWorker(SilentReader(), lambda _: None, lambda _: None)  # type: ignore[arg-type]
    for worker in (printer, reader):
        worker.pulse = liveness.thread(worker)
        worker.start()
    until = time.monotonic() + 30.0
    clock.now_s += 60.0
    while liveness.late() != ("printer",):
        assert time.monotonic() < until, liveness.late()
        time.sleep(0.01)
    stuck.lock.release()
    while liveness.late():
        assert time.monotonic() < until, liveness.late()
        time.sleep(0.01)
    reader.stop()
    printer.stop()
    for worker in (printer, reader):
        worker.join(timeout=30)
        assert not worker.is_alive()
    assert liveness.late() == ("printer", "card-reader"), (
        "ended: late at once, whatever it promised"
    )


def test_a_thread_that_ended_is_told_between_two_feeds(tmp_path: Path) -> None:
    clock, systemd = Clock(), Systemd(tmp_path)
    liveness = Liveness(patience_s=30.0, clock=clock)
    watchdog = Watchdog(liveness, ServiceManager(systemd.environ), clock)
    leave = threading.Event()
    worker = threading.Thread(target=leave.wait, name="worker")
    liveness.thread(worker).beat(1000.0)
    watchdog.tick()
    assert systemd.told() == ["WATCHDOG=1"], "not begun yet is not ended"
    worker.start()
    clock.now_s += 0.25
    watchdog.tick()
    assert systemd.told() == []
    leave.set()
    worker.join(timeout=30)
    clock.now_s += 0.25
    watchdog.tick()
    assert systemd.told() == ["STATUS=hung: worker\nWATCHDOG=trigger"]
    systemd.close()


class MuteServer:
    """Takes what it is asked and answers when it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def _answer(self) -> None:
        self.asked.set()
        assert self.go.wait(30)

    def reviewable(self, _wish: Any) -> object:
        raise AssertionError("not asked")

    def feedback(self, _what: str, _body: Any) -> object:
        self._answer()
        return {}

    def call_help(self, _request_id: str, _place: str) -> None:
        self._answer()

    def help_answered(self) -> bool:
        return True


def test_the_outbox_is_late_when_a_letter_hangs_and_not_when_there_is_none() -> None:
    clock, server = Clock(), MuteServer()
    liveness = Liveness(patience_s=1.0, clock=clock)
    events: queue.Queue[ev.Event] = queue.Queue()
    outbox = Outbox(server, KeptFile(None), events.put, later_s=0.05)
    outbox.pulse = liveness.thread(outbox)
    outbox.start()
    outbox.put(Letter("r1", "suggestions", {"text": "x"}), "")
    assert server.asked.wait(30)
    assert liveness.late() == ()
    clock.now_s += ROUND_S + 1.1
    assert liveness.late() == ("feedback-outbox",)
    server.go.set()
    events.get(timeout=30)
    until = time.monotonic() + 30.0
    while liveness.late():
        assert time.monotonic() < until
        time.sleep(0.01)
    outbox.stop()
    outbox.join(30)


def test_the_bell_is_late_while_one_call_hangs_and_rests_when_all_have_ended() -> None:
    clock, hangs, quick = Clock(), MuteServer(), MuteServer()
    quick.go.set()
    liveness = Liveness(patience_s=1.0, clock=clock)
    pulse = liveness.errands("bell")
    told: queue.Queue[ev.Event] = queue.Queue()
    for server in (hangs, quick):
        bell = HelpBell(server, told.put, look_every_s=0.01)
        bell.pulse = pulse
        bell.ring(fx.CallHelp("r", "home"))
        assert server.asked.wait(30)
    for state in (ev.HelpState.CALLED, ev.HelpState.COMING):
        assert told.get(timeout=30) == ev.HelpSeen(state), "the quick one's"
    assert liveness.late() == ()
    clock.now_s += 60.0
    assert liveness.late() == ("bell",), "the other one's beats are no sign of life of this one"
    hangs.go.set()
    until = time.monotonic() + 30.0
    while liveness.late():
        assert time.monotonic() < until
        time.sleep(0.01)
    for state in (ev.HelpState.CALLED, ev.HelpState.COMING):
        assert told.get(timeout=30) == ev.HelpSeen(state)
    until = time.monotonic() + 30.0
    clock.now_s += 10_000.0
    while liveness.late():
        assert time.monotonic() < until
        time.sleep(0.01)


class OddServer(MuteServer):
    def call_help(self, _request_id: str, _place: str) -> None:
        raise RuntimeError("unforeseen")


def test_a_call_that_breaks_tells_the_person_that_nobody_heard() -> None:
    told: queue.Queue[ev.Event] = queue.Queue()
    HelpBell(OddServer(), told.put).ring(fx.CallHelp("r", "home"))
    assert told.get(timeout=30) == ev.HelpSeen(ev.HelpState.UNHEARD)
