"""The wire's shapes for notices and jobs; see wire.py. Days are the hall's own, YYYY-MM-DD."""

from __future__ import annotations

from typing import TypedDict

# "from" is a word of Python's own, so this shape is written as a call
Notice = TypedDict(
    "Notice",
    {
        "id": str,
        "title": str,
        "title_en": str,
        "text": str,
        "text_en": str,
        "from": str | None,
        "until": str | None,
    },
)


class Job(TypedDict):
    """wage, openings and contact as the employer told them."""

    id: str
    title: str
    employer: str
    place: str
    wage: str
    openings: int
    text: str
    contact: str
    until: str | None


class Content(TypedDict):
    notices: list[Notice]
    jobs: list[Job]
