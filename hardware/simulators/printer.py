"""A virtual ESC/POS printer: prints on a picture, answers for its state, has faults.

Real-time commands are answered at once, everything else is worked off in order by one thread at
the speed of paper – and waits there while the printer cannot print. How bytes get here is the
business of `printer_ports` and `printer_usb`.
"""

from __future__ import annotations

import io
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from PIL import Image

from hardware.errors import DeviceProtocolError
from hardware.simulators.printer_faults import (
    ENDED_BY_RECOVERY,
    STILL_PRINTING,
    WAITS_FOR_RECOVERY,
    PrinterFault,
    automatic,
    real_time,
)
from hardware.simulators.printer_ports import PrinterPort, PtyPort, TcpPort
from hardware.ticket_printer.commands import (
    AskIdentity,
    AskInOrder,
    AskJobInOrder,
    AskStatus,
    AutomaticStatusMask,
    ClearBuffers,
    Cut,
    EscPosCommand,
    Recover,
    Reset,
)
from hardware.ticket_printer.reader import EscPosParser
from hardware.ticket_printer.render import Paper

__all__ = ["PrinterFault", "Ticket", "VirtualPrinter"]

_log = structlog.get_logger()
_KEPT_TICKETS = 200
_PAPER_EDGE_DOTS = 32  # 80 mm paper is printed 72 mm wide
_DOTS_PER_MM = 8
_IDENTITY = {65: "1.07 ESC/POS", 66: "SIMULATED", 67: "VP-80"}
_LATE_S = 0.7  # longer than a driver waits for one answer


@dataclass(frozen=True, slots=True)
class Ticket:
    """One job up to its cut. picture: mode "L", with the paper's blank edges."""

    id: int
    at: datetime
    data: bytes
    picture: Image.Image

    def png(self) -> bytes:
        file = io.BytesIO()
        self.picture.save(file, "PNG")
        return file.getvalue()


class Connection:
    """One end of a cable. `send` takes answers and never raises: whoever left is of no concern to
    a printer."""

    def __init__(self, printer: VirtualPrinter, send: Callable[[bytes], None]) -> None:
        self._printer, self.send = printer, send
        self._parser, self._stream, self._taken = EscPosParser(), bytearray(), 0
        self.wants_changes = False
        self.sent_work = False  # it was not only asked for its state

    def take(self, data: bytes) -> bool:
        """False when it was no ESC/POS: the connection is of no more use."""
        self._stream += data
        try:
            for command in self._parser.feed(data):
                raw = bytes(self._stream[: self._parser.consumed - self._taken])
                del self._stream[: len(raw)]
                self._taken = self._parser.consumed
                self._printer.take(_Work(self, command, raw))
        except DeviceProtocolError as error:
            self._printer.reject(error)
            return False
        return True

    def pause(self) -> None:
        """Nothing came for a while, or the connection ended: what is on paper is a ticket."""
        if self.sent_work:
            self.sent_work = False
            self._printer.take(_Work(self, None, b""))

    def close(self) -> None:
        self.pause()
        self._printer.leave(self)


@dataclass(frozen=True, slots=True)
class _Work:
    """command None: the connection paused; whatever is on paper is a ticket then."""

    client: Connection
    command: EscPosCommand | None
    raw: bytes


