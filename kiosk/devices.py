"""Printer and card reader behind worker threads; the one place that builds the drivers.

Drivers block, so each has its own thread; what comes of it is posted to the flow. Nothing that a
driver does may end the kiosk: an unforeseen error counts as *unknown*, is logged, and work goes on.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from foundation.liveness import BeatingStop, Pulse, Quiet
from hardware import ports, wiring
from hardware.errors import DeviceError, DeviceMissing
from hardware.health import Figure, HealthLog, TellsHealth
from hardware.speaker.compose import Composer
from hardware.speaker.guide import GuideSpeaker
from hardware.speaker.output import make_output
from hardware.speaker.settings import SpeakerSettings
from kiosk.flow import events as ev
from kiosk.flow.facts import PersonFacts, TicketFacts
from kiosk.gateway.health import DeviceKind, Health, Tell
from kiosk.settings import KioskSettings, PrinterSettings

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]

READER_ROUND_S = 10.0  # the longest that a driver is busy with one card or one opening
IDLE_POLL_S = 20.0  # so long without a wish, and the printer is asked how it is


@dataclass(frozen=True, slots=True)
class Devices:
    """list_printer, slip_printer: the printer again, with the layouts for lists of materials and
    for the yearly check's slip."""

    printer: ports.TicketPrinter
    list_printer: ports.TicketPrinter
    slip_printer: ports.TicketPrinter
    reader: ports.CardReader


def _speaking(settings: KioskSettings) -> SpeakerSettings:
    voice = settings.voice
    return SpeakerSettings(
        output=voice.output, device=voice.device, volume_percent=voice.volume_percent
    )


def say_once(settings: KioskSettings, text: str, language: str, percent: int) -> None:
    """Blocks until it has sounded. Raises DeviceError, also where there is nothing to sound."""
    chosen = _speaking(settings)
    output = make_output(chosen)
    output.play(Composer(chosen).text(text, language, chime=False).softer(percent))
    if output.name == "none":
        raise DeviceMissing("no_sound_card")


def build_guide(settings: KioskSettings) -> GuideSpeaker:
    """Starts its thread. Raises SettingsUnusable for files that cannot be used."""
    chosen = _speaking(settings)
    return GuideSpeaker(chosen, Composer(chosen), lambda: make_output(chosen))


def build_devices(settings: KioskSettings) -> Devices:
    """Opens nothing. Raises DeviceError or SettingsError for settings that cannot be."""
    chosen = settings.printer
    printer = wiring.PrinterSettings(chosen.url, chosen.profile, chosen.layout, chosen.roll_file)
    reader = wiring.CardReaderSettings(settings.reader.port, settings.reader.baud)
    lists, slips = (
        wiring.PrinterSettings(chosen.url, chosen.profile, layout)
        for layout in (chosen.list_layout, chosen.slip_layout)
    )
    tickets = wiring.make_printer(printer)
    return Devices(
        tickets,
        wiring.make_printer(lists, beside=tickets),
        wiring.make_printer(slips, beside=tickets),
        wiring.make_card_reader(reader),
    )


@dataclass(frozen=True, slots=True)
class PrintJob:
    request_id: str
    ticket: TicketFacts
    content: ports.TicketContent


@dataclass(frozen=True, slots=True)
class ListJob:
    """A list of materials or a slip: nobody's number, so nothing is reported of it."""

    request_id: str
    content: ports.TicketContent
    slip: bool = False


Errand = Callable[[ports.TicketPrinter], ev.Event]
Wish = str | PrintJob | ListJob | Errand


