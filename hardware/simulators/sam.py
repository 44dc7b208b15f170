"""A SAM module without a wire: request frames in, reply bytes out, with a card laid down or not.

Pure and thread-free; `card_reader` puts it on a pty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from hardware.id_card import protocol
from hardware.id_card.protocol import BaseRecord, Command, Damage, Frame, Reply, Sw3


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """text: 256 bytes, photo: opaque, as `record.encode` and the makers' modules give them."""

    text: bytes
    photo: bytes = b""
    newest_address: str | None = None


class _Stage(IntEnum):
    """How far this card has come since it was laid down."""

    LAID = 0
    FOUND = 1
    SELECTED = 2
    READ = 3


def _status(sw3: Sw3, data: bytes = b"") -> Reply:
    return Reply(0, 0, sw3, data)


class VirtualSam:
    """unreadable: the base read fails, as with a damaged chip or a card lifted too soon."""

    def __init__(self, sam_id: str) -> None:
        self._sam_id = sam_id
        self._card: Card | None = None
        self._stage = _Stage.LAID
        self.unreadable = False

    def lay(self, card: Card) -> None:
        self._card, self._stage = card, _Stage.LAID

    def lift(self) -> None:
        self._card = None

    def answer(self, event: Frame | Damage) -> tuple[bytes, float]:
        """Reply bytes, and how long a real module would usually think about them, as a part of
        the command's usual time (0–1)."""
        if isinstance(event, Damage):
            return _status(Sw3.CHECKSUM_ERROR).to_bytes(), 0.0
        command = protocol.command_from(event)
        if command is None:
            return _status(Sw3.UNKNOWN_COMMAND).to_bytes(), 0.0
        effort = 1.0 if command in _LONG else 0.0
        return self._reply(command).to_bytes(), effort

    def _reply(self, command: Command) -> Reply:
        handler = _HANDLERS.get(command)
        return handler(self) if handler else _status(Sw3.GOOD)

    def _read_sam_id(self) -> Reply:
        return _status(Sw3.GOOD, protocol.sam_id_data(self._sam_id))

    def _find(self) -> Reply:
        """A card that was read must be lifted before it is found again."""
        if self._card is None or self._stage is _Stage.READ:
            return _status(Sw3.FIND_FAILED)
        self._stage = _Stage.FOUND
        return _status(Sw3.FOUND, bytes.fromhex("80005243"))

    def _select(self) -> Reply:
        if self._card is None or self._stage is not _Stage.FOUND:
            return _status(Sw3.SELECT_FAILED)
        self._stage = _Stage.SELECTED
        return _status(Sw3.GOOD, bytes(8))

    def _read(self, *, fingerprint: bool = False) -> Reply:
        if self._card is None or self._stage is not _Stage.SELECTED or self.unreadable:
            self._stage = _Stage.LAID
            return _status(Sw3.READ_FAILED)
        self._stage = _Stage.READ
        base = BaseRecord(self._card.text, self._card.photo)
        return _status(Sw3.GOOD, base.to_data(fingerprint=fingerprint))

    def _read_with_fingerprint(self) -> Reply:
        return self._read(fingerprint=True)

    def _read_newest_address(self) -> Reply:
        if self._card is None or self._stage is not _Stage.READ:
            return _status(Sw3.READ_FAILED)
        if self._card.newest_address is None:
            return _status(Sw3.ITEM_EMPTY)
        return _status(Sw3.GOOD, self._card.newest_address.ljust(35).encode("utf-16-le"))

    def _read_management_number(self) -> Reply:
        if self._card is None or self._stage is not _Stage.READ:
            return _status(Sw3.READ_FAILED)
        return _status(Sw3.GOOD, bytes(range(28)))


_HANDLERS: Mapping[Command, Callable[[VirtualSam], Reply]] = {
    protocol.READ_SAM_ID: VirtualSam._read_sam_id,
    protocol.FIND_CARD: VirtualSam._find,
    protocol.SELECT_CARD: VirtualSam._select,
    protocol.READ_BASE: VirtualSam._read,
    protocol.READ_WITH_FINGERPRINT: VirtualSam._read_with_fingerprint,
    protocol.READ_NEWEST_ADDRESS: VirtualSam._read_newest_address,
    protocol.READ_MANAGEMENT_NUMBER: VirtualSam._read_management_number,
}
_LONG = frozenset({protocol.READ_BASE, protocol.READ_WITH_FINGERPRINT})
