"""How a hall presents itself: names, notices and hours for people to read.

Nothing here decides anything; what decides is in domain/rules.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatterGuide:
    """The service guide of one matter (五公开): what, how, with which papers, by when, for how
    much, and on which legal basis."""

    id: str
    service: str
    name: str
    name_en: str
    materials: tuple[str, ...]
    procedure: tuple[str, ...]
    promised_working_days: int
    result: str
    fee: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """announce: languages of the spoken call, in order."""

    name: str
    name_en: str
    region: tuple[str, ...]
    notice: str = ""
    notice_en: str = ""
    hours: tuple[str, ...] = ()
    announce: tuple[str, ...] = ("zh-CN",)
    guides: tuple[MatterGuide, ...] = ()
