"""What keeps a file's new name on disk."""

from __future__ import annotations

import os
from pathlib import Path


def settle_folder(folder: Path) -> None:
    """A file that was renamed, linked or made in `folder` is there after a power cut too: flushing
    the file alone does not settle its name (fsync(2)). Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
