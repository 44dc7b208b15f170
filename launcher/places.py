"""Where things lie: the project's top folder and its private `.hall/` folder.

Standard library only: the set-up uses this before any package is installed.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".hall"
VENV = STATE / "venv"
VENV_PYTHON = VENV / "bin" / "python"


def cache_folder() -> Path:
    """What outlives this checkout: `$XDG_CACHE_HOME/hall`, `~/.cache/hall` or `.hall/cache`.

    HOME may be unset, empty or not writable (a service account); then nothing outside is touched.
    """
    base = os.environ.get("XDG_CACHE_HOME") or ""
    home = os.environ.get("HOME") or ""
    if not base and home:
        base = str(Path(home) / ".cache")
    for folder in (Path(base) / "hall",) if base else ():
        if _can_write(folder):
            return folder
    return STATE / "cache"


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
