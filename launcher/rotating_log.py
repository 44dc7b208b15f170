"""One child's log: appended to, moved aside when it has grown too large, its end readable.

Bytes only; what stands in them is the child's own business.
"""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 2_000_000
KEPT = 3  # NAME.log, NAME.log.1, NAME.log.2


class RotatingLog:
    """Used by one thread. At most KEPT files of about MAX_BYTES each."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._max_bytes = path, max_bytes
        self._file = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        self._file.write(line)
        if self._file.tell() >= self._max_bytes:
            self._rotate()

    def close(self) -> None:
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(KEPT - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))
        self._file = self._path.open("ab", buffering=0)

    def _numbered(self, number: int) -> Path:
        return self._path if number == 0 else self._path.with_name(f"{self._path.name}.{number}")


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, "" when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
