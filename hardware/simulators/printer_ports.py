"""The virtual printer's sockets: TCP, and a pty that stands for a serial line; carries bytes."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog

from hardware.simulators.plug import Plug, PtyEnd

if TYPE_CHECKING:
    from hardware.simulators.printer import Connection, VirtualPrinter

_log = structlog.get_logger()
_SLOW_CHUNK_BYTES = 128
_SLOW_BUFFER_BYTES = 2_304  # the least that Linux grants: a sender soon feels a slow line
_READ_BYTES = 65_536
_IDLE_S = 0.3  # nothing for so long, and what is on paper is a ticket


class PrinterPort(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None:
        """Afterwards no thread, socket or link is left."""

    def plug(self, in_: bool) -> None:
        """False pulls the plug, True puts it back; the same again does nothing."""


def _pace(printer: VirtualPrinter, count: int) -> None:
    if printer.line_bytes_per_s:
        time.sleep(count / printer.line_bytes_per_s)


def _chunk(printer: VirtualPrinter) -> int:
    return _SLOW_CHUNK_BYTES if printer.line_bytes_per_s else _READ_BYTES


class TcpPort:
    """Listens until it is stopped; without plug it hangs up and is not there."""

    def __init__(self, printer: VirtualPrinter, host: str, port: int) -> None:
        self._printer = printer
        self.address: tuple[str, int] = (host, port)
        self._server: socket.socket | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        server = socket.create_server(self.address)
        if self._printer.line_bytes_per_s:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER_BYTES)
        self.address = server.getsockname()[:2]
        self._server = server
        self._spawn(partial(self._accept, server))

    def stop(self) -> None:
        self._pull()
        for thread in list(self._threads):
            thread.join(timeout=2)

    def plug(self, in_: bool) -> None:
        if not in_:
            self._pull()
        elif self._server is None:
            self.start()

    def _pull(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _shut(connection)

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the listening socket was closed: the printer is switched off
            with self._lock:
                self._open.add(connection)
            self._spawn(partial(self._receive, connection))

    def _receive(self, connection: socket.socket) -> None:
        client = self._printer.connect(partial(_send, connection))
        try:
            while data := connection.recv(_chunk(self._printer)):
                _pace(self._printer, len(data))
                if not client.take(data):
                    break
        except OSError as error:
            _log.debug("client_left", reason=error.strerror)
        client.close()
        _shut(connection)
        connection.close()
        with self._lock:
            self._open.discard(connection)
            self._threads.remove(threading.current_thread())

    def _spawn(self, target: partial[None]) -> None:
        thread = threading.Thread(target=target, name="printer-tcp", daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError as error:
        _log.debug("client_left", reason=error.strerror)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        _log.debug("client_left", reason=error.strerror)


class PtyPort:
    """A pty behind a symbolic link. Unplugged, both ends and the link are gone, as with a USB
    adapter; plugged in again it is another pty behind the same link."""

    def __init__(self, printer: VirtualPrinter, link: Path) -> None:
        self._printer, self._pty = printer, PtyEnd(link)
        self._lock = threading.Lock()
        self._plug = Plug("printer-pty")

    def start(self) -> None:
        with self._lock:
            if not self._plug.is_in:
                self._pty.open()
                self._plug.put_in(self._run)

    def stop(self) -> None:
        with self._lock:
            if self._plug.is_in:
                self._plug.pull()
                self._pty.close()

    def plug(self, in_: bool) -> None:
        if in_:
            self.start()
        else:
            self.stop()

    def _run(self) -> None:
        client = self._printer.connect(self._send)
        while self._serve(client):
            continue
        client.close()

    def _serve(self, client: Connection) -> bool:
        """One step; False when the plug is pulled or no ESC/POS came."""
        if not self._plug.wait(self._pty.master, _IDLE_S):
            return False
        if not select.select([self._pty.master], [], [], 0)[0]:
            client.pause()
            return True
        data = os.read(self._pty.master, _chunk(self._printer))
        _pace(self._printer, len(data))
        return client.take(data)

    def _send(self, data: bytes) -> None:
        try:
            os.write(self._pty.master, data)
        except OSError as error:
            _log.debug("client_left", reason=error.strerror)
