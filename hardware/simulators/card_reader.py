"""Virtual ID-card readers: on a pty with a symlink as its port, or behind a serial server on TCP.

One thread each; every method may be called from any other thread.
"""

from __future__ import annotations

import os
import socket
import termios
import time
from abc import ABC, abstractmethod
from pathlib import Path

from hardware.errors import DeviceMissing
from hardware.id_card.protocol import Command
from hardware.id_card.timing import wire_time_s
from hardware.os_trouble import reason
from hardware.simulators.plug import Plug, PtyEnd
from hardware.simulators.reader_core import SAM_ID, Piece, ReaderCore, ReaderFault
from hardware.simulators.sam import Card, Quirks
from hardware.simulators.uart import heard

__all__ = ["SAM_ID", "NetCardReader", "ReaderFault", "VirtualCardReader"]

_OUTPUT_SPEED = 5  # its place in what tcgetattr returns
_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (115200, 57600, 38400, 19200, 9600)}
_CHUNK_S = 0.002  # bytes are handed on as often as this when the line has a speed
_READ_SIZE = 4096


class _Reader(ABC):
    """What both have: a core, a thread that serves file descriptors, and a plug to pull."""

    def __init__(self, core: ReaderCore) -> None:
        self.core = core
        self._plug = Plug("card-reader")

    @property
    def fault(self) -> ReaderFault:
        return self.core.fault

    def lay(self, card: Card) -> None:
        self.core.lay(card)

    def lift(self) -> None:
        self.core.lift()

    def set_fault(
        self, fault: ReaderFault, replies: int | None = None, only: Command | None = None
    ) -> None:
        self.core.set_fault(fault, replies, only)

    def start(self) -> None:
        """Plugs in, and answers from now on."""
        self.stop()
        self._stand()
        self._plug.put_in(self._run)

    def stop(self) -> None:
        """Pulls the plug: the port is gone. `start` plugs in again."""
        self._plug.pull()

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            self._leave()

    @abstractmethod
    def _stand(self) -> None:
        """Makes the port. Raises DeviceMissing where none can stand."""

    @abstractmethod
    def _serve(self) -> None:
        """Answers until the plug is pulled."""

    @abstractmethod
    def _leave(self) -> None:
        """The port is gone."""

    def _line_baud(self) -> int | None:
        """The speed that the other end has set, None where there is none."""
        return None

    def _serve_port(self, fd: int) -> bool:
        """Answers until the other end has left (True) or the plug is pulled (False)."""
        while True:
            if not self._plug.wait(fd):
                return False
            data = os.read(fd, _READ_SIZE)
            if not data:
                return True
            baud = self.core.baud
            if baud is not None and not self._pause(wire_time_s(len(data), baud)):
                return False
            for piece in self.core.take(self._over_line(data, self._line_baud(), baud)):
                if not self._send(fd, piece):
                    return False

    def _over_line(self, data: bytes, sent: int | None, received: int | None) -> bytes:
        return data if sent is None or received is None else heard(data, sent, received)

    def _send(self, fd: int, piece: Piece) -> bool:
        """False when the plug was pulled meanwhile, or goes with this piece."""
        if not self._pause(piece.wait_s):
            return False
        data = self._over_line(piece.data, piece.baud, self._line_baud())
        if piece.baud is None:
            _write_all(fd, data)
        elif not self._send_paced(fd, data, piece.baud):
            return False
        return not piece.unplug

    def _send_paced(self, fd: int, data: bytes, baud: int) -> bool:
        """No byte is handed on before a line of this speed would have brought it."""
        began, sent = time.monotonic(), 0
        while sent < len(data):
            if not self._pause(_CHUNK_S):
                return False
            due = int((time.monotonic() - began) / wire_time_s(1, baud))
            _write_all(fd, data[sent:due])
            sent = max(sent, due)
        return True

    def _pause(self, seconds: float) -> bool:
        """False when the plug was pulled meanwhile."""
        return seconds <= 0 or self._plug.wait(seconds=seconds)


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


class VirtualCardReader(_Reader):
    """link: where the port's symlink stands; read_s: how long a read takes. baud: of the module's
    line, which then takes its time and garbles what comes at another speed; None: no such line."""

    def __init__(
        self,
        link: Path,
        read_s: float = 0.0,
        baud: int | None = None,
        quirks: Quirks | None = None,
    ) -> None:
        super().__init__(ReaderCore(read_s, baud, quirks))
        self._pty = PtyEnd(link)

    @property
    def port(self) -> str:
        return str(self._pty.link)

    def _stand(self) -> None:
        self._pty.open()

    def _leave(self) -> None:
        self._pty.close()

    def _serve(self) -> None:
        self._serve_port(self._pty.master)

    def _line_baud(self) -> int | None:
        return _SPEEDS.get(termios.tcgetattr(self._pty.slave)[_OUTPUT_SPEED])


class NetCardReader(_Reader):
    """Behind a serial server: `socket://host:port`, one client at a time."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        read_s: float = 0.0,
        quirks: Quirks | None = None,
    ) -> None:
        super().__init__(ReaderCore(read_s, None, quirks))
        self._address = (host, port)
        self._server: socket.socket | None = None

    @property
    def port(self) -> str:
        host, port = self._address
        return f"socket://{host}:{port}"

    def _stand(self) -> None:
        try:
            self._server = socket.create_server(self._address)
        except OSError as error:
            raise DeviceMissing("simulator_place", place=self.port, reason=reason(error)) from error
        self._address = self._server.getsockname()[:2]

    def _leave(self) -> None:
        if self._server is not None:
            self._server.close()

    def _serve(self) -> None:
        server = self._server
        while server is not None:
            if not self._plug.wait(server.fileno()):
                return
            client, _ = server.accept()
            with client:
                if not self._serve_client(client.fileno()):
                    return

    def _serve_client(self, fd: int) -> bool:
        try:
            return self._serve_port(fd)
        except ConnectionError:  # the client left without a word; the next may come
            return True
