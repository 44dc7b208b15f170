"""Where somebody of the staff is at home: the page after a login, and the way back to it."""

from __future__ import annotations

from urllib.parse import quote

from queue_server.access.roles import Role


def home_of(hall: str, role: Role, window: str | None) -> str:
    """A clerk's own window, or the choice of one; everybody else's board."""
    if role is not Role.CLERK:
        return f"/manager/{quote(hall)}"
    return f"/window/{quote(hall)}/{quote(window)}" if window else f"/window/{quote(hall)}"