class VirtualPrinter:
    """paper_width_dots: printable. print_speed_mm_s: of moving paper. line_bytes_per_s: how fast
    its connections take bytes, None as fast as they come."""

    def __init__(
        self,
        paper_width_dots: int = 576,
        print_speed_mm_s: float = 200.0,
        line_bytes_per_s: float | None = None,
    ) -> None:
        self.line_bytes_per_s = line_bytes_per_s
        self._speed_dots_s = print_speed_mm_s * _DOTS_PER_MM
        self._changed = threading.Condition()
        self._paper = Paper(paper_width_dots)
        self._printed = bytearray()
        self._work: deque[_Work] = deque()
        self._clients: set[Connection] = set()
        self._tickets: deque[Ticket] = deque(maxlen=_KEPT_TICKETS)
        self._next_id = 1
        self._fault = PrinterFault.NONE
        self._fault_in_dots = 0
        self._error_held: PrinterFault | None = None  # its cause is gone, DLE ENQ not yet come
        self._cut_partly = False  # a ticket may go on below a partial cut
        self._stopping = False
        self._ports: list[PrinterPort] = []
        self._engine: threading.Thread | None = None
        self.rejected: list[str] = []  # what the strict reader of commands refused
        self.recoveries: list[int] = []  # the n of each DLE ENQ, 8 for DLE DC4 8

    def start(self, host: str, port: int) -> tuple[str, int]:
        """Listens on TCP and prints from now on; port 0 picks a free one. Returns the address."""
        tcp = TcpPort(self, host, port)
        self._add(tcp)
        return tcp.address

    def start_pty(self, link: Path) -> None:
        """Answers on a pty as well; `link` points to it while the printer is plugged in."""
        self._add(PtyPort(self, link))

    def start_engine(self) -> None:
        """Prints what comes by `connect`; the ports do it by themselves."""
        if self._engine is None:
            self._engine = threading.Thread(target=self._print, name="printer-engine", daemon=True)
            self._engine.start()

    def connect(self, send: Callable[[bytes], None]) -> Connection:
        client = Connection(self, send)
        with self._changed:
            self._clients.add(client)
        return client

    def leave(self, client: Connection) -> None:
        with self._changed:
            self._clients.discard(client)

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for port in self._ports:
            port.stop()
        if self._engine is not None:
            self._engine.join(timeout=2)

    @property
    def fault(self) -> PrinterFault:
        return self._fault

    @property
    def plugged_in(self) -> bool:
        return self._active_fault() is not PrinterFault.GONE

    def set_fault(self, fault: PrinterFault, after_mm: float = 0.0) -> None:
        """after_mm: paper that still moves before the fault strikes; 0 is now."""
        with self._changed:
            if self._active_fault() in WAITS_FOR_RECOVERY:
                self._error_held = self._active_fault()
            self._fault = fault
            self._fault_in_dots = round(after_mm * _DOTS_PER_MM)
            self._changed.notify_all()
        self._struck()

    def tickets(self) -> list[Ticket]:
        """Oldest first."""
        with self._changed:
            return list(self._tickets)

    def ticket(self, ticket_id: int) -> Ticket | None:
        return next((each for each in self.tickets() if each.id == ticket_id), None)

    def wait_for_tickets(self, count: int, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self._tickets) >= count, timeout_s)

    def reject(self, error: DeviceProtocolError) -> None:
        self.rejected.append(error.detail)
        _log.warning("printer_rejected", detail=error.detail)

    def _add(self, port: PrinterPort) -> None:
        port.start()
        self._ports.append(port)
        self.start_engine()

    # What answers at once.

    def _active_fault(self) -> PrinterFault:
        if self._fault_in_dots <= 0 and self._fault is not PrinterFault.NONE:
            return self._fault
        return self._error_held or PrinterFault.NONE

    def take(self, work: _Work) -> None:
        match work.command:
            case AskStatus(n):
                self._answer(work.client, real_time(self._active_fault(), n))
            case Recover(n):
                self._recover(n)
            case ClearBuffers():
                self._recover(8)
            case None:
                self._enqueue(work)
            case _:
                work.client.sent_work = True
                self._enqueue(work)

    def _answer(self, client: Connection, data: bytes) -> None:
        fault = self._active_fault()
        if fault is PrinterFault.CHATTY:
            unasked = automatic(fault)
            client.send(unasked + unasked[:2] + data + unasked[2:] + unasked)
        elif fault is PrinterFault.LATE:
            threading.Timer(_LATE_S, client.send, [data]).start()
        elif fault is not PrinterFault.MUTE:
            client.send(data)

    def _recover(self, n: int) -> None:
        self.recoveries.append(n)
        with self._changed:
            self._error_held = None
            if self._active_fault() in ENDED_BY_RECOVERY:
                self._fault = PrinterFault.NONE
            if n != 1:
                self._forget()
            self._changed.notify_all()

    def _forget(self) -> None:
        """What is half printed is torn off and thrown away. The lock is held."""
        self._work.clear()
        self._printed.clear()
        self._paper.tear_off()

    def _enqueue(self, work: _Work) -> None:
        with self._changed:
            self._work.append(work)
            self._changed.notify_all()

    def _struck(self) -> None:
        """A fault has come or gone: tells those who want to know, pulls the plug if that is it."""
        with self._changed:
            fault = self._active_fault()
            clients = [client for client in self._clients if client.wants_changes]
            if fault is PrinterFault.GONE:  # without current it remembers nothing
                self._forget()
        for port in self._ports:
            port.plug(fault is not PrinterFault.GONE)
        if fault not in (PrinterFault.MUTE, PrinterFault.GONE):
            for client in clients:
                client.send(automatic(fault))

    # What is worked off in order.

    def _print(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._ready)
                if self._stopping:
                    return
                work = self._work.popleft()
                moved_dots = self._execute(work)
                struck = self._count_down(moved_dots)
            if struck:
                self._struck()
            if moved_dots:
                self._move(moved_dots / self._speed_dots_s)

    def _move(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, max(0.0, until - time.monotonic()))

    def _ready(self) -> bool:
        return self._stopping or (bool(self._work) and self._active_fault() in STILL_PRINTING)

    def _execute(self, work: _Work) -> int:
        """Dots that the paper moved. The lock is held."""
        if self._cut_partly and isinstance(work.command, Reset | AskInOrder | AskJobInOrder):
            self._finish_ticket()
        if work.command is None:
            self._finish_ticket()
            return 0
        before = self._paper.height_dots
        self._printed += work.raw
        match work.command:
            case AskInOrder():
                near_end = self._active_fault() is PrinterFault.NEAR_END
                self._answer(work.client, bytes((0x03 if near_end else 0x00,)))
            case AskJobInOrder(token):
                self._answer(work.client, b'7"' + token + b"\0")
            case AskIdentity(n):
                self._answer(work.client, b"_" + _IDENTITY[n].encode() + b"\0")
            case AutomaticStatusMask(mask):
                work.client.wants_changes = bool(mask)
                if mask:
                    self._answer(work.client, automatic(self._active_fault()))
            case command:
                self._draw(command)
        moved = self._paper.height_dots - before
        if isinstance(work.command, Cut):
            self._cut_partly = work.command.partial
            if not work.command.partial:
                self._finish_ticket()
        return moved

    def _draw(self, command: EscPosCommand) -> None:
        try:
            self._paper.execute(command)
        except DeviceProtocolError as error:
            self.reject(error)

    def _count_down(self, moved_dots: int) -> bool:
        """True when a fault that was to come has come."""
        if self._fault_in_dots <= 0:
            return False
        self._fault_in_dots = max(0, self._fault_in_dots - moved_dots)
        return self._fault_in_dots == 0

    def _finish_ticket(self) -> None:
        data = bytes(self._printed)
        self._printed.clear()
        self._cut_partly = False
        if not self._paper.height_dots:
            return  # a status question, an empty connection
        picture = _with_edges(self._paper.tear_off())
        self._tickets.append(Ticket(self._next_id, datetime.now(UTC), data, picture))
        self._next_id += 1
        self._changed.notify_all()


def _with_edges(picture: Image.Image) -> Image.Image:
    size = (picture.width + 2 * _PAPER_EDGE_DOTS, picture.height + 2 * _DOTS_PER_MM)
    paper = Image.new("L", size, 255)
    paper.paste(picture, (_PAPER_EDGE_DOTS, 2 * _DOTS_PER_MM))
    return paper
