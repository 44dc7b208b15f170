"""The hall's secret key: a file outside the database, from which every keyed hash is derived.

Without the file the hashes cannot be linked to ID numbers, tokens of phones or sessions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from foundation.durable import settle_folder

KEY_BYTES = 32


class KeyUnusable(Exception):
    """The key file is damaged or readable by others."""

    code = "key_unusable"


class Keys:
    """Derives independent keyed hashes (HMAC-SHA-256, RFC 2104) from one secret."""

    def __init__(self, secret: bytes) -> None:
        self._person = _derive(secret, b"person")
        self._phone = _derive(secret, b"phone")
        self._follow = _derive(secret, b"follow")
        self._csrf = _derive(secret, b"csrf")
        self._login = _derive(secret, b"login")
        self._seal = _derive(secret, b"seal")
        # tells this key from another and says nothing else about it
        self.fingerprint = _derive(secret, b"fingerprint").hex()
        self.follow_token = lru_cache(maxsize=4096)(self._follow_token)

    def id_hash(self, id_number: str) -> str:
        """The keyed hash under which a person is looked up; hex."""
        return hmac.new(self._person, id_number.upper().encode(), hashlib.sha256).hexdigest()

    def phone_hash(self, hall: str, digits: str) -> str:
        """The keyed hash of a phone number, or of its last digits, in one hall; hex. Few digits are
        soon tried through by whoever has the key, and by nobody else."""
        return hmac.new(self._phone, f"{hall}/{digits}".encode(), hashlib.sha256).hexdigest()

    def _follow_token(self, ticket_id: str) -> str:
        """What stands in a ticket's QR code: 72 bits, not to be guessed from the ticket's id."""
        # BLAKE2b (RFC 7693) keyed: unlike OpenSSL's HMAC it is quick for one small text
        digest = hashlib.blake2b(ticket_id.encode(), digest_size=9, key=self._follow).digest()
        return base64.urlsafe_b64encode(digest).decode()

    def login_hash(self, hall: str, login: str) -> str:
        """Under which attempts to log in are counted; hex."""
        return self._of_login("who", hall, login)

    def place_hash(self, place: str) -> str:
        """Where an attempt came from; hex."""
        return self._of_login("place", place)

    def known_mark(self, hall: str, login: str, password_hash: str, mark: str) -> str:
        """Proves that `mark` was given to a browser after the password; hex."""
        return self._of_login("known", hall, login, password_hash, mark)

    def _of_login(self, *parts: str) -> str:
        # ascii(): no two lists of parts are one text, whatever was typed
        return hmac.new(self._login, ascii(parts).encode(), hashlib.sha256).hexdigest()

    def csrf_token(self, session: str) -> str:
        return hmac.new(self._csrf, session.encode(), hashlib.sha256).hexdigest()

    def seal(self, content: bytes) -> str:
        """Tells bytes that a server with this key wrote; hex."""
        return hmac.digest(self._seal, content, "sha256").hex()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"hall/" + purpose, "sha256")


def key_file_beside(database: Path) -> Path:
    """Where the key of a database file lies unless the settings name another place."""
    return database.with_suffix(database.suffix + ".key")


def load_keys(file: Path) -> Keys:
    """Reads the key file, or makes one (mode 0600) when there is none.

    Raises KeyUnusable for a file of the wrong size or one that others may read, and where none
    can be made.
    """
    if not file.exists():
        try:
            _make_whole(file)
        except OSError as error:
            raise KeyUnusable(f"{file} cannot be made: {error.strerror}") from error
    return Keys(read_key_file(file)[:KEY_BYTES])


def read_key_file(file: Path) -> bytes:
    """The hall's secret, and behind it a block for each rotation of the vault's master key.

    Raises KeyUnusable for a file of the wrong size or one that others may read.
    """
    content = file.read_bytes()
    if not content or len(content) % KEY_BYTES:
        raise KeyUnusable(f"{file} holds {len(content)} bytes, not {KEY_BYTES} or a multiple")
    if file.stat().st_mode & 0o077:
        raise KeyUnusable(f"{file} can be read by others; run: chmod 600 {file}")
    return content


def _make_whole(file: Path) -> None:
    """Several processes may make it at once: it appears whole, and the first one's stays."""
    handle, draft = tempfile.mkstemp(prefix=file.name, dir=file.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(secrets.token_bytes(KEY_BYTES))
            fresh.flush()
            os.fsync(fresh.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
        settle_folder(file.parent)
    finally:
        os.unlink(draft)


def secret_hash(secret: str) -> str:
    """How bearer tokens and sessions are stored: they are random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
