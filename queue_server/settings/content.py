"""Sections of hall.toml about what the hall tells people; settings.py puts them together.

Every key is documented in config/hall.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queue_server.domain.content import Job, Notice


@dataclass(frozen=True)
class NoticeSection:
    id: str
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""
    starts: date | None = None
    until: date | None = None

    def thing(self) -> Notice:
        return Notice(
            self.id,
            self.title,
            self.text,
            self.title_en,
            self.text_en,
            self.starts,
            self.until,
        )


@dataclass(frozen=True)
class JobSection:
    id: str
    title: str
    employer: str
    place: str = ""
    wage: str = ""
    openings: int = 1
    text: str = ""
    contact: str = ""
    until: date | None = None

    def __post_init__(self) -> None:
        if self.openings < 1:
            raise ValueError("openings must be at least 1")

    def thing(self) -> Job:
        return Job(
            self.id,
            self.title,
            self.employer,
            self.place,
            self.wage,
            self.openings,
            self.text,
            self.contact,
            self.until,
        )