class PrinterWorker(threading.Thread):
    """Asks and prints, one thing at a time, in the order wished; `tell` hears of each state."""

    def __init__(
        self,
        printer: ports.TicketPrinter,
        settings: PrinterSettings,
        post: Post,
        tell: Tell,
        idle_poll_s: float = IDLE_POLL_S,
        list_printer: ports.TicketPrinter | None = None,
        slip_printer: ports.TicketPrinter | None = None,
        printing: Callable[[TicketFacts], None] = lambda _ticket: None,
    ) -> None:
        """list_printer, slip_printer: the same machine with another layout; None: the ticket's own.
        printing: is told of each ticket before its first byte goes to the printer."""
        self._printing = printing
        super().__init__(daemon=True, name="printer")
        self._printer, self._settings, self._post = printer, settings, post
        self._tell, self._idle_poll_s = tell, idle_poll_s
        self._list_printer = list_printer or printer
        self._slip_printer = slip_printer or printer
        self.pulse: Pulse = Quiet()
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()

    def ask(self, request_id: str) -> None:
        self._wishes.put(request_id)

    def print(self, job: PrintJob | ListJob) -> None:
        self._wishes.put(job)

    def errand(self, work: Errand) -> None:
        """Something of staff's, in turn with the tickets; `work` catches its own errors."""
        self._wishes.put(work)

    def stop(self) -> None:
        self._wishes.put(None)

    def run(self) -> None:
        self._beat()
        self._status()
        while True:
            self._beat(self._idle_poll_s)
            try:
                wish = self._wishes.get(timeout=self._idle_poll_s)
            except queue.Empty:
                self._status()
                continue
            if wish is None:
                break
            self._beat()
            self._post(self._answer(wish))
        self._printer.close()

    def _beat(self, more_s: float = 0.0) -> None:
        """One errand asks, prints and asks again, each within its limit."""
        chosen = self._settings
        self.pulse.beat(more_s + 2 * chosen.status_timeout_s + chosen.print_timeout_s)

    def _answer(self, wish: Wish) -> ev.Event:
        if callable(wish):
            answer = wish(self._printer)
            self._status()
            return answer
        if isinstance(wish, PrintJob):
            return self._print(wish)
        return self._print_list(wish) if isinstance(wish, ListJob) else self._ask(wish)

    def _print_list(self, job: ListJob) -> ev.ListPrinted:
        printer = self._slip_printer if job.slip else self._list_printer
        try:
            result = printer.print_ticket(job.content, self._settings.print_timeout_s)
        except Exception:
            _log.exception("list_unforeseen")
            return ev.ListPrinted(job.request_id, ev.Outcome.UNKNOWN)
        self._tell_health(result.status)
        return ev.ListPrinted(job.request_id, ev.Outcome(result.outcome.value))

    def _status(self) -> ports.PrinterStatus:
        try:
            status = self._printer.status(self._settings.status_timeout_s)
        except Exception:
            _log.exception("printer_status_unforeseen")
            status = ports.PrinterStatus(ports.PrinterState.UNKNOWN, None, "")
        self._tell_health(status)
        return status

    def _tell_health(self, status: ports.PrinterStatus) -> None:
        figures = figures_of(self._printer)
        self._tell(Health(DeviceKind.PRINTER, status.state.value, status.detail, figures))

    def _ask(self, request_id: str) -> ev.PrinterAnswered:
        status = self._status()
        if status.can_print is not True:
            _log.warning("printer_not_ready", state=status.state.value, detail=status.detail)
        return ev.PrinterAnswered(request_id, status.can_print, status.state.value)

    def _print(self, job: PrintJob) -> ev.PrintEnded:
        try:
            self._printing(job.ticket)
            result = self._printer.print_ticket(job.content, self._settings.print_timeout_s)
        except Exception:
            _log.exception("print_unforeseen", ticket=job.ticket.number)
            return ev.PrintEnded(
                job.request_id, job.ticket, ev.Outcome.UNKNOWN, ports.PrinterState.UNKNOWN.value
            )
        self._tell_health(result.status)
        outcome = ev.Outcome(result.outcome.value)
        _log.info(
            "print_ended",
            ticket=job.ticket.number,
            outcome=outcome.value,
            state=result.status.state.value,
            elapsed_s=round(result.elapsed_s, 3),
        )
        return ev.PrintEnded(job.request_id, job.ticket, outcome, result.status.state.value)


class ReaderWorker(threading.Thread):
    """Watches the card reader for as long as the kiosk runs."""

    def __init__(self, reader: ports.CardReader, post: Post, tell: Tell) -> None:
        super().__init__(daemon=True, name="card-reader")
        self._reader, self._post, self._tell = reader, post, tell
        self._log = HealthLog()
        self.pulse: Pulse = Quiet()
        self._stop_asked: threading.Event = BeatingStop(lambda: self.pulse, READER_ROUND_S)

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                self._reader.watch(self._take, self._stop_asked)
            except DeviceError as error:
                _log.warning("reader_lost", code=error.code, detail=error.detail)
                self._take(ports.ReaderAway(error))
            except Exception:
                _log.exception("reader_unforeseen")
                self._take(ports.ReaderAway(DeviceMissing("the driver broke")))
            self._stop_asked.wait(1.0)
        self._reader.close()

    def _take(self, seen: ports.CardEvent) -> None:
        event = card_event(seen)
        health = reader_health(seen)
        self._note(seen, health)
        self._tell(replace(health, figures=self._log.snapshot().figures()))
        if isinstance(event, ev.CardFailed | ev.ReaderLost):
            _log.warning("card_event", event_name=type(event).__name__)
        self._post(event)

    def _note(self, seen: ports.CardEvent, health: Health) -> None:
        self._log.state(health.state, health.detail)
        match seen:
            case ports.CardRead():
                self._log.succeeded()
            case ports.CardUnreadable(error) | ports.ReaderAway(error):
                self._log.failed(error.code)
            case _:
                pass


def figures_of(driver: object) -> dict[str, Figure]:
    """What a driver that keeps count tells of itself."""
    return driver.health().figures() if isinstance(driver, TellsHealth) else {}


def reader_health(seen: ports.CardEvent) -> Health:
    """Whatever a card does, a reader that tells of it is well."""
    if isinstance(seen, ports.ReaderAway):
        return Health(DeviceKind.READER, "offline", seen.error.code)
    return Health(DeviceKind.READER, "ok")


def card_event(seen: ports.CardEvent) -> ev.Event:
    """The driver's word in the flow's words."""
    match seen:
        case ports.CardSeen():
            return ev.CardLaid()
        case ports.CardRead(record):
            return _known(record)
        case ports.CardUnreadable():
            return ev.CardFailed()
        case ports.CardRemoved():
            return ev.CardLifted()
        case ports.ReaderAway():
            return ev.ReaderLost()
        case ports.ReaderBack():
            return ev.ReaderFound()


def _known(record: ports.CardRecord) -> ev.Event:
    """A number whose check digit is wrong was misread: the person lays the card down again."""
    if not (record.id_number and record.id_number_valid):
        return ev.CardFailed()
    name = record.name.strip() or (record.english_name or "").strip()
    return ev.CardKnown(PersonFacts(record.id_number, name, record.birth))
