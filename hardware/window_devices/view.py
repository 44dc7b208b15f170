"""One window as the server tells of it, and what its strips and displays show for that. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardware.errors import DeviceProtocolError
from hardware.window_devices.settings import Texts


@dataclass(frozen=True, slots=True)
class TicketView:
    """status: "called" or "serving"."""

    id: str
    number: str
    status: str
    calls: int


@dataclass(frozen=True, slots=True)
class WindowView:
    """state: "open", "paused" or "closed". waiting: people it could serve now."""

    id: str
    name: str
    state: str
    ticket: TicketView | None
    waiting: int


@dataclass(frozen=True, slots=True)
class CallView:
    """One call. age_s: how long ago it was, by the server's own clock."""

    seq: int
    number: str
    window: str
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class HallView:
    """calls: the latest ones, oldest first."""

    seq: int
    windows: Mapping[str, WindowView]
    calls: tuple[CallView, ...]


def window_view(data: Any) -> WindowView:
    """Raises DeviceProtocolError when the server's answer is no window."""
    try:
        ticket = data["ticket"]
        return WindowView(
            id=str(data["id"]),
            name=str(data["name"]),
            state=str(data["state"]),
            ticket=None if ticket is None else _ticket(ticket),
            waiting=int(data["waiting"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DeviceProtocolError("server_answer_wrong", reason=f"window: {error}") from error


def _ticket(data: Any) -> TicketView:
    return TicketView(
        str(data["id"]), str(data["number"]), str(data["status"]), int(data.get("calls", 1))
    )


def filled(text: str, view: WindowView, number: str = "") -> str:
    return text.format(number=number, window=view.id, name=view.name, waiting=view.waiting)


def sign_idle(view: WindowView, texts: Texts) -> str:
    """What stands on the window's strip while nobody is being called there."""
    if view.state != "open":
        return filled(texts.paused if view.state == "paused" else texts.closed, view)
    if view.ticket is not None and view.ticket.status == "serving" and texts.serving:
        return filled(texts.serving, view, view.ticket.number)
    return filled(texts.idle, view)


def sign_call(view: WindowView, texts: Texts) -> str | None:
    """The call that stands on the strip, None when nobody is called."""
    if view.ticket is None or view.ticket.status != "called":
        return None
    return filled(texts.called, view, view.ticket.number)


def pad_text(view: WindowView, texts: Texts) -> str:
    """What stands on the clerk's keypad."""
    if view.ticket is not None:
        return view.ticket.number
    return filled(texts.pad_idle, view) if view.state == "open" else filled(texts.paused, view)
