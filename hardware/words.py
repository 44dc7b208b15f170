"""What devices say to people, from assets/i18n/device-*.toml: Chinese first, then English.

Programs go by an error's `code`; these words may change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "i18n"


@dataclass(frozen=True, slots=True)
class Words:
    """One thing in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"


def both(text: str) -> Words:
    """Of a text in which both languages stand already, as `str` of Words makes it."""
    zh, _, en = text.partition(" / ")
    return Words(zh, en or zh)


Figure = str | int | float | None
Value = Figure | Words


class _Known(dict[str, Figure]):
    """An error on its way to a person must not end in another one."""

    def __missing__(self, _: str) -> str:
        return "?"


@cache
def table(name: str) -> Mapping[str, Any]:
    """One file of texts: `device-<name>.toml`."""
    return tomllib.loads((_FOLDER / f"device-{name}.toml").read_text(encoding="utf-8"))


def error_words(key: str, values: Mapping[str, Value]) -> Words:
    """What happened and what to do about it. What is no key of the table stands as it is: another
    program's words, or those of a device's state."""
    entry = table("errors").get(key)
    return both(key) if entry is None else _filled(entry, values)


def state_words(key: str, **values: Value) -> Words:
    """How a device is, or why something failed. Raises KeyError for a key without a text."""
    return _filled(table("states")[key], values)


def help_words(key: str) -> str:
    """What a command or an option is for, both languages in one line."""
    text: str = table("help")[key]
    return text


def _filled(entry: Mapping[str, str], values: Mapping[str, Value]) -> Words:
    return Words(
        entry["zh"].format_map(_Known(_in(values, "zh"))),
        entry["en"].format_map(_Known(_in(values, "en"))),
    )


def _in(values: Mapping[str, Value], language: str) -> dict[str, Figure]:
    return {
        name: getattr(value, language) if isinstance(value, Words) else value
        for name, value in values.items()
    }
