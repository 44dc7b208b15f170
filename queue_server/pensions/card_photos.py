"""Makes a picture of a card's photo with the decoder that the hall's settings name, if any.

No open decoder exists (docs/devices/id-card-reader.md): a hall without one is the usual case. The
picture is not kept here: it goes back to the page, from where a clerk enrols it or not.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from queue_server.pensions.program import ProgramFailed, ask_program

WLT_BYTES = 1024
DECODE_WITHIN_S = 15.0
# What the program says of the photo and not of itself.
_PHOTO_CODES = frozenset({"photo_unusable", "decoder_failed"})


class NoCardDecoder(Exception):
    """None is set up."""

    code = "no_card_decoder"


class CardPhotoUnreadable(Exception):
    """The decoder made no picture of these bytes."""

    code = "card_photo_unreadable"


class CardDecoderUnavailable(Exception):
    """It is set up and does not answer."""

    code = "card_decoder_unavailable"


@dataclass(frozen=True, slots=True)
class CardDecoder:
    """command: reads 1024 bytes of WLT from standard input and writes one JSON object, `bmp` in
    base64 or the one error shape."""

    command: Sequence[str]

    async def decode(self, wlt: bytes) -> bytes:
        """A BMP. Raises NoCardDecoder, CardPhotoUnreadable, CardDecoderUnavailable."""
        if not self.command:
            raise NoCardDecoder
        if len(wlt) != WLT_BYTES:
            raise CardPhotoUnreadable(f"{len(wlt)} bytes instead of {WLT_BYTES}")
        try:
            told = await ask_program(self.command, wlt, DECODE_WITHIN_S)
        except ProgramFailed as error:
            raise CardDecoderUnavailable(str(error)) from error
        return _picture(told)


def _picture(told: dict[str, Any]) -> bytes:
    if error := told.get("error"):
        unusable = error.get("code") in _PHOTO_CODES
        kind = CardPhotoUnreadable if unusable else CardDecoderUnavailable
        raise kind(str(error.get("message", "")))
    try:
        bmp = base64.b64decode(told["bmp"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise CardDecoderUnavailable("no picture in the answer") from error
    if not bmp.startswith(b"BM"):
        raise CardDecoderUnavailable("no picture in the answer")
    return bmp
