"""The photo of a card once decoded: checks what a decoder gave before anybody uses it.

Pure. 1024 bytes of "WLT" become a 102 × 126 picture of 24 bits; no open decoder exists, so whatever
made the picture is a stranger's program and nothing it says is believed unchecked.
"""

from __future__ import annotations

import struct

from hardware.errors import DeviceProtocolError
from hardware.id_card.protocol import PHOTO_BYTES
from hardware.ports import CardPhoto
from hardware.words import state_words

WIDTH_PX, HEIGHT_PX = 102, 126
_BITS = 24
_ROW_BYTES = (WIDTH_PX * _BITS // 8 + 3) // 4 * 4  # rows of a BMP end on multiples of four
PIXEL_BYTES = _ROW_BYTES * HEIGHT_PX
LARGEST_BMP = 64 * 1024
# BITMAPFILEHEADER and BITMAPINFOHEADER, little-endian.
_HEADER = struct.Struct("<2sIHHIIiiHHII")


class PhotoUnusable(DeviceProtocolError):
    """The decoder was given, or gave, something that is no card photo."""

    code = "photo_unusable"


def check_wlt(wlt: bytes) -> bytes:
    """Itself. Raises PhotoUnusable; b"" is a card without photo."""
    if len(wlt) != PHOTO_BYTES:
        raise PhotoUnusable("photo_length", length=len(wlt))
    return wlt


def check_bmp(data: bytes) -> CardPhoto:
    """Raises PhotoUnusable unless `data` is a whole, uncompressed 102 × 126 BMP of 24 bits."""
    if len(data) > LARGEST_BMP or len(data) < _HEADER.size:
        raise _no_photo("photo_size", length=len(data))
    magic, _, _, _, offset, info, width, height, planes, bits, compression, _ = _HEADER.unpack_from(
        data
    )
    if magic != b"BM" or info < 40 or planes != 1:
        raise _no_photo("photo_no_bmp")
    if (width, abs(height), bits, compression) != (WIDTH_PX, HEIGHT_PX, _BITS, 0):
        raise _no_photo("photo_form", width=width, height=height, bits=bits)
    if offset < _HEADER.size or offset + PIXEL_BYTES > len(data):
        raise _no_photo("photo_size", length=len(data))
    return CardPhoto(WIDTH_PX, HEIGHT_PX, data)


def _no_photo(why: str, **figures: int) -> PhotoUnusable:
    return PhotoUnusable("photo_bmp", reason=state_words(why, **figures), **figures)
