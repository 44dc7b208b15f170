"""The SAM module's commands as methods, each one question and its answer.

Says nothing about when to ask; the order find → select → read is the driver's.
"""

from __future__ import annotations

import time
from typing import Protocol

import structlog

from hardware.errors import DeviceError, DeviceProtocolError, DeviceRefused, DeviceTimeout
from hardware.id_card import protocol
from hardware.id_card.protocol import BaseRecord, Command, Reply, Sw3
from hardware.id_card.timing import MARGIN_S, wire_time_s

_log = structlog.get_logger()
_UNKNOWN = frozenset({Sw3.UNKNOWN_COMMAND, Sw3.UNKNOWN_COMMAND_2, Sw3.NO_PRIVILEGE})
# A module tells its status at once; what has not come by then was sent at another speed.
_PROBE_BYTES = 32
_MOST_SILENCES = 2
_SPEEDS = tuple(sorted(protocol.SET_BAUD, reverse=True))


class Link(Protocol):
    baud: int

    def ask(self, command: Command, deadline: float | None = None) -> Reply: ...

    def set_baud(self, baud: int) -> None: ...

    def close(self) -> None: ...


class SamModule:
    """`deadline` is monotonic everywhere; None leaves each command its own limit.

    Methods raise DeviceTimeout, DeviceMissing, DeviceProtocolError, and DeviceRefused (CardFault
    where the card is the reason) for a refusal that has no meaning of its own."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sam_id: str | None = None
        self._address_silences = 0  # running
        self._presence: tuple[Command, ...] = (
            protocol.READ_MANAGEMENT_NUMBER,
            protocol.READ_NEWEST_ADDRESS,
        )

    @property
    def baud(self) -> int:
        return self._link.baud

    def close(self) -> None:
        self._link.close()

    def reset(self, deadline: float | None = None) -> None:
        self._good(protocol.RESET, deadline)

    def check(self, deadline: float | None = None) -> None:
        """Raises DeviceRefused when the module is not well (self-test failed, not authorised)."""
        self._good(protocol.SAM_STATUS, deadline)

    def find(self, deadline: float | None = None) -> bool:
        reply = self.ask(protocol.FIND_CARD, deadline)
        if reply.sw3 == Sw3.FIND_FAILED:
            return False
        reply.expect(protocol.FIND_CARD)
        return True

    def select(self, deadline: float | None = None) -> None:
        self._good(protocol.SELECT_CARD, deadline)

    def read_base(self, deadline: float | None = None, *, fingerprint: bool = False) -> BaseRecord:
        command = protocol.READ_WITH_FINGERPRINT if fingerprint else protocol.READ_BASE
        return BaseRecord.from_reply(self._good(command, deadline), fingerprint=fingerprint)

    def newest_address(self, deadline: float | None = None) -> str | None:
        """None also when the module cannot tell, or says nothing at all: a card without it is
        still a good card. A module that was silent twice running is asked no more, since each
        silence is a person's wait."""
        if self._address_silences >= _MOST_SILENCES:
            return None
        try:
            reply = self.ask(protocol.READ_NEWEST_ADDRESS, deadline)
        except (DeviceTimeout, DeviceProtocolError) as error:
            self._address_silences += 1
            _log.info("no_newest_address", code=error.code)
            return None
        self._address_silences = 0
        return protocol.address_text(reply) if reply.good or reply.empty else None

    def management_number(self, deadline: float | None = None) -> bytes | None:
        """The card's own number, opaque; None when the card has none."""
        reply = self.ask(protocol.READ_MANAGEMENT_NUMBER, deadline)
        return None if reply.empty else reply.expect(protocol.READ_MANAGEMENT_NUMBER).data

    def sam_id(self, deadline: float | None = None) -> str | None:
        """Asked until it is told; None from a module that does not tell."""
        if self._sam_id is None:
            try:
                reply = self.ask(protocol.READ_SAM_ID, deadline)
            except DeviceTimeout as error:
                _log.info("no_sam_id", code=error.code)
                return None
            self._sam_id = protocol.sam_id_text(reply) if reply.good else None
        return self._sam_id

    def lies_there(self, deadline: float | None = None) -> bool:
        """Of a card that was read: it is not found again until it was lifted, but what needs no
        select can still be read. A module that knows neither command cannot tell: False."""
        for command in self._presence:
            reply = self.ask(command, deadline)
            if reply.sw3 not in _UNKNOWN:
                self._presence = (command,)
                return reply.good or reply.empty
        return False

    def change_baud(self, baud: int) -> int:
        """Tells the module its new speed and follows it. Returns the speed at which it answers
        from now on. Raises DeviceRefused when the module kept another one, DeviceTimeout when it
        answers at none."""
        command = protocol.SET_BAUD[baud]
        try:
            self.ask(command).expect(command)
        except (DeviceTimeout, DeviceProtocolError) as error:
            # Makers differ in whether the reply comes at the old speed or at the new one.
            _log.info("speed_changed_unheard", code=error.code)
        if find_speed(self._link, (baud, *_SPEEDS)) != baud:
            raise DeviceRefused("speed_kept", wanted=baud, baud=self.baud)
        return baud

    def _good(self, command: Command, deadline: float | None) -> Reply:
        return self.ask(command, deadline).expect(command)

    def ask(self, command: Command, deadline: float | None = None) -> Reply:
        """Asks again once after a damaged reply; every command may be repeated."""
        try:
            return self._link.ask(command, deadline)
        except DeviceProtocolError as error:
            _log.info("reply_damaged", command=command.name, code=error.code)
            return self._link.ask(command, deadline)


def find_speed(link: Link, speeds: tuple[int, ...] = _SPEEDS, deadline: float | None = None) -> int:
    """Sets the link to the first speed at which the module answers, at most 2 s for all five.

    Raises DeviceTimeout when it answers at none, DeviceProtocolError when it did and every answer
    was spoilt: then it is a reader, and the line is bad."""
    spoilt: DeviceProtocolError | None = None
    for baud in speeds:
        if deadline is not None and time.monotonic() >= deadline:
            break
        link.set_baud(baud)
        limit = time.monotonic() + MARGIN_S + wire_time_s(_PROBE_BYTES, baud)
        try:
            link.ask(protocol.SAM_STATUS, limit if deadline is None else min(limit, deadline))
        except (DeviceTimeout, DeviceProtocolError) as error:
            _log.debug("no_answer_at_speed", baud=baud, code=error.code)
            spoilt = error if isinstance(error, DeviceProtocolError) else spoilt
            continue
        return baud
    if spoilt is not None:
        raise spoilt
    raise DeviceTimeout("reader_silent_at_all_speeds")


def is_passing(error: DeviceError) -> bool:
    """Line noise and a busy module pass; a lost port does not."""
    return isinstance(error, DeviceTimeout | DeviceProtocolError | DeviceRefused)
