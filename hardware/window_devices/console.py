"""A keypad as a clerk's console: which acts at the window a key stands for. Pure.

One table in words: *call* brings whoever is at the window to an end and asks for the next person;
*confirm* is the next sensible act (start, then finish); *invite rating* ends the service, since a
rating is of a finished one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hardware.ports import PadKey
from hardware.window_devices.settings import Habits, PadSettings
from hardware.window_devices.view import WindowView

TYPING_S = 10.0
_MOST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Act:
    """One request at the window. name: the last part of its address."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Press:
    """A key with what was typed for it. target: a window's number, "" when none was typed."""

    key: PadKey
    target: str = ""


def acts_for(
    press: Press, view: WindowView, pad: PadSettings, habits: Habits
) -> tuple[Act, ...]:  # fmt: skip
    """What to ask of the server, in order; nothing when the key means nothing now. Acts on a
    ticket name it, so that none of them can ever reach another person's."""
    status = view.ticket.status if view.ticket else None
    match press.key:
        case PadKey.CALL:
            return (*_ended(view, habits), *_opened(view), Act("call-next"))
        case PadKey.RECALL if status == "called":
            return _on_ticket(view, "recall")
        case PadKey.START | PadKey.CONFIRM if status == "called":
            return _on_ticket(view, "start")
        case PadKey.FINISH | PadKey.INVITE_RATING | PadKey.CONFIRM if status == "serving":
            return _on_ticket(view, "finish")
        case PadKey.FINISH | PadKey.INVITE_RATING if status == "called":
            return _on_ticket(view, "start", "finish")
        case PadKey.MISS if status == "called":
            # The hall's rule wants a reason for giving up before the last call.
            return (Act("miss", {**_ticket(view), "reason": habits.key_reason}),)
        case PadKey.TRANSFER if status is not None:
            return _transfer(view, press.target, pad)
        case PadKey.PAUSE if view.state == "open":
            return (Act("pause", {"reason": habits.key_reason}),)
        case PadKey.PAUSE if view.state == "paused":
            return (Act("resume"),)
    return ()


def _on_ticket(view: WindowView, *names: str) -> tuple[Act, ...]:
    return tuple(Act(name, _ticket(view)) for name in names)


def _ticket(view: WindowView) -> Mapping[str, Any]:
    return {} if view.ticket is None else {"ticket": view.ticket.id}


def _ended(view: WindowView, habits: Habits) -> tuple[Act, ...]:
    """How the person who is at the window leaves it before the next one is called."""
    if view.ticket is None:
        return ()
    if view.ticket.status == "serving":
        return _on_ticket(view, "finish")
    if view.ticket.calls >= habits.missed_after_calls:
        return _on_ticket(view, "miss")
    return _on_ticket(view, "start", "finish")


def _opened(view: WindowView) -> tuple[Act, ...]:
    match view.state:
        case "closed":
            return (Act("open"),)
        case "paused":
            return (Act("resume"),)
    return ()


def _transfer(view: WindowView, target: str, pad: PadSettings) -> tuple[Act, ...]:
    """To the window that was typed, else to where the settings say; nothing without either."""
    to: Mapping[str, Any] = {}
    if target or pad.transfer_window:
        to = {"window": target or pad.transfer_window}
    elif pad.transfer_service:
        to = {"service": pad.transfer_service}
    return (Act("transfer", {**_ticket(view), **to}),) if to else ()


class KeyInput:
    """Keys of one pad, put together: transfer, digits, confirm are one press. One thread."""

    def __init__(self, has_digits: bool) -> None:
        self._has_digits = has_digits
        self._typed: str | None = None  # None: nothing is being typed
        self._until_s = 0.0

    @property
    def typed(self) -> str | None:
        return self._typed

    def feed(self, key: PadKey, now_s: float) -> Press | None:
        """What the key amounts to; None while a number is being typed. now_s: monotonic."""
        if self._typed is not None and now_s > self._until_s:
            self._typed = None
        self._until_s = now_s + TYPING_S
        if key.startswith("digit_"):
            self._digit(key[-1])
            return None
        typed, self._typed = self._typed, None
        if key is PadKey.TRANSFER and self._has_digits and typed is None:
            self._typed = ""
            return None
        if key is PadKey.CONFIRM and typed is not None:
            return Press(PadKey.TRANSFER, typed.lstrip("0"))
        return Press(key)

    def _digit(self, digit: str) -> None:
        if self._typed is not None:
            self._typed = (self._typed + digit)[-_MOST_DIGITS:]
