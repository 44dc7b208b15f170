"""Tickets held to a scanner that types like a keyboard: an address and Enter, faster than fingers.

Pure: keys and times in, a ticket's token out.
"""

from __future__ import annotations

import re

FASTEST_FINGERS_S = 0.15  # scanners type a sign every few milliseconds
LONGEST_LINE = 200
_SHIFTED = {"-": "_", ";": ":"}
_TOKEN = re.compile(r"/t/([0-9A-Za-z_=-]{8,64})$")


class ScannedLine:
    """Collects what comes quickly; a pause begins anew."""

    def __init__(self) -> None:
        self._line, self._last_s = "", float("-inf")

    def sign(self, text: str, shifted: bool, now_s: float) -> None:
        """text: as the key is without shift, as windows tell it."""
        if now_s - self._last_s > FASTEST_FINGERS_S:
            self._line = ""
        sign = _SHIFTED.get(text, text.upper()) if shifted else text
        self._line = (self._line + sign)[-LONGEST_LINE:]
        self._last_s = now_s

    def enter(self, now_s: float) -> str | None:
        """The token of the ticket, if a scanner typed one until now."""
        quick = now_s - self._last_s <= FASTEST_FINGERS_S
        found = _TOKEN.search(self._line) if quick else None
        self._line = ""
        return found.group(1) if found else None
