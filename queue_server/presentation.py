"""How a hall presents itself: names, notices and hours for people to read.

Nothing here decides anything; what decides is in domain/rules.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """announce: languages of the spoken call, in order."""

    name: str
    name_en: str
    region: tuple[str, ...]
    notice: str = ""
    notice_en: str = ""
    announce: tuple[str, ...] = ("zh-CN",)
