"""A reader of the system's PC/SC service, through pyscard. Its errors end here.

pyscard is optional: without it, or without the service, a hall works on with ID cards.
"""

from __future__ import annotations

from typing import Any

from hardware.errors import CardNotReadable, DeviceError, DeviceMissing, NoCard
from hardware.social_card.link import Card


def _scard() -> Any:
    """Raises DeviceMissing without pyscard."""
    try:
        from smartcard import scard
    except ImportError as error:
        raise DeviceMissing("pyscard_absent") from error
    return scard


def reader_names() -> list[str]:
    """The readers that the service knows now. Raises DeviceMissing without service or pyscard."""
    scard = _scard()
    context = _context(scard)
    try:
        code, names = scard.SCardListReaders(context, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        _check(scard, code)
        return list(names)
    finally:
        scard.SCardReleaseContext(context)


class PcscReader:
    """name: the beginning of a reader's name; "" for the first reader there is."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._context: Any = None

    def connect(self, deadline: float | None = None) -> Card:
        """The service has no limit of its own to set: what a card takes, it takes."""
        scard = _scard()
        if self._context is None:
            self._context = _context(scard)
        reader = self._found(scard)
        code, card, protocol = scard.SCardConnect(
            self._context,
            reader,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        _check(scard, code)
        return _PcscCard(scard, self._context, reader, card, protocol)

    def close(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            _scard().SCardReleaseContext(context)

    def _found(self, scard: Any) -> str:
        code, names = scard.SCardListReaders(self._context, [])
        if code != scard.SCARD_E_NO_READERS_AVAILABLE:
            _check(scard, code)
            for name in names:
                if name.startswith(self._name):
                    return str(name)
        raise DeviceMissing("social_reader_absent", reader=self._name)


class _PcscCard:
    def __init__(self, scard: Any, context: Any, reader: str, card: Any, protocol: int) -> None:
        self._scard, self._context, self._reader = scard, context, reader
        self._card = card
        self._pci = (
            scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        )
        try:
            self.atr = self._atr()
        except DeviceError:  # taken away already: nobody else would let go of it
            self.close()
            raise

    def transmit(self, command: bytes, deadline: float | None = None) -> bytes:
        code, answer = self._scard.SCardTransmit(self._card, self._pci, list(command))
        _check(self._scard, code)
        return bytes(answer)

    def present(self) -> bool:
        scard = self._scard
        wanted = [(self._reader, scard.SCARD_STATE_UNAWARE)]
        code, states = scard.SCardGetStatusChange(self._context, 0, wanted)
        _check(scard, code)
        return bool(states[0][1] & scard.SCARD_STATE_PRESENT)

    def close(self) -> None:
        self._scard.SCardDisconnect(self._card, self._scard.SCARD_UNPOWER_CARD)

    def _atr(self) -> bytes:
        code, _, _, _, atr = self._scard.SCardStatus(self._card)
        _check(self._scard, code)
        return bytes(atr)


def _context(scard: Any) -> Any:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _check(scard, code)
    return context


def _check(scard: Any, code: int) -> None:
    """Raises what the code means for people."""
    if code == scard.SCARD_S_SUCCESS:
        return
    kind = _kinds(scard).get(code, DeviceMissing)
    said = str(scard.SCardGetErrorMessage(code))
    raise kind(_text_of(scard, code, kind), reason=said, pcsc=f"{code & 0xFFFFFFFF:08X}")


def _text_of(scard: Any, code: int, kind: type[DeviceError]) -> str:
    if code in (scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD):
        return "social_card_mute"
    if kind is NoCard:
        return "no_social_card"
    return "social_card_again" if kind is CardNotReadable else "pcsc_trouble"


def _kinds(scard: Any) -> dict[int, type[DeviceError]]:
    return {
        scard.SCARD_E_NO_SMARTCARD: NoCard,
        scard.SCARD_W_REMOVED_CARD: NoCard,
        scard.SCARD_W_UNRESPONSIVE_CARD: CardNotReadable,
        scard.SCARD_W_UNPOWERED_CARD: CardNotReadable,
        scard.SCARD_W_UNSUPPORTED_CARD: CardNotReadable,
        scard.SCARD_W_RESET_CARD: CardNotReadable,
        scard.SCARD_E_PROTO_MISMATCH: CardNotReadable,
        scard.SCARD_E_NOT_TRANSACTED: CardNotReadable,
        scard.SCARD_E_SHARING_VIOLATION: CardNotReadable,
    }
