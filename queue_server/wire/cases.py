"""The wire's shapes of what was registered and promised, and of reviews and cases.

Standard library only, as wire.py. Fields may be added, never renamed.
"""

from __future__ import annotations

from typing import TypedDict


class _Named(TypedDict):
    service: str
    service_name: str
    service_name_en: str
    matter: str | None
    matter_name: str | None
    matter_name_en: str | None


class Step(_Named):
    """How a finished step ended; outcome: done, accepted, returned, referred."""

    step: int
    window: str
    outcome: str
    promised_day: str | None  # YYYY-MM-DD, of an accepted matter
    missing: list[str]  # papers, of a returned one
    at: str


class Reviewable(TypedDict):
    """A finished step that its person may still rate."""

    step: int
    service: str
    service_name: str
    service_name_en: str
    window: str


class FinishedVisit(TypedDict):
    """A ticket with finished steps that may still be rated, for whoever holds it."""

    ticket: str
    number: str
    follow_path: str
    reviewable: list[Reviewable]


class Contact(TypedDict):
    """Who received the person first (首问)."""

    window: str | None
    clerk: str | None


class Acceptance(_Named):
    """A matter taken in with a promised date, still open."""

    id: str
    number: str
    day: str
    window: str
    clerk: str | None
    contact: Contact
    promised_day: str
    days_left: int  # working days until the promised one; negative when it has passed
    late: bool
    note: str | None


class Promises(TypedDict):
    """pressing: those that are late or due today, the oldest promise first."""

    open: int
    late: int
    due_today: int
    pressing: list[Acceptance]
