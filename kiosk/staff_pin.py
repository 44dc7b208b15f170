"""The PIN of the staff menu: how it is kept and how it is checked.

Kept as a salted scrypt hash in the kiosk's settings, so that who reads the file does not know it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import os

from kiosk.flow.staff import PIN_DIGITS

# RFC 7914's parameters for interactive use: some 50 ms and 16 MiB a try.
_COST, _BLOCK, _LANES = 2**14, 8, 1
_SALT_BYTES, _HASH_BYTES = 16, 32


class PinUnusable(ValueError):
    """A PIN or its hash that cannot be used. code: of the words `pin_command.…`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """`scrypt:SALT:HASH` in base64. Raises PinUnusable for a PIN that is no good."""
    _check_pin(pin)
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    return ":".join(("scrypt", _text(salt), _text(_derived(pin, salt))))


def is_right(pin: str, kept: str) -> bool:
    """Takes 50 ms. Raises PinUnusable for a hash that is none."""
    salt, expected = _parts(kept)
    return hmac.compare_digest(_derived(pin, salt), expected)


def check_hash(kept: str) -> None:
    """Raises PinUnusable for what cannot be the hash of a PIN; empty is none, and may be."""
    if kept:
        _parts(kept)


def _parts(kept: str) -> tuple[bytes, bytes]:
    try:
        kind, salt, digest = kept.split(":")
        parts = base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _no_hash() from error
    if kind != "scrypt" or len(parts[1]) != _HASH_BYTES:
        raise _no_hash()
    return parts


def _no_hash() -> PinUnusable:
    return PinUnusable("no_hash", "pin_hash is not as ./hall kiosk pin makes it")


def _derived(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _check_pin(pin: str) -> None:
    least, most = PIN_DIGITS[0], PIN_DIGITS[-1]
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_DIGITS):
        raise PinUnusable("length", f"a PIN has {least} to {most} digits")
    steps = {int(b) - int(a) for a, b in itertools.pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise PinUnusable("easy", "digits that are all the same, or in a row, are guessed first")
