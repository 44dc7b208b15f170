"""What a screen with one question offers: values, made by pure functions, drawn by ChoiceScreen."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.flow import events as ev


@dataclass(frozen=True, slots=True)
class Choice:
    """slot: a stable name. note: a second line, or empty. off: seen in its place, but not to be had
    now, for the reason in the note. event: made anew at each touch, because some carry a request_id
    of their own."""

    slot: str
    icon: str
    name: str
    event: Callable[[], ev.Event]
    note: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    title: str
    lead: str
    choices: tuple[Choice, ...]


def fresh_id() -> str:
    return str(uuid.uuid4())
