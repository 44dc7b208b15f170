"""What is wrong with a settings file, in both languages, from assets/i18n/settings-file.toml."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "assets" / "i18n" / "settings-file.toml"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"


class Refused(ValueError):
    """For a settings dataclass's `__post_init__`: what is wrong, in both languages, and where.
    at: names and positions below the dataclass's own table, as ("window", 0, "skills")."""

    def __init__(self, words: Said, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(words.en)
        self.words, self.at = words, at


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def said(key: str, **values: str | Said) -> Said:
    """Raises KeyError for a key without a text."""
    entry = table()[key]
    return Said(
        entry["zh"].format_map({n: v.zh if isinstance(v, Said) else v for n, v in values.items()}),
        entry["en"].format_map({n: v.en if isinstance(v, Said) else v for n, v in values.items()}),
    )


def kind_words(kind: object) -> Said:
    """Of a Python type, as whoever edits TOML calls it."""
    name = getattr(kind, "__name__", str(kind))
    return said(name) if name in table() else Said(name, name)


def os_words(error: OSError) -> Said:
    """Why a file cannot be read; what has no words of ours as the system says it."""
    name = errno.errorcode.get(error.errno or 0, "")
    told = error.strerror or str(error)
    return said(name) if name in table() else Said(told, told)
