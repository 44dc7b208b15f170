"""A virtual ESC/POS printer on TCP: prints on a picture, answers for its state, has faults.

Real-time commands are answered at once, everything else is worked off in order by one thread at
the speed of paper – and waits there while the printer cannot print.
"""

from __future__ import annotations

import io
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

import structlog
from PIL import Image

from hardware.errors import DeviceProtocolError
from hardware.ticket_printer.commands import (
    AskInOrder,
    AskStatus,
    AutomaticStatusMask,
    Cut,
    EscPosCommand,
    EscPosParser,
    Recover,
)
from hardware.ticket_printer.render import Paper

_log = structlog.get_logger()
_KEPT_TICKETS = 200
_PAPER_EDGE_DOTS = 32  # 80 mm paper is printed 72 mm wide
_DOTS_PER_MM = 8


class PrinterFault(StrEnum):
    NONE = "none"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    NEAR_END = "near_end"
    OFFLINE = "offline"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    MUTE = "mute"


_STILL_PRINTING = frozenset({PrinterFault.NONE, PrinterFault.NEAR_END, PrinterFault.MUTE})

# DLE EOT replies by question, and the automatic status' bytes, by fault.
_HEALTHY = (0x12, 0x12, 0x12, 0x12)
_REAL_TIME: dict[PrinterFault, tuple[int, int, int, int]] = {
    PrinterFault.PAPER_OUT: (0x1A, 0x32, 0x12, 0x7E),
    PrinterFault.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12),
    PrinterFault.NEAR_END: (0x12, 0x12, 0x12, 0x1E),
    PrinterFault.OFFLINE: (0x1A, 0x12, 0x12, 0x12),
    PrinterFault.CUTTER: (0x1A, 0x52, 0x1A, 0x12),
    PrinterFault.OVERHEATED: (0x1A, 0x52, 0x52, 0x12),
}
_AUTOMATIC_HEALTHY = bytes((0x10, 0x00, 0x00, 0x0F))
_AUTOMATIC: dict[PrinterFault, bytes] = {
    PrinterFault.PAPER_OUT: bytes((0x18, 0x00, 0x0F, 0x0F)),
    PrinterFault.COVER_OPEN: bytes((0x38, 0x00, 0x00, 0x0F)),
    PrinterFault.NEAR_END: bytes((0x10, 0x00, 0x03, 0x0F)),
    PrinterFault.OFFLINE: bytes((0x18, 0x00, 0x00, 0x0F)),
    PrinterFault.CUTTER: bytes((0x18, 0x08, 0x00, 0x0F)),
    PrinterFault.OVERHEATED: bytes((0x18, 0x40, 0x00, 0x0F)),
}


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


