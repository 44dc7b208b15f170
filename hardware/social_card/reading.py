"""Reads one card without a reader: says what to send next, takes what came, ends with a record.

Pure. Bytes in, a SocialCard or an error out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from foundation.id_number import is_valid_id_number
from hardware.errors import CardNotReadable, DeviceProtocolError
from hardware.id_card.codes import SEX
from hardware.ports import SocialCard
from hardware.social_card.protocol import Answer, Apdu, Exchange, read_record, select
from hardware.social_card.record_map import Place, RecordMap
from hardware.words import state_words

# A card that answers a read with one of these has no such record, or withholds it (ISO 7816-4).
_ABSENT = frozenset({0x6982, 0x6985, 0x6A81, 0x6A82, 0x6A83, 0x6A86, 0x6A88, 0x6B00, 0x6D00})


_VERSION = re.compile(r"[Vv]?\d[\d.]{0,6}")  # 1.00, 2.00, 3.00 …


class NotSocialCard(CardNotReadable):
    """Another kind of chip card: a bank card, a badge, or a card of another application."""

    code = "not_social_card"


class UseIdCard(CardNotReadable):
    """A card (version 3.00) that shows its holder only to a security module that is not here."""

    code = "use_id_card"


class CardReading:
    """Send `to_send`, hand what came to `receive`, until it returns a record."""

    def __init__(self, record_map: RecordMap, atr: bytes = b"") -> None:
        self._map, self._atr = record_map, atr
        self._left = list(record_map.in_order())
        self._values: dict[str, str] = {}
        self._place: Place | None = None  # None while the application is being selected
        self._exchange = Exchange(select(record_map.application_name))

    @property
    def to_send(self) -> bytes:
        return self._exchange.to_send

    def receive(self, data: bytes) -> SocialCard | None:
        """None when there is more `to_send`. Raises NotSocialCard, UseIdCard, CardNotReadable, and
        DeviceProtocolError for what is no answer."""
        answer = self._exchange.receive(data)
        if answer is None:
            return None
        self._take(answer)
        command = self._next_command()
        if command is None:
            return self._record()
        self._exchange = Exchange(command)
        return None

    def _take(self, answer: Answer) -> None:
        place = self._place
        if place is None:
            if not answer.good:
                raise NotSocialCard("not_social_card", sw=f"{answer.sw:04X}")
        elif answer.good:
            value = self._map.value(place, answer.data)
            if value is not None:
                self._values[place.item] = value
        elif answer.sw not in _ABSENT:
            raise CardNotReadable("social_card_again", sw=f"{answer.sw:04X}")

    def _next_command(self) -> Apdu | None:
        while self._left:
            place = self._left.pop(0)
            if place.holds_for(self._values.get("version")):
                self._place = place
                return read_record(place.file_id, place.record, place.length)
        return None

    def _record(self) -> SocialCard:
        values = self._values
        if "social_security_number" not in values or "name" not in values:
            raise UseIdCard("use_id_card", version=values.get("version"))
        if _shifted(values):
            trouble = state_words("trouble_shifted")
            raise DeviceProtocolError("social_reply_impossible", trouble=trouble)
        return _social_card(values, self._atr)


def _social_card(values: Mapping[str, str], atr: bytes) -> SocialCard:
    number, sex = values["social_security_number"], values.get("sex")
    return SocialCard(
        name=values["name"],
        social_security_number=number,
        social_security_number_valid=is_valid_id_number(number),
        sex=SEX.get(sex, sex) if sex else None,
        sex_code=sex,
        card_number=values.get("card_number"),
        card_id=values.get("card_id"),
        version=values.get("version"),
        issuer=values.get("issuer"),
        issued=_day(values.get("issued")),
        expires=_day(values.get("expires")),
        atr=atr.hex().upper(),
    )


def _shifted(values: Mapping[str, str]) -> bool:
    """Whether each answer was the one to the question before: records do not name themselves, and
    somebody else's number where a name should stand must never pass for a person."""
    version = values.get("version")
    oddly = version is not None and not _VERSION.fullmatch(version)
    return oddly or is_valid_id_number(values["name"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
