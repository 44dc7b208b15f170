"""The pages' words in each language, from assets/i18n/web.<language>.toml; those of single pages
from web-<part>.<language>.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DEFAULT_LANGUAGE = "zh-CN"
_FOLDER = Path(__file__).parents[2] / "assets" / "i18n"


class Texts:
    """Read once. The default language is complete; the others are checked against it by a test."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._texts: dict[str, dict[str, Mapping[str, Any]]] = {}
        for file in sorted(folder.glob("web*.toml")):
            part, language, _ = file.name.split(".")
            words = tomllib.loads(file.read_text(encoding="utf-8"))
            self._texts.setdefault(language, {})[part.removeprefix("web").lstrip("-")] = words

    def language(self, wanted: str | None) -> str:
        return wanted if wanted in self._texts else DEFAULT_LANGUAGE

    def of(self, language: str, parts: Sequence[str] = ()) -> Mapping[str, Any]:
        """What all pages share, with these parts beside it. Raises KeyError for an unknown part."""
        known = self._texts[self.language(language)]
        merged = dict(known[""])
        for part in parts:
            merged.update(known[part])
        return merged
