"""A social-security card without a reader: APDUs in, answers out, in the versions that are about.

Pure. What it holds stands at the places of a record map, as on a real card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hardware.errors import DeviceProtocolError
from hardware.social_card.protocol import Answer, Apdu
from hardware.social_card.record_map import Place, RecordMap

# A contact card of T=0 whose historical bytes name nobody.
ATR = bytes.fromhex("3B6D00000081318065B089350100F1")[:15]
_GOOD, _NOT_FOUND, _NO_RECORD = 0x9000, 0x6A82, 0x6A83
_UNKNOWN, _WRONG_ORDER, _WITHHELD, _BROKEN = 0x6D00, 0x6985, 0x6982, 0x6F00
_SELECT, _READ_RECORD, _GET_RESPONSE = 0xA4, 0xB2, 0xC0
_HOLDER_FILE = 6  # what a card of version 3 keeps for security modules


@dataclass(frozen=True, slots=True, repr=False)
class SocialCardData:
    """values: by the items of a record map, dates as YYYYMMDD, hexadecimal as such. long_answers:
    61 xx before data. wrong_length: 6C xx when asked for another length than the record's.
    withheld: the holder's records are refused (6982) where others return blanks."""

    values: Mapping[str, str]
    version: str = "2.00"
    application: bytes | None = None  # None: as the map has it; a bank card has another
    long_answers: bool = False
    wrong_length: bool = False
    withheld: bool = False
    broken: bool = False


@dataclass(slots=True)
class VirtualSocialCard:
    """One card as it lies in a reader; `asked` keeps which instructions it got."""

    data: SocialCardData
    record_map: RecordMap
    asked: list[int] = field(default_factory=list)
    _selected: bool = False
    _rest: bytes = b""

    def reset(self) -> None:
        self._selected, self._rest = False, b""

    def answer(self, command: bytes) -> bytes:
        try:
            apdu = Apdu.from_bytes(command)
        except DeviceProtocolError:
            return Answer(0x6700).to_bytes()
        self.asked.append(apdu.ins)
        match apdu.ins:
            case _ if apdu.ins == _SELECT:
                answer = self._select(apdu)
            case _ if apdu.ins == _READ_RECORD:
                answer = self._read(apdu)
            case _ if apdu.ins == _GET_RESPONSE:
                answer = self._more(apdu)
            case _:
                answer = Answer(_UNKNOWN)
        return answer.to_bytes()

    def _select(self, apdu: Apdu) -> Answer:
        own = self.data.application or self.record_map.application_name
        self._selected = apdu.data == own
        if not self._selected:
            return Answer(_NOT_FOUND)
        return self._at_length(b"\x6f" + bytes((len(own) + 2, 0x84, len(own))) + own)

    def _read(self, apdu: Apdu) -> Answer:
        if not self._selected:
            return Answer(_WRONG_ORDER)
        if self.data.broken:
            return Answer(_BROKEN)
        place = self._place(apdu.p2 >> 3, apdu.p1)
        if place is None:
            return Answer(_NO_RECORD)
        if self.data.withheld and place.file_id == _HOLDER_FILE:
            return Answer(_WITHHELD)
        if self.data.wrong_length and apdu.le != place.length + 1:
            return Answer(0x6C00 | place.length + 1)
        return self._at_length(self._record(place))

    def _at_length(self, data: bytes) -> Answer:
        if not self.data.long_answers:
            return Answer(_GOOD, data)
        self._rest = data
        return Answer(0x6100 | len(data))

    def _more(self, apdu: Apdu) -> Answer:
        """Half of it at first, so that a driver has to come again."""
        size = max(
            1, min(apdu.le or 256, (len(self._rest) + 1) // 2 if len(self._rest) > 8 else 256)
        )
        piece, self._rest = self._rest[:size], self._rest[size:]
        return Answer(0x6100 | len(self._rest) if self._rest else _GOOD, piece)

    def _place(self, file_id: int, record: int) -> Place | None:
        for place in self.record_map.places:
            if (place.file_id, place.record) == (file_id, record):
                return place if place.holds_for(self.data.version) else None
        return None

    def _record(self, place: Place) -> bytes:
        room = place.length - self.record_map.header_bytes
        header = bytes((place.record, room))[: self.record_map.header_bytes]
        header = header.ljust(self.record_map.header_bytes, b"\0")
        if self.data.version.startswith("3") and place.file_id == _HOLDER_FILE:
            return header + b"\0" * room
        body = self._body(place)
        if len(body) > room:
            raise ValueError(f"{place.item} is longer than its {room} bytes")
        filler = b" " if place.coding == "text" else b"\0"
        return header + body.ljust(room, filler)

    def _body(self, place: Place) -> bytes:
        value = (
            self.data.version if place.item == "version" else self.data.values.get(place.item, "")
        )
        if place.coding == "text":
            return value.encode(self.record_map.encoding)
        return bytes.fromhex(value)
