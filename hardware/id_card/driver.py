"""Reads identity cards: find, select, read; notices laid down, still there, taken away, unplugged.

Implements hardware.ports.CardReader. The order and the waits are the SAM module's (GA 467).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

import structlog

from hardware.errors import (
    CardNotReadable,
    DeviceError,
    DeviceProtocolError,
    DeviceRefused,
    DeviceTimeout,
    NoCard,
)
from hardware.id_card import protocol, record
from hardware.id_card.protocol import BaseRecord, CardFault, Command, Reply, Sw3
from hardware.ports import (
    CardEvent,
    CardRead,
    CardRecord,
    CardRemoved,
    CardSeen,
    CardUnreadable,
    ReaderAway,
    ReaderBack,
)

_log = structlog.get_logger()
POLL_S = 0.3  # the module must not be asked faster
_REOPEN_S = 1.0
_LAST_ASK_S = 0.5  # with less time than this left, no answer would come in time


class Link(Protocol):
    def ask(self, command: Command, deadline: float | None = None) -> Reply: ...

    def close(self) -> None: ...


class SamCardReader:
    """`open_link` raises DeviceMissing while the reader is away. One thread at a time."""

    def __init__(self, open_link: Callable[[], Link]) -> None:
        self._open_link = open_link
        self._link: Link | None = None
        self._sam_id: str | None = None

    def read_card(self, timeout_s: float = 10.0) -> CardRecord:
        """Waits for a card and reads it; every wait together ends at `timeout_s`.

        Raises NoCard, CardNotReadable, DeviceMissing, DeviceTimeout, DeviceProtocolError."""
        deadline = time.monotonic() + timeout_s
        try:
            while not self._find(deadline):
                if time.monotonic() + POLL_S + _LAST_ASK_S >= deadline:
                    raise NoCard(
                        "no card on the reader; one that lies there already must be lifted first"
                    )
                time.sleep(POLL_S)
            return self._read(deadline)
        except (CardNotReadable, NoCard):
            raise
        except DeviceError:
            self.close()
            raise

    def watch(self, on_event: Callable[[CardEvent], None], stop: threading.Event) -> None:
        """Tells each change once, in the calling thread, until `stop` is set."""
        _Watch(self, on_event, stop).run()

    def close(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        try:
            link.close()
        except DeviceError as error:
            _log.info("reader_gone_at_close", code=error.code)

    def _ask(self, command: Command, deadline: float | None = None) -> Reply:
        """Asks again once after a damaged reply; every command used here may be repeated."""
        if self._link is None:
            self._link = self._open_link()
        try:
            return self._link.ask(command, deadline)
        except DeviceProtocolError as error:
            _log.info("reply_damaged", command=command.name, code=error.code)
            return self._link.ask(command, deadline)

    def _find(self, deadline: float | None = None) -> bool:
        reply = self._ask(protocol.FIND_CARD, deadline)
        if reply.sw3 == Sw3.FIND_FAILED:
            return False
        reply.expect(protocol.FIND_CARD)
        return True

    def _read(self, deadline: float | None = None) -> CardRecord:
        """Reads the card just found, a second time if need be: one that is still being laid down
        often reads then. Raises CardNotReadable."""
        try:
            return self._read_once(deadline)
        except (CardFault, DeviceProtocolError) as error:
            if not self._find(deadline):
                raise _not_readable(error) from error
        try:
            return self._read_once(deadline)
        except (CardFault, DeviceProtocolError) as error:
            raise _not_readable(error) from error

    def _read_once(self, deadline: float | None) -> CardRecord:
        self._ask(protocol.SELECT_CARD, deadline).expect(protocol.SELECT_CARD)
        reply = self._ask(protocol.READ_BASE, deadline).expect(protocol.READ_BASE)
        base = BaseRecord.from_reply(reply)
        return record.decode(
            base.text,
            newest_address=self._newest_address(deadline),
            photo=base.photo,
            sam_id=self._module_id(deadline),
        )

    def _newest_address(self, deadline: float | None) -> str | None:
        """None also when the module cannot tell: a card without it is still a good card."""
        reply = self._ask(protocol.READ_NEWEST_ADDRESS, deadline)
        return protocol.address_text(reply) if reply.good or reply.empty else None

    def _module_id(self, deadline: float | None) -> str | None:
        """Asked once for each opening; None from a module that does not tell."""
        if self._sam_id is None:
            reply = self._ask(protocol.READ_SAM_ID, deadline)
            self._sam_id = protocol.sam_id_text(reply) if reply.good else None
        return self._sam_id

    def _still_there(self) -> bool:
        """After a good read the card is not found again until it was lifted, but its management
        number can still be read; any refusal means that it is gone, or cannot be told."""
        reply = self._ask(protocol.READ_MANAGEMENT_NUMBER)
        return reply.good or reply.empty


def _not_readable(error: DeviceError) -> CardNotReadable:
    return CardNotReadable(f"lift the card and lay it down again ({error.detail})", **error.data)


class _Lies(Enum):
    NOTHING = auto()
    READ = auto()  # a card that was read and has not been taken away
    BAD = auto()  # a card that could not be read


class _Watch:
    """The polling loop of `watch`, one step per poll."""

    def __init__(
        self, reader: SamCardReader, on_event: Callable[[CardEvent], None], stop: threading.Event
    ) -> None:
        self._reader, self._tell, self._stop = reader, on_event, stop
        self._lies = _Lies.NOTHING
        self._away: bool | None = None  # not known before the first answer
        self._silent = 0

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._step()
                self._answers()
                pause = POLL_S
            except DeviceError as error:
                pause = self._trouble(error)
            self._stop.wait(pause)

    def _step(self) -> None:
        if self._lies is _Lies.NOTHING:
            if self._reader._find():
                self._answers()
                self._read()
        elif not self._lies_on():
            self._lies = _Lies.NOTHING
            self._tell(CardRemoved())

    def _lies_on(self) -> bool:
        if self._lies is _Lies.READ:
            return self._reader._still_there()
        return self._reader._find()

    def _read(self) -> None:
        self._tell(CardSeen())
        self._lies = _Lies.BAD
        try:
            read = self._reader._read()
        except CardNotReadable as error:
            self._tell(CardUnreadable(error))
            return
        except DeviceError as error:
            self._tell(CardUnreadable(error))
            raise
        self._lies = _Lies.READ
        self._tell(CardRead(read))

    def _answers(self) -> None:
        self._silent = 0
        if self._away is not False:
            self._away = False
            self._tell(ReaderBack())

    def _trouble(self, error: DeviceError) -> float:
        """One silent or damaged answer is line noise; two, or a lost port, is a reader away."""
        self._silent += 1
        passing = isinstance(error, DeviceTimeout | DeviceProtocolError | DeviceRefused)
        if passing and self._silent < 2:
            return POLL_S
        self._reader.close()
        if not self._away:
            self._away = True
            _log.warning("reader_away", code=error.code)
            self._forget_card()
            self._tell(ReaderAway(error))
        return _REOPEN_S

    def _forget_card(self) -> None:
        if self._lies is not _Lies.NOTHING:
            self._lies = _Lies.NOTHING
            self._tell(CardRemoved())
