"""Sealing bytes and wrapping keys: AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits.
Pure but for the random numbers; knows no database.

What is sealed is bound to its place (additional data), so that a row moved to another person or
another kind does not open. Texts are base64, so that a backup's JSON holds them as they are.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from queue_server.vault.errors import Damaged

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, content: bytes, *place: str) -> str:
    """The content, encrypted, for `place` alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, content, _bound(place))
    return base64.b64encode(nonce + sealed).decode()


def unseal(key: bytes, sealed: str, *place: str) -> bytes:
    """Raises Damaged."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(place))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Damaged(f"the {place[0]} does not decrypt") from error


def _bound(place: tuple[str, ...]) -> bytes:
    """Unlike for all unlike places: each part is told with its length."""
    return b"".join(b"%d:%s" % (len(part.encode()), part.encode()) for part in place)
