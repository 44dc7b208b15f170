"""Settings files of halls for benchmarks, made from the demonstration's."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.server import DEMO_CONFIG

_WINDOWS = re.compile(r"^\[\[window\]\]\n(?:.+\n)+", re.MULTILINE)


def wide_hall(folder: Path, windows: int) -> Path:
    """The demonstration hall with so many windows, each for every service; they start open."""
    text = DEMO_CONFIG.read_text(encoding="utf-8")
    made = "\n".join(
        f'[[window]]\nid = "{n}"\nname = "{n} 号窗口"\nname_en = "Window {n}"\nskills = ["*"]\n'
        for n in range(1, windows + 1)
    )
    # the staff and devices of the file belong to its own windows
    kept = re.sub(r"^\[\[(?:paired|staff)\]\]\n(?:.+\n)+", "", text, flags=re.MULTILINE)
    file = folder / "wide.toml"
    file.write_text(_WINDOWS.sub("", kept) + "\n" + made, encoding="utf-8")
    return file
