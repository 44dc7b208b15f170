"""The workers around printer and reader, with tiny drivers that succeed, fail and break."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from hardware import ports
from hardware.errors import CardNotReadable, DeviceMissing
from hardware.ticket_printer.driver import EscPosTicketPrinter
from kiosk.devices import PrinterWorker, PrintJob, ReaderWorker, build_devices, card_event
from kiosk.flow import events as ev
from kiosk.flow.events import Language
from kiosk.gateway.health import DeviceKind, Health
from kiosk.paper import ticket_content
from kiosk.sample_ways import CONFIG
from kiosk.samples import sample_hall, sample_ticket
from kiosk.settings import PrinterSettings, load_kiosk_settings
from kiosk.texts import load_texts

OK = ports.PrinterStatus(ports.PrinterState.OK, True, "")
TICKET = sample_ticket()
JOB = PrintJob("r", TICKET, ticket_content(TICKET, sample_hall(), load_texts(Language.ENGLISH), ""))


def nobody(_health: Health) -> None:
    """Nobody listens to how the printer is."""


@dataclass
class Printer:
    outcome: ports.PrintOutcome = ports.PrintOutcome.CONFIRMED
    breaks: bool = False
    closed: threading.Event = field(default_factory=threading.Event)

    def status(self, timeout_s: float = 2.0) -> ports.PrinterStatus:
        if self.breaks:
            raise RuntimeError("a mistake in the driver")
        return OK

    def print_ticket(
        self, content: ports.TicketContent, timeout_s: float = 10.0
    ) -> ports.PrintResult:
        if self.breaks:
            raise RuntimeError("a mistake in the driver")
        return ports.PrintResult(self.outcome, OK, 100, 0.1)

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("outcome", list(ports.PrintOutcome))
def test_the_printers_word_is_passed_on(outcome: ports.PrintOutcome) -> None:
    events: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
    printer = Printer(outcome)
    worker = PrinterWorker(printer, PrinterSettings("tcp://x:1"), events.put, nobody)
    worker.start()
    worker.ask("r")
    worker.print(JOB)
    assert events.get(timeout=5) == ev.PrinterAnswered("r", True, "ok")
    assert events.get(timeout=5) == ev.PrintEnded("r", TICKET, ev.Outcome(outcome.value), "ok")
    worker.stop()
    assert printer.closed.wait(5)


def test_a_driver_that_breaks_is_unknown_and_the_worker_lives_on() -> None:
    events: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
    printer = Printer(breaks=True)
    worker = PrinterWorker(printer, PrinterSettings("tcp://x:1"), events.put, nobody)
    worker.start()
    worker.ask("r")
    worker.print(JOB)
    assert events.get(timeout=5) == ev.PrinterAnswered("r", None, "unknown")
    assert events.get(timeout=5) == ev.PrintEnded("r", TICKET, ev.Outcome.UNKNOWN, "unknown")
    printer.breaks = False
    worker.ask("s")
    assert events.get(timeout=5) == ev.PrinterAnswered("s", True, "ok")
    worker.stop()


def test_an_idle_printer_is_asked_again_and_again_and_a_broken_driver_is_unknown() -> None:
    healths: queue.SimpleQueue[Health] = queue.SimpleQueue()
    printer = Printer()
    settings = PrinterSettings("tcp://x:1")
    worker = PrinterWorker(printer, settings, lambda _event: None, healths.put, 0.05)
    worker.start()
    for _ in range(3):
        assert healths.get(timeout=5) == Health(DeviceKind.PRINTER, "ok", "")
    printer.breaks = True
    while (health := healths.get(timeout=5)).state == "ok":
        continue
    assert health == Health(DeviceKind.PRINTER, "unknown", "")
    worker.stop()
    assert printer.closed.wait(5)


def record(**changes: Any) -> ports.CardRecord:
    usual: dict[str, Any] = {name: None for name in ports.CardRecord.__slots__}
    usual |= {"type": "resident", "name": "王芳", "id_number": "34052419800101001X"}
    usual |= {"id_number_valid": True, "birth": date(1980, 1, 1), "sex": "女", "sex_code": "2"}
    return ports.CardRecord(**{**usual, "photo": b"", **changes})


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (ports.CardSeen(), ev.CardLaid),
        (ports.CardRead(record()), ev.CardKnown),
        (ports.CardRead(record(id_number_valid=False)), ev.CardFailed),
        (ports.CardRead(record(id_number="")), ev.CardFailed),
        (ports.CardUnreadable(CardNotReadable("x")), ev.CardFailed),
        (ports.CardRemoved(), ev.CardLifted),
        (ports.ReaderAway(DeviceMissing("x")), ev.ReaderLost),
        (ports.ReaderBack(), ev.ReaderFound),
    ],
)
def test_the_readers_words_in_the_flows_words(seen: Any, kind: type[ev.Event]) -> None:
    assert type(card_event(seen)) is kind


def test_a_foreigners_card_may_have_only_an_english_name() -> None:
    event = card_event(ports.CardRead(record(name=" ", english_name="ZHANG, WEI")))
    assert isinstance(event, ev.CardKnown)
    assert event.person.name == "ZHANG, WEI"


class BreakingReader:
    """Fails at the first watch, works at the second."""

    watches = 0

    def read_card(self, timeout_s: float = 10.0) -> ports.CardRecord:
        raise DeviceMissing("never asked here")

    def watch(self, on_event: Callable[[ports.CardEvent], None], stop: threading.Event) -> None:
        self.watches += 1
        if self.watches == 1:
            raise RuntimeError("a mistake in the driver")
        on_event(ports.ReaderBack())
        stop.wait(10)

    def close(self) -> None: ...


def test_a_reader_that_breaks_is_lost_and_watched_again() -> None:
    events: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
    healths: queue.SimpleQueue[Health] = queue.SimpleQueue()
    worker = ReaderWorker(BreakingReader(), events.put, healths.put)
    worker.start()
    assert events.get(timeout=5) == ev.ReaderLost()
    assert events.get(timeout=5) == ev.ReaderFound()
    assert healths.get(timeout=5).state == "offline"
    assert healths.get(timeout=5) == Health(DeviceKind.READER, "ok")
    worker.stop()
    worker.join(timeout=5)
    assert not worker.is_alive()


def test_tickets_and_lists_of_materials_use_up_the_same_roll() -> None:
    devices = build_devices(load_kiosk_settings(CONFIG / "demo" / "kiosk.toml"))
    assert isinstance(devices.printer, EscPosTicketPrinter)
    assert isinstance(devices.list_printer, EscPosTicketPrinter)
    assert devices.list_printer.notes is devices.printer.notes