class _Client:
    """One connection; replies never raise, a client that left is of no concern to a printer."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.wants_changes = False
        self.sent_work = False  # it was not only asked for its state

    def send(self, data: bytes) -> None:
        try:
            self.connection.sendall(data)
        except OSError as error:
            _log.debug("client_left", reason=error.strerror)


@dataclass(frozen=True, slots=True)
class _Work:
    """command None: the connection ended; whatever is on paper is a ticket then."""

    client: _Client
    command: EscPosCommand | None
    raw: bytes


class VirtualPrinter:
    """paper_width_dots: printable. print_speed_mm_s: of moving paper."""

    def __init__(self, paper_width_dots: int = 576, print_speed_mm_s: float = 200.0) -> None:
        self._speed_dots_s = print_speed_mm_s * _DOTS_PER_MM
        self._changed = threading.Condition()
        self._paper = Paper(paper_width_dots)
        self._printed = bytearray()
        self._work: deque[_Work] = deque()
        self._clients: set[_Client] = set()
        self._tickets: deque[Ticket] = deque(maxlen=_KEPT_TICKETS)
        self._next_id = 1
        self._fault = PrinterFault.NONE
        self._fault_in_dots = 0
        self._stopping = False
        self._server: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self.rejected: list[str] = []  # what the strict reader of commands refused

    def start(self, host: str, port: int) -> tuple[str, int]:
        """Listens and prints from now on; port 0 picks a free one. Returns the address."""
        self._server = socket.create_server((host, port))
        self._spawn(partial(self._accept, self._server), "printer-accept")
        self._spawn(self._print, "printer-engine")
        address: tuple[str, int] = self._server.getsockname()[:2]
        return address

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            clients = list(self._clients)
        if self._server is not None:
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
        for client in clients:
            _hang_up(client.connection)
        for thread in list(self._threads):
            thread.join(timeout=2)

    @property
    def fault(self) -> PrinterFault:
        return self._fault

    def set_fault(self, fault: PrinterFault, after_mm: float = 0.0) -> None:
        """after_mm: paper that still moves before the fault strikes; 0 is now."""
        with self._changed:
            self._fault = fault
            self._fault_in_dots = round(after_mm * _DOTS_PER_MM)
            self._changed.notify_all()
        self._tell_change()

    def tickets(self) -> list[Ticket]:
        """Oldest first."""
        with self._changed:
            return list(self._tickets)

    def ticket(self, ticket_id: int) -> Ticket | None:
        return next((each for each in self.tickets() if each.id == ticket_id), None)

    def wait_for_tickets(self, count: int, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self._tickets) >= count, timeout_s)

    # What answers at once.

    def _active_fault(self) -> PrinterFault:
        return PrinterFault.NONE if self._fault_in_dots > 0 else self._fault

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the listening socket was closed: the printer is switched off
            client = _Client(connection)
            with self._changed:
                self._clients.add(client)
            self._spawn(partial(self._receive, client), "printer-client")

    def _receive(self, client: _Client) -> None:
        parser, stream, taken = EscPosParser(), bytearray(), 0
        try:
            while data := client.connection.recv(65_536):
                stream += data
                for command in parser.feed(data):
                    raw = bytes(stream[taken : parser.consumed])
                    taken = parser.consumed
                    self._take(_Work(client, command, raw))
        except DeviceProtocolError as error:
            self.rejected.append(error.detail)
            _log.warning("printer_rejected", detail=error.detail)
        except OSError as error:
            _log.debug("client_left", reason=error.strerror)
        _hang_up(client.connection)
        if client.sent_work:
            self._enqueue(_Work(client, None, b""))
        with self._changed:
            self._clients.discard(client)
            self._threads.remove(threading.current_thread())

    def _take(self, work: _Work) -> None:
        match work.command:
            case AskStatus(n):
                if (fault := self._active_fault()) is not PrinterFault.MUTE:
                    work.client.send(bytes((_REAL_TIME.get(fault, _HEALTHY)[n - 1],)))
            case Recover(2):
                self._clear()
            case Recover():
                self.set_fault(PrinterFault.NONE)
            case _:
                work.client.sent_work = True
                self._enqueue(work)

    def _enqueue(self, work: _Work) -> None:
        with self._changed:
            self._work.append(work)
            self._changed.notify_all()

    def _clear(self) -> None:
        """What is half printed is torn off and thrown away."""
        with self._changed:
            self._work.clear()
            self._printed.clear()
            self._paper.tear_off()

    def _tell_change(self) -> None:
        with self._changed:
            fault = self._active_fault()
            clients = [client for client in self._clients if client.wants_changes]
        if fault is not PrinterFault.MUTE:
            for client in clients:
                client.send(_AUTOMATIC.get(fault, _AUTOMATIC_HEALTHY))

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
                self._tell_change()
            if moved_dots:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, moved_dots / self._speed_dots_s)

    def _ready(self) -> bool:
        return self._stopping or (bool(self._work) and self._active_fault() in _STILL_PRINTING)

    def _execute(self, work: _Work) -> int:
        """Dots that the paper moved. The lock is held."""
        if work.command is None:
            self._finish_ticket()
            return 0
        before = self._paper.height_dots
        self._printed += work.raw
        match work.command:
            case AskInOrder():
                self._answer_in_order(work.client)
            case AutomaticStatusMask(mask):
                work.client.wants_changes = bool(mask)
                if mask and self._fault is not PrinterFault.MUTE:
                    work.client.send(_AUTOMATIC.get(self._active_fault(), _AUTOMATIC_HEALTHY))
            case command:
                self._draw(command)
        moved = self._paper.height_dots - before
        if isinstance(work.command, Cut):
            self._finish_ticket()
        return moved

    def _draw(self, command: EscPosCommand) -> None:
        try:
            self._paper.execute(command)
        except DeviceProtocolError as error:
            self.rejected.append(error.detail)
            _log.warning("printer_rejected", detail=error.detail)

    def _answer_in_order(self, client: _Client) -> None:
        if self._fault is not PrinterFault.MUTE:
            near_end = self._active_fault() is PrinterFault.NEAR_END
            client.send(bytes((0x03 if near_end else 0x00,)))

    def _count_down(self, moved_dots: int) -> bool:
        """True when a fault that was to come has come."""
        if self._fault_in_dots <= 0:
            return False
        self._fault_in_dots = max(0, self._fault_in_dots - moved_dots)
        return self._fault_in_dots == 0

    def _finish_ticket(self) -> None:
        data = bytes(self._printed)
        self._printed.clear()
        if not self._paper.height_dots:
            return  # a status question, an empty connection
        picture = _with_edges(self._paper.tear_off())
        self._tickets.append(Ticket(self._next_id, datetime.now(UTC), data, picture))
        self._next_id += 1
        self._changed.notify_all()

    def _spawn(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        with self._changed:
            self._threads.append(thread)
        thread.start()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        _log.debug("client_left", reason=error.strerror)
    connection.close()


def _with_edges(picture: Image.Image) -> Image.Image:
    size = (picture.width + 2 * _PAPER_EDGE_DOTS, picture.height + 2 * _DOTS_PER_MM)
    paper = Image.new("L", size, 255)
    paper.paste(picture, (_PAPER_EDGE_DOTS, 2 * _DOTS_PER_MM))
    return paper
