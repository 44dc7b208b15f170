"""Virtual social-security cards on TCP, in vpcd's wire: a reader for our own network link, and a
card for the virtual reader of a real pcscd.

One thread; every method may be called from any other thread.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from enum import StrEnum

from hardware.errors import DeviceMissing
from hardware.os_trouble import reason
from hardware.simulators.plug import Plug
from hardware.simulators.social_card import ATR, VirtualSocialCard
from hardware.social_card.link import GET_ATR, POWER_OFF, POWER_ON, RESET

_LENGTH = struct.Struct(">H")
_CALL_AGAIN_S = 0.05


class SocialFault(StrEnum):
    NONE = "none"
    SILENCE = "silence"
    BYTE_AT_A_TIME = "byte_at_a_time"
    HALF_THEN_UNPLUG = "half_then_unplug"
    SLOW = "slow"
    NO_STATUS = "no_status"
    GARBAGE = "garbage"
    PREVIOUS_ANSWER = "previous_answer"
    PULLED = "pulled"
    MUTE_CARD = "mute_card"


class VirtualSocialReader:
    """slow_s: how long a slow answer takes. Faults spoil answers to APDUs; a mute card gives no ATR
    that is one, as when its chip looks down."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, slow_s: float = 0.5) -> None:
        self._address = (host, port)
        self._slow_s = slow_s
        self._lock = threading.Lock()
        self._card: VirtualSocialCard | None = None
        self._fault, self._after = SocialFault.NONE, 0
        self._previous = b"\x90\x00"
        self._server: socket.socket | None = None
        self._plug = Plug("social-reader")

    @property
    def url(self) -> str:
        host, port = self._address
        return f"tcp://{host}:{port}"

    @property
    def port(self) -> int:
        return self._address[1]

    def lay(self, card: VirtualSocialCard) -> None:
        with self._lock:
            card.reset()
            self._card = card

    def lift(self) -> None:
        with self._lock:
            self._card = None

    def set_fault(self, fault: SocialFault, after: int = 0) -> None:
        """after: how many answers are good before."""
        with self._lock:
            self._fault, self._after = fault, after

    def start(self) -> None:
        """Plugs in; afterwards `url` has the true port."""
        self.stop()
        try:
            self._server = socket.create_server(self._address)
        except OSError as error:
            raise DeviceMissing("simulator_place", place=self.url, reason=reason(error)) from error
        self._address = self._server.getsockname()[:2]
        self._plug.put_in(self._serve)

    def stop(self) -> None:
        self._plug.pull()

    def _serve(self) -> None:
        server = self._server
        if server is None:
            return
        with server:
            while self._plug.wait(server.fileno()):
                client, _ = server.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with client:
                    if not self._serve_client(client):
                        return

    def _serve_client(self, client: socket.socket) -> bool:
        """False when the plug was pulled, by a hand or by a fault."""
        buffer = b""
        while self._plug.wait(client.fileno()):
            try:
                data = client.recv(4096)
            except ConnectionError:
                return True
            if not data:
                return True
            buffer += data
            while (message := _first(buffer)) is not None:
                buffer = buffer[_LENGTH.size + len(message) :]
                if not self._handle(client, message):
                    return False
        return False

    def _handle(self, client: socket.socket, message: bytes) -> bool:
        with self._lock:
            if message in (POWER_OFF, POWER_ON, RESET):
                if self._card is not None:
                    self._card.reset()
                return True
            if message == GET_ATR:
                return _send(client, self._atr())
            fault = self._fault_due()
            if fault is SocialFault.PULLED:
                self._card = None
            answer = b"" if self._card is None else self._card.answer(message)
            previous, self._previous = self._previous, answer
        return self._answer(client, fault, answer, previous)

    def _atr(self) -> bytes:
        if self._card is None:
            return b""
        return b"\x00" if self._fault is SocialFault.MUTE_CARD else ATR

    def _fault_due(self) -> SocialFault:
        if self._after > 0:
            self._after -= 1
            return SocialFault.NONE
        return self._fault

    def _answer(
        self, client: socket.socket, fault: SocialFault, answer: bytes, previous: bytes
    ) -> bool:
        match fault:
            case SocialFault.SILENCE:
                return True
            case SocialFault.BYTE_AT_A_TIME:
                for byte in _LENGTH.pack(len(answer)) + answer:
                    client.sendall(bytes((byte,)))
                return True
            case SocialFault.HALF_THEN_UNPLUG:
                client.sendall(_LENGTH.pack(len(answer)) + answer[: len(answer) // 2])
                return False
            case SocialFault.SLOW:
                return self._plug.wait(seconds=self._slow_s) and _send(client, answer)
            case SocialFault.NO_STATUS:
                return _send(client, answer[:1])
            case SocialFault.GARBAGE:
                return _send(client, bytes(byte ^ 0x5A for byte in answer))
            case SocialFault.PREVIOUS_ANSWER:
                return _send(client, previous)
        return _send(client, answer)


def _first(buffer: bytes) -> bytes | None:
    if len(buffer) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack_from(buffer)
    message = buffer[_LENGTH.size : _LENGTH.size + size]
    return message if len(message) == size else None


def _send(client: socket.socket, answer: bytes) -> bool:
    client.sendall(_LENGTH.pack(len(answer)) + answer)
    return True


class VpcdCard(VirtualSocialReader):
    """Calls a vpcd that listens at `host:port` (DEVICENAME /dev/null:0xPORT): there, the connection
    is the card, and hanging up takes it away."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self._client: socket.socket | None = None

    def start(self) -> None:
        self.stop()
        self._plug.put_in(self._serve)

    def lift(self) -> None:
        super().lift()
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):  # vpcd may have hung up first
                client.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while self._plug.wait(seconds=_CALL_AGAIN_S):
            if self._card is None:
                continue
            try:
                client = socket.create_connection(self._address, 1.0)
            except OSError:  # vpcd does not listen yet, or again
                continue
            client.settimeout(None)
            with client:
                self._client = client
                plugged = self._serve_client(client)
                self._client = None
            if not plugged:
                return
