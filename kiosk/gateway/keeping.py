"""One small file that is always whole: written beside, flushed, and put in the old one's place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from foundation.durable import settle_folder


@dataclass(frozen=True, slots=True)
class KeptFile:
    """path None: nothing is kept."""

    path: Path | None

    def read(self) -> bytes:
        """Empty when there is none yet. Raises OSError when it cannot be read."""
        if self.path is None or not self.path.exists():
            return b""
        return self.path.read_bytes()

    def copy_aside(self) -> str:
        """What is there, beside it, for whoever looks into it; returns where, or why not."""
        if self.path is None:
            return ""
        aside = self.path.with_suffix(".unreadable")
        try:
            shutil.copy2(self.path, aside)
        except OSError as error:
            return str(error)
        return str(aside)

    def write(self, content: bytes) -> None:
        """On disk when this returns. Raises OSError; then the old content stands."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}")
        try:
            with draft.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        settle_folder(self.path.parent)
