"""The checksums that strips use, by name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import xor

Checksum = Callable[[bytes], int]


def xor8(data: bytes) -> int:
    return reduce(xor, data, 0)


def sum8(data: bytes) -> int:
    return sum(data) % 256


def crc16_arc(data: bytes) -> int:
    """Polynomial 8005 reflected, from 0 (CRC-16/ARC; check of "123456789": BB3D)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def _crc16_1021(data: bytes, crc: int) -> int:
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def crc16_ccitt(data: bytes) -> int:
    """Polynomial 1021 from FFFF (CRC-16/IBM-3740, "CCITT-FALSE"; check: 29B1)."""
    return _crc16_1021(data, 0xFFFF)


def crc16_xmodem(data: bytes) -> int:
    """Polynomial 1021 from 0 (CRC-16/XMODEM, by some makers called CCITT too; check: 31C3)."""
    return _crc16_1021(data, 0)


CHECKSUMS: Mapping[str, Checksum] = {
    "xor": xor8,
    "sum8": sum8,
    "crc16-arc": crc16_arc,
    "crc16-ccitt": crc16_ccitt,
    "crc16-xmodem": crc16_xmodem,
}
