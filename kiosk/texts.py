"""Screen words from assets/i18n, one file a language. A missing key raises; no words here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.flow.events import Language

ASSETS = Path(__file__).resolve().parent.parent / "assets"


class TextMissing(KeyError):
    """A text that a screen asked for and the language's file does not have."""


class Texts:
    """The words of one language; keys are dotted paths, `home.title`."""

    def __init__(self, language: Language, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = dict(words)

    def __call__(self, key: str, **values: object) -> str:
        """The text with `{name}` filled in. Raises TextMissing."""
        try:
            return self._words[key].format(**values)
        except KeyError as error:
            raise TextMissing(f"{self.language.value}: {key} ({error})") from error

    def has(self, key: str) -> bool:
        return key in self._words

    def keys(self) -> frozenset[str]:
        return frozenset(self._words)


def load_texts(language: Language, assets: Path = ASSETS) -> Texts:
    file = assets / "i18n" / f"kiosk.{language.value}.toml"
    return Texts(language, flatten(tomllib.loads(file.read_text(encoding="utf-8"))))


def flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables to dotted keys."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = str(value)
    return flat
