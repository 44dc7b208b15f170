"""The master keys, which stand in the key file and never in the database.

The file's first block is the hall's secret, from which master key 0 is derived; each rotation puts
another random block behind it. A block of zeros is a master key that was destroyed.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from foundation.durable import settle_folder
from queue_server.access.keys import KEY_BYTES, read_key_file
from queue_server.vault.errors import MasterKeyMissing

_DESTROYED = bytes(KEY_BYTES)


class MasterKeys:
    """Follows the file: a server that runs while its key is rotated uses the new one at once."""

    def __init__(self, file: Path) -> None:
        """Raises KeyUnusable."""
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._blocks: list[bytes] = []
        self._read()

    def _read(self) -> None:
        stat = self._file.stat()
        mark = stat.st_mtime_ns, stat.st_ino
        if mark != self._seen:
            content = read_key_file(self._file)
            self._blocks = [
                content[start : start + KEY_BYTES] for start in range(0, len(content), KEY_BYTES)
            ]
            self._seen = mark

    @property
    def newest(self) -> int:
        """The number of the master key that wraps what is new."""
        self._read()
        return len(self._blocks) - 1

    def key(self, number: int) -> bytes:
        """Raises MasterKeyMissing."""
        self._read()
        if number >= len(self._blocks) or self._blocks[number] == _DESTROYED:
            raise MasterKeyMissing(
                f"{self._file} has no master key {number}: copy the key file from the server on"
                " which the key was rotated (mode 0600)"
            )
        return hmac.digest(self._blocks[number], b"hall/vault", "sha256")

    def add(self) -> int:
        """Puts a fresh master key into the file; its number."""
        self._read()
        self._write([*self._blocks, secrets.token_bytes(KEY_BYTES)])
        return self.newest

    def destroy_before(self, number: int) -> None:
        """Overwrites the earlier rotations' keys. The first block stays, because the hashes of ID
        numbers come from it; nothing is wrapped under its key any more."""
        self._read()
        first, *others = self._blocks
        kept = [_DESTROYED if n < number else block for n, block in enumerate(others, start=1)]
        self._write([first, *kept])

    def _write(self, blocks: list[bytes]) -> None:
        """Whole or not at all."""
        fresh = self._file.with_name(f".{self._file.name}.{os.getpid()}.part")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(b"".join(blocks))
                out.flush()
                os.fsync(out.fileno())
            os.replace(fresh, self._file)
            settle_folder(self._file.parent)
        finally:
            fresh.unlink(missing_ok=True)
