"""Screen words from assets/i18n, one file a language; no words here.

A further language is one file more, `kiosk.<tag>.toml`; docs/guides/translating.md says how.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import structlog

from foundation.announcement import PHRASES
from kiosk.flow.events import Language

_log = structlog.get_logger()

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SHIPPED = (Language.CHINESE, Language.ENGLISH)
_ABOUT = "language."
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class TextMissing(KeyError):
    """A text that a screen asked for and neither the language's file nor the Chinese one has."""


@dataclass(frozen=True, slots=True)
class About:
    """A translation's table [language].

    name: the language's own name for itself. direction: of its writing. font: a family or a file;
    "" for one that the Chinese font holds. speech: the voice that speaks it, as in
    foundation.announcement; "" where there is none: then guidance is said in Chinese.
    """

    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    font: str = ""
    speech: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("name is missing")
        if self.direction not in ("ltr", "rtl"):
            raise ValueError(f"direction must be ltr or rtl, not {self.direction!r}")
        if self.speech and self.speech not in PHRASES:
            raise ValueError(f"speech must be empty or one of {', '.join(sorted(PHRASES))}")

    @classmethod
    def read(cls, words: Mapping[str, str]) -> Self:
        """Raises ValueError for a missing, unknown or wrong key."""
        told = {k.removeprefix(_ABOUT): v for k, v in words.items() if k.startswith(_ABOUT)}
        try:
            return cls(**told)  # type: ignore[arg-type]  # checked in __post_init__
        except TypeError as error:
            raise ValueError(str(error)) from error


class Texts:
    """The words of one language; keys are dotted paths, `home.title`. What a translation lacks is
    shown in Chinese and logged once."""

    def __init__(
        self, language: Language, words: Mapping[str, str], chinese: Texts | None = None
    ) -> None:
        self.language, self.about = language, About.read(words)
        self._words = {k: v for k, v in words.items() if not k.startswith(_ABOUT)}
        self._chinese = chinese
        self._told: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        """The text with `{name}` filled in. Raises TextMissing."""
        try:
            return self._words[key].format(**values)
        except (KeyError, IndexError, ValueError) as error:
            try:
                if self._chinese is None:
                    raise
                instead = self._chinese(key, **values)
            except (KeyError, IndexError, ValueError):
                raise TextMissing(f"{self.language.value}: {key} ({error})") from error
        if key not in self._told:
            self._told.add(key)
            _log.warning("text_missing", language=self.language.value, key=key)
        return instead

    @property
    def speaking(self) -> Texts:
        """What is said aloud: in the language itself where a voice speaks it, else in Chinese."""
        return self if self.about.speech or self._chinese is None else self._chinese

    def has(self, key: str) -> bool:
        return key in self._words or (self._chinese is not None and self._chinese.has(key))

    def plain(self) -> frozenset[str]:
        """Texts that stand on the screen as they stand in the file: nothing is filled in."""
        own = frozenset(text for text in self._words.values() if "{" not in text)
        return own | self._chinese.plain() if self._chinese else own

    def keys(self) -> frozenset[str]:
        """Those of its own file."""
        return frozenset(self._words)


def load_texts(language: Language, assets: Path = ASSETS) -> Texts:
    """Raises ValueError that names the file, for one that is missing or wrong."""
    chinese = None if language == Language.CHINESE else load_texts(Language.CHINESE, assets)
    if not _TAG.fullmatch(language):
        raise ValueError(f"{language!r} is no language tag such as zh-CN, en or ug")
    return load_translation(assets / "i18n" / f"kiosk.{language}.toml", language, chinese)


def load_translation(file: Path, language: Language, chinese: Texts | None) -> Texts:
    """Raises ValueError that names the file."""
    try:
        words = flatten(tomllib.loads(file.read_text(encoding="utf-8")))
        return Texts(language, words, chinese)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: no usable translation for {language!r}: {error}") from error


def load_languages(
    tags: Sequence[str] = SHIPPED, assets: Path = ASSETS
) -> Mapping[Language, Texts]:
    """Those that a hall offers, in its order. Raises ValueError."""
    return {Language(tag): load_texts(Language(tag), assets) for tag in tags}


def flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables to dotted keys."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = str(value)
    return flat
