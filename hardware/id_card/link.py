"""One question, one answer: sends a command over a transport and waits for the reply that fits it.

A transport is a serial port, a socket or USB; the link knows none of them, only bytes and limits.
"""

from __future__ import annotations

import time
from typing import Protocol

from hardware.errors import DeviceProtocolError, DeviceTimeout
from hardware.id_card.protocol import Command, Damage, Frame, FrameParser, Reply
from hardware.id_card.timing import GAP_S, reply_limit_s
from hardware.words import Words, state_words


class Transport(Protocol):
    """Every method raises DeviceMissing once the device is gone."""

    def write(self, data: bytes) -> None:
        """Raises DeviceTimeout when the device takes no data."""

    def read(self, limit_s: float) -> bytes:
        """What has come, at least one byte unless `limit_s` passes without any."""

    def discard(self) -> None:
        """Drops what came unasked."""

    def set_baud(self, baud: int) -> None:
        """Changes the line's speed, where there is one."""

    def close(self) -> None: ...


class SamLink:
    """An open transport. Used by one thread at a time. baud: of the line, for the time-outs."""

    def __init__(self, transport: Transport, baud: int) -> None:
        self._transport = transport
        self._parser = FrameParser()
        self.baud = baud

    def ask(self, command: Command, deadline: float | None = None) -> Reply:
        """Sends one command and waits for its reply, never beyond `deadline` (monotonic).

        Raises DeviceTimeout when nothing came, DeviceMissing, or DeviceProtocolError when what came
        was damaged, incomplete or another command's."""
        self._parser.forget()  # what came late must not pass for this command's reply
        self._transport.discard()
        self._transport.write(command.to_bytes())
        limit = time.monotonic() + reply_limit_s(command, self.baud)
        return self._reply(command, limit if deadline is None else min(limit, deadline))

    def set_baud(self, baud: int) -> None:
        self._transport.set_baud(baud)
        self.baud = baud

    def close(self) -> None:
        self._transport.close()

    def _reply(self, command: Command, limit: float) -> Reply:
        trouble: Words | None = None
        while True:
            event = self._parser.next_event()
            if isinstance(event, Frame):
                reply = Reply.from_frame(event)
                if command.fits(reply):
                    return reply
                trouble = reply.words
            elif isinstance(event, Damage):
                trouble = state_words(event.reason)
                limit = min(limit, time.monotonic() + GAP_S)
            elif not self._read_more(limit):
                raise self._nothing(command, trouble)

    def _read_more(self, limit: float) -> bool:
        """False once the limit, or a gap inside a frame, has passed without a byte."""
        left = limit - time.monotonic()
        if self._parser.in_frame:
            left = min(left, GAP_S)
        data = self._transport.read(left) if left > 0 else b""
        self._parser.receive(data)
        return bool(data)

    def _nothing(self, command: Command, trouble: Words | None) -> Exception:
        if self._parser.in_frame:
            trouble = trouble or state_words("trouble_half")
        if trouble is not None:
            return DeviceProtocolError("reader_reply_bad", command=command.words, trouble=trouble)
        return DeviceTimeout("reader_silent", command=command.words)
