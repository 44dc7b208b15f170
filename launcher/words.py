"""The launcher's words, from assets/i18n/launcher.*.toml, in the language of the person's terminal.

Standard library only: the set-up speaks before any package is installed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache

from launcher.places import ROOT

LANGUAGES = ("zh-CN", "en")


def terminal_language(environ: Mapping[str, str] = os.environ) -> str:
    """`zh-CN` for a Chinese locale, else `en`; `HALL_LANG` (zh or en) decides before any locale."""
    for name in ("HALL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "zh-CN" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def table(language: str) -> Mapping[str, str]:
    """Every text of one language, by key."""
    path = ROOT / "assets" / "i18n" / f"launcher.{language}.toml"
    texts: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return texts


def words(key: str, **values: object) -> str:
    """The text `key` in the terminal's language, its `{names}` filled in."""
    return table(terminal_language())[key].format(**values)
