"""Reads identity cards: find, select, read; notices laid down, still there, taken away, unplugged.

Implements hardware.ports.CardReader. The order and the waits are the SAM module's (GA 467).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

import structlog

from hardware.errors import CardNotReadable, DeviceError, DeviceProtocolError, NoCard
from hardware.id_card import record
from hardware.id_card.module import SamModule, is_passing
from hardware.id_card.protocol import CardFault
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


class SamCardReader:
    """`open_module` takes a monotonic deadline or None; it raises DeviceMissing while the reader is
    away, DeviceTimeout when it answers at no speed. One thread at a time. fingerprint: whether
    fingerprints are read from cards that hold them; they are nobody's business unless something
    compares them."""

    def __init__(
        self, open_module: Callable[[float | None], SamModule], *, fingerprint: bool = False
    ) -> None:
        self._open_module, self._fingerprint = open_module, fingerprint
        self._module: SamModule | None = None

    def read_card(self, timeout_s: float = 10.0) -> CardRecord:
        """Waits for a card and reads it; every wait together ends at `timeout_s`.

        Raises NoCard, CardNotReadable, DeviceMissing, DeviceTimeout, DeviceProtocolError."""
        deadline = time.monotonic() + timeout_s
        with _closing_on_trouble(self):
            while not self._opened(deadline).find(deadline):
                if time.monotonic() + POLL_S + _LAST_ASK_S >= deadline:
                    raise NoCard("no_id_card")
                time.sleep(POLL_S)
            return self._read(deadline)

    def management_number(self, timeout_s: float = 10.0) -> bytes | None:
        """Waits for a card, reads it, and gives its own number; None when the card has none."""
        deadline = time.monotonic() + timeout_s
        self.read_card(timeout_s)
        with _closing_on_trouble(self):
            return self.module.management_number(deadline)

    def watch(self, on_event: Callable[[CardEvent], None], stop: threading.Event) -> None:
        """Tells each change once, in the calling thread, until `stop` is set."""
        _Watch(self, on_event, stop).run()

    def close(self) -> None:
        module, self._module = self._module, None
        if module is None:
            return
        try:
            module.close()
        except DeviceError as error:
            _log.info("reader_gone_at_close", code=error.code)

    @property
    def module(self) -> SamModule:
        """For single commands; opened at the first use. Raises what `open_module` raises."""
        return self._opened(None)

    def _opened(self, deadline: float | None) -> SamModule:
        if self._module is None:
            self._module = self._open_module(deadline)
        return self._module

    def _read(self, deadline: float | None = None) -> CardRecord:
        """Reads the card just found, a second time if need be: one that is still being laid down
        often reads then. Raises CardNotReadable."""
        try:
            return self._read_once(deadline)
        except (CardFault, DeviceProtocolError) as error:
            if not self.module.find(deadline):
                raise _not_readable(error) from error
        try:
            return self._read_once(deadline)
        except (CardFault, DeviceProtocolError) as error:
            raise _not_readable(error) from error

    def _read_once(self, deadline: float | None) -> CardRecord:
        module = self.module
        module.select(deadline)
        base = module.read_base(deadline, fingerprint=self._fingerprint)
        return record.decode(
            base.text,
            newest_address=module.newest_address(deadline),
            photo=base.photo,
            fingerprint=base.fingerprint,
            sam_id=module.sam_id(deadline),
        )


@contextmanager
def _closing_on_trouble(reader: SamCardReader) -> Iterator[None]:
    """After trouble with the reader itself it is opened afresh; a bad card is no such trouble."""
    try:
        yield
    except (CardNotReadable, NoCard):
        raise
    except DeviceError:
        reader.close()
        raise


def _not_readable(error: DeviceError) -> CardNotReadable:
    """A refusal for the card's sake says already what to do; anything else is told with it."""
    if isinstance(error, CardFault):
        return CardNotReadable("card_fault", **error.values)
    return CardNotReadable("card_again", **{**error.data, "reason": error.words})


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
            if self._reader.module.find():
                self._answers()
                self._read()
        elif not self._lies_on():
            self._lies = _Lies.NOTHING
            self._tell(CardRemoved())

    def _lies_on(self) -> bool:
        if self._lies is _Lies.READ:
            return self._reader.module.lies_there()
        return self._reader.module.find()

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
        if is_passing(error) and self._silent < 2:
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
