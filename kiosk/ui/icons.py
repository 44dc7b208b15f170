"""Icon names to characters of the icon font. An unknown name is shown as a plain fallback."""

from __future__ import annotations

import tomllib
from pathlib import Path

FALLBACK = "file-text"


class IconSet:
    """The icons of assets/icons."""

    def __init__(self, folder: Path) -> None:
        table = tomllib.loads((folder / "codepoints.toml").read_text(encoding="utf-8"))
        self._points: dict[str, int] = table["icons"]
        self.font_file = folder / "lucide-subset.ttf"

    def __call__(self, name: str) -> str:
        return chr(self._points.get(name, self._points[FALLBACK]))

    def has(self, name: str) -> bool:
        return name in self._points
