"""The 256-byte text record of a card, to and from CardRecord, for all four types of card.

Pure. Layouts: GA 450/467 and the permanent residence cards of 2017 (I) and 2023 (Y). What a card
holds is kept as it is – private-use characters, unknown codes, impossible dates never fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from foundation.id_number import (
    is_foreigner_2017_number,
    is_valid_id_number,
)
from hardware.errors import DeviceProtocolError
from hardware.id_card.codes import ETHNICITY, SEX
from hardware.id_card.protocol import TEXT_BYTES
from hardware.ports import CardRecord, CardType
from hardware.words import state_words

_TYPE_OFFSET = 248  # the same in every layout
_LONG_TERM = "长期"
_TYPES: Mapping[str, CardType] = {" ": "resident", "J": "J", "I": "I", "Y": "Y"}

# name → (offset, length), both in bytes.
Layout = Mapping[str, tuple[int, int]]

_RESIDENT: Layout = {
    "name": (0, 30),
    "sex": (30, 2),
    "ethnicity": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "id_number": (122, 36),
    "authority": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
LAYOUTS: Mapping[CardType, Layout] = {
    "resident": _RESIDENT,
    "J": {
        **{name: place for name, place in _RESIDENT.items() if name != "ethnicity"},
        "pass_number": (220, 18),
        "issue_count": (238, 4),
    },
    "I": {
        "english_name": (0, 120),
        "sex": (120, 2),
        "id_number": (122, 30),
        "nationality": (152, 6),
        "name": (158, 30),
        "valid_from": (188, 16),
        "valid_to": (204, 16),
        "birth": (220, 16),
        "version": (236, 4),
        "authority": (240, 8),
    },
    "Y": {
        "name": (0, 30),
        "sex": (30, 2),
        "issue_count": (32, 4),
        "birth": (36, 16),
        "english_name": (52, 70),
        "id_number": (122, 36),
        "valid_from": (188, 16),
        "valid_to": (204, 16),
        "english_name_rest": (220, 22),
        "nationality": (242, 6),
        "link_number": (250, 6),
    },
}


@dataclass(frozen=True, slots=True)
class _Extras:
    """What comes from other commands than the text record."""

    newest_address: str | None = None
    photo: bytes = b""
    sam_id: str | None = None
    fingerprint: bytes = b""


def decode(
    text: bytes,
    *,
    newest_address: str | None = None,
    photo: bytes = b"",
    sam_id: str | None = None,
    fingerprint: bytes = b"",
) -> CardRecord:
    """Raises DeviceProtocolError for a record of wrong length or an unknown type of card."""
    if len(text) != TEXT_BYTES:
        trouble = state_words("trouble_text")
        raise DeviceProtocolError("reader_reply_impossible", trouble=trouble, length=len(text))
    flag = text[_TYPE_OFFSET : _TYPE_OFFSET + 2].decode("utf-16-le", "surrogatepass")
    kind = _TYPES.get(flag)
    if kind is None:
        raise DeviceProtocolError("card_type_unknown", type=flag)
    fields = {name: _read(text, *place) for name, place in LAYOUTS[kind].items()}
    return _record(kind, fields, _Extras(newest_address, photo, sam_id, fingerprint))


def _read(text: bytes, offset: int, length: int) -> str:
    return text[offset : offset + length].decode("utf-16-le", "surrogatepass").rstrip(" \0")


def _record(kind: CardType, fields: Mapping[str, str], extras: _Extras) -> CardRecord:
    number = fields["id_number"]
    ethnicity_code = fields.get("ethnicity") or None
    english = fields.get("english_name", "") + fields.get("english_name_rest", "")
    return CardRecord(
        type=kind,
        name=fields["name"],
        english_name=english.rstrip() or None,
        sex=SEX.get(fields["sex"], fields["sex"]),
        sex_code=fields["sex"],
        ethnicity=ETHNICITY.get(ethnicity_code, ethnicity_code) if ethnicity_code else None,
        ethnicity_code=ethnicity_code,
        birth=_date(fields["birth"]),
        address=fields.get("address") or None,
        newest_address=extras.newest_address,
        id_number=number,
        id_number_valid=_NUMBER_CHECKS[kind](number),
        authority=fields.get("authority") or None,
        valid_from=_date(fields["valid_from"]),
        valid_to="long_term" if fields["valid_to"] == _LONG_TERM else _date(fields["valid_to"]),
        pass_number=fields.get("pass_number") or None,
        issue_count=fields.get("issue_count") or None,
        nationality=fields.get("nationality") or None,
        photo=extras.photo,
        sam_id=extras.sam_id,
        fingerprint=extras.fingerprint,
        version=fields.get("version") or None,
        link_number=fields.get("link_number") or None,
    )


_NUMBER_CHECKS: Mapping[CardType, Callable[[str], bool]] = {
    "resident": is_valid_id_number,
    "J": is_valid_id_number,
    "I": is_foreigner_2017_number,
    "Y": lambda number: number.startswith("9") and is_valid_id_number(number),
}

_DATE = re.compile(r"[0-9]{8}")


def _date(text: str) -> date | None:
    """None for anything that is not a day: cards hold blanks and worse."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def encode(record: CardRecord) -> bytes:
    """The text record of a card, for the simulator and the tests.

    Raises ValueError for a value longer than its field."""
    layout = LAYOUTS[record.type]
    values = _values(record, layout)
    text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for name, value in values.items():
        _write(text, layout[name], name, value)
    flag = next(flag for flag, kind in _TYPES.items() if kind == record.type)
    _write(text, (_TYPE_OFFSET, 2), "type", flag)
    return bytes(text)


def _values(record: CardRecord, layout: Layout) -> dict[str, str]:
    values = {
        "name": record.name,
        "sex": record.sex_code,
        "birth": _digits(record.birth),
        "id_number": record.id_number,
        "valid_from": _digits(record.valid_from),
        "valid_to": _digits(record.valid_to),
    }
    optional = {
        "ethnicity": record.ethnicity_code,
        "address": record.address,
        "authority": record.authority,
        "pass_number": record.pass_number,
        "issue_count": record.issue_count,
        "nationality": record.nationality,
        "version": record.version,
        "link_number": record.link_number,
    }
    values |= {name: value or "" for name, value in optional.items() if name in layout}
    if "english_name" in layout:
        values |= _english(record.english_name or "", layout)
    return values


def _english(name: str, layout: Layout) -> dict[str, str]:
    """Card Y continues a long name in a second field."""
    if "english_name_rest" not in layout:
        return {"english_name": name}
    room = layout["english_name"][1] // 2
    return {"english_name": name[:room], "english_name_rest": name[room:]}


def _digits(day: date | Literal["long_term"] | None) -> str:
    if day is None:
        return ""
    return _LONG_TERM if day == "long_term" else f"{day:%Y%m%d}"


def _write(text: bytearray, place: tuple[int, int], name: str, value: str) -> None:
    offset, length = place
    encoded = value.encode("utf-16-le", "surrogatepass")
    if len(encoded) > length:
        raise ValueError(f"{name} is longer than its {length} bytes")
    text[offset : offset + len(encoded)] = encoded
