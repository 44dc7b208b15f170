"""Reads social-security cards: waits for one, reads it by the map, sees it taken away.

Implements hardware.ports.SocialCardReader over any link.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from hardware.errors import CardNotReadable, DeviceError, NoCard
from hardware.ports import (
    CardRemoved,
    CardSeen,
    CardUnreadable,
    ReaderAway,
    ReaderBack,
    SocialCard,
    SocialCardEvent,
    SocialCardRead,
)
from hardware.social_card.link import Card, Reader
from hardware.social_card.reading import CardReading
from hardware.social_card.record_map import RecordMap

_log = structlog.get_logger()
POLL_S = 0.3
_REOPEN_S = 1.0
_LAST_ASK_S = 0.5  # with less time than this left, no answer would come in time


class SocialCardDriver:
    """One thread at a time."""

    def __init__(self, reader: Reader, record_map: RecordMap) -> None:
        self._reader, self._map = reader, record_map

    def read_card(self, timeout_s: float = 10.0) -> SocialCard:
        """Waits for a card and reads it. Raises NoCard, UseIdCard, NotSocialCard or another
        CardNotReadable, DeviceMissing, DeviceTimeout, DeviceProtocolError."""
        deadline = time.monotonic() + timeout_s
        try:
            card = self._wait_for_card(deadline)
            try:
                return self._read(card, deadline)
            finally:
                _let_go(card)
        except (NoCard, CardNotReadable):
            raise
        except DeviceError:
            self.close()  # whatever comes back next is opened afresh
            raise

    def watch(self, on_event: Callable[[SocialCardEvent], None], stop: threading.Event) -> None:
        """Tells each change once, in the calling thread, until `stop` is set."""
        _Watch(self, on_event, stop).run()

    def close(self) -> None:
        self._reader.close()

    def connect(self) -> Card | None:
        """None when no card lies there."""
        try:
            return self._reader.connect()
        except NoCard:
            return None

    def _wait_for_card(self, deadline: float) -> Card:
        while True:
            try:
                return self._reader.connect(deadline)
            except NoCard:
                if time.monotonic() + POLL_S + _LAST_ASK_S >= deadline:
                    raise
            time.sleep(POLL_S)

    def _read(self, card: Card, deadline: float | None = None) -> SocialCard:
        """A card taken away meanwhile could not be read; nobody waits for it any more."""
        reading = CardReading(self._map, card.atr)
        try:
            while (record := reading.receive(card.transmit(reading.to_send, deadline))) is None:
                pass
        except NoCard as error:
            raise CardNotReadable("social_card_taken_away") from error
        return record


def _let_go(card: Card) -> None:
    try:
        card.close()
    except DeviceError as error:
        _log.info("card_gone_at_close", code=error.code)


class _Watch:
    """The polling loop of `watch`, one step per poll."""

    def __init__(
        self,
        driver: SocialCardDriver,
        on_event: Callable[[SocialCardEvent], None],
        stop: threading.Event,
    ) -> None:
        self._driver, self._tell, self._stop = driver, on_event, stop
        self._card: Card | None = None
        self._mute = False  # a card lies there that gives no sign of life
        self._away: bool | None = None  # not known before the first answer

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._step()
                pause = POLL_S
            except DeviceError as error:
                pause = self._trouble(error)
            self._stop.wait(pause)
        if self._card is not None:
            _let_go(self._card)

    def _step(self) -> None:
        if self._card is not None:
            if not self._card.present():
                self._forget_card()
            return
        try:
            card = self._driver.connect()
        except CardNotReadable as error:
            self._answers()
            self._tell_mute(error)
            return
        self._answers()
        self._forget_mute()
        if card is not None:
            self._card = card
            self._read(card)

    def _tell_mute(self, error: CardNotReadable) -> None:
        """Most often the card was put in the wrong way round."""
        if not self._mute:
            self._mute = True
            self._tell(CardSeen())
            self._tell(CardUnreadable(error))

    def _forget_mute(self) -> None:
        if self._mute:
            self._mute = False
            self._tell(CardRemoved())

    def _read(self, card: Card) -> None:
        self._tell(CardSeen())
        try:
            record = self._driver._read(card)
        except CardNotReadable as error:
            self._tell(CardUnreadable(error))
        except DeviceError as error:
            self._tell(CardUnreadable(error))
            raise
        else:
            self._tell(SocialCardRead(record))

    def _answers(self) -> None:
        if self._away is not False:
            self._away = False
            self._tell(ReaderBack())

    def _trouble(self, error: DeviceError) -> float:
        self._driver.close()
        self._forget_mute()
        if self._card is not None:
            self._card = None
            self._tell(CardRemoved())
        if not self._away:
            self._away = True
            _log.warning("social_card_reader_away", code=error.code)
            self._tell(ReaderAway(error))
        return _REOPEN_S

    def _forget_card(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            _let_go(card)
        self._tell(CardRemoved())
