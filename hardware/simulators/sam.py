"""A SAM module without a wire: request frames in, replies out, with a card laid down or not.

Pure and thread-free; `reader_core` gives it faults, `card_reader` a wire.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from hardware.id_card import protocol
from hardware.id_card.protocol import BaseRecord, Command, Frame, Reply, Sw3

_BAUD_OF = {command: baud for baud, command in protocol.SET_BAUD.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """text: 256 bytes, photo and fingerprint: opaque, as `record.encode` and the makers' modules
    give them."""

    text: bytes
    photo: bytes = b""
    newest_address: str | None = None
    fingerprint: bytes = b""
    management_number: bytes = bytes(range(28))


class NoFingerprint(Enum):
    """How a module says that a card holds no fingerprint; all three are seen in the field."""

    LENGTH_0 = "length_0"  # three lengths, the third 0
    LENGTH_CLAIMED = "length_claimed"  # the third says 1024, and nothing follows (Len 050A)
    TWO_LENGTHS = "two_lengths"  # as the reply without fingerprint


@dataclass(frozen=True, slots=True)
class Quirks:
    """What differs between makers. sw: the first two status bytes, which mean nothing.
    unknown: commands that this module does not have. baud_reply_late: the reply to a change of
    speed comes at the new one. baud_fixed: it says yes and stays."""

    sw: tuple[int, int] = (0, 0)
    unknown: frozenset[Command] = frozenset()
    no_fingerprint: NoFingerprint = NoFingerprint.LENGTH_0
    baud_reply_late: bool = False
    baud_fixed: bool = False


class _Stage(IntEnum):
    """How far this card has come since it was laid down."""

    LAID = 0
    FOUND = 1
    SELECTED = 2
    READ = 3


class VirtualSam:
    """unreadable: the base read fails, as with a damaged chip or a card lifted too soon."""

    def __init__(self, sam_id: str, quirks: Quirks | None = None) -> None:
        self._sam_id = sam_id
        self._card: Card | None = None
        self._stage = _Stage.LAID
        self.quirks = quirks or Quirks()
        self.unreadable = False
        self.baud: int | None = None  # None: a module whose line has no speed

    def lay(self, card: Card) -> None:
        self._card, self._stage = card, _Stage.LAID

    def lift(self) -> None:
        self._card = None

    def answer(self, request: Frame) -> Reply:
        command = protocol.command_from(request)
        if command is None or command in self.quirks.unknown:
            return self.status(Sw3.UNKNOWN_COMMAND)
        if command in _BAUD_OF:
            return self._set_baud(_BAUD_OF[command])
        handler = _HANDLERS.get(command)
        return handler(self) if handler else self.status(Sw3.GOOD)

    def status(self, sw3: Sw3, data: bytes = b"") -> Reply:
        return Reply(*self.quirks.sw, sw3, data)

    def _set_baud(self, baud: int) -> Reply:
        if self.baud is not None and not self.quirks.baud_fixed:
            self.baud = baud
        return self.status(Sw3.GOOD)

    def _reset(self) -> Reply:
        self._stage = _Stage.LAID
        return self.status(Sw3.GOOD)

    def _read_sam_id(self) -> Reply:
        return self.status(Sw3.GOOD, protocol.sam_id_data(self._sam_id))

    def _find(self) -> Reply:
        """A card that was read must be lifted before it is found again."""
        if self._card is None or self._stage is _Stage.READ:
            return self.status(Sw3.FIND_FAILED)
        self._stage = _Stage.FOUND
        return self.status(Sw3.FOUND, bytes.fromhex("80005243"))

    def _select(self) -> Reply:
        if self._card is None or self._stage is not _Stage.FOUND:
            return self.status(Sw3.SELECT_FAILED)
        self._stage = _Stage.SELECTED
        return self.status(Sw3.GOOD, bytes(8))

    def _read(self) -> Reply:
        card = self._card_to_read()
        if card is None:
            return self.status(Sw3.READ_FAILED)
        return self.status(Sw3.GOOD, BaseRecord(card.text, card.photo).to_data())

    def _read_with_fingerprint(self) -> Reply:
        card = self._card_to_read()
        if card is None:
            return self.status(Sw3.READ_FAILED)
        record = BaseRecord(card.text, card.photo, card.fingerprint)
        if card.fingerprint or self.quirks.no_fingerprint is NoFingerprint.LENGTH_0:
            return self.status(Sw3.GOOD, record.to_data(fingerprint=True))
        if self.quirks.no_fingerprint is NoFingerprint.TWO_LENGTHS:
            return self.status(Sw3.GOOD, record.to_data())
        lengths = struct.pack(">HHH", len(card.text), len(card.photo), 1024)
        return self.status(Sw3.GOOD, lengths + card.text + card.photo)

    def _card_to_read(self) -> Card | None:
        """A read that failed leaves the card to be found again; one that was read stays read."""
        if self._card is None or self._stage is not _Stage.SELECTED or self.unreadable:
            self._stage = _Stage.READ if self._stage is _Stage.READ else _Stage.LAID
            return None
        self._stage = _Stage.READ
        return self._card

    def _read_newest_address(self) -> Reply:
        if self._card is None or self._stage is not _Stage.READ:
            return self.status(Sw3.READ_FAILED)
        if self._card.newest_address is None:
            return self.status(Sw3.ITEM_EMPTY)
        return self.status(Sw3.GOOD, self._card.newest_address.ljust(35).encode("utf-16-le"))

    def _read_management_number(self) -> Reply:
        if self._card is None or self._stage is not _Stage.READ:
            return self.status(Sw3.READ_FAILED)
        return self.status(Sw3.GOOD, self._card.management_number)


_HANDLERS: Mapping[Command, Callable[[VirtualSam], Reply]] = {
    protocol.RESET: VirtualSam._reset,
    protocol.READ_SAM_ID: VirtualSam._read_sam_id,
    protocol.FIND_CARD: VirtualSam._find,
    protocol.SELECT_CARD: VirtualSam._select,
    protocol.READ_BASE: VirtualSam._read,
    protocol.READ_WITH_FINGERPRINT: VirtualSam._read_with_fingerprint,
    protocol.READ_NEWEST_ADDRESS: VirtualSam._read_newest_address,
    protocol.READ_MANAGEMENT_NUMBER: VirtualSam._read_management_number,
}
