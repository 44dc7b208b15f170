"""The pages' words in each language, from assets/i18n/web.<language>.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_LANGUAGE = "zh-CN"
_FOLDER = Path(__file__).parents[2] / "assets" / "i18n"


class Texts:
    """Read once. The default language is complete; the others are checked against it by a test."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._texts: dict[str, Mapping[str, Any]] = {}
        for file in sorted(folder.glob("web.*.toml")):
            language = file.name.removeprefix("web.").removesuffix(".toml")
            self._texts[language] = tomllib.loads(file.read_text(encoding="utf-8"))

    def language(self, wanted: str | None) -> str:
        return wanted if wanted in self._texts else DEFAULT_LANGUAGE

    def of(self, language: str) -> Mapping[str, Any]:
        return self._texts[self.language(language)]
