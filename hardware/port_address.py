"""What a serial device's address may be: a path, or a serial server as `socket://host:port`. Pure.

pyserial knows further kinds; nothing here was tried with them, and their mistakes read as riddles.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hardware.errors import SettingsUnusable
from hardware.words import Words, state_words


def check_port(port: str) -> str:
    """Itself. Raises SettingsUnusable for what can be no port, wherever it is looked for."""
    problem = _problem(port)
    if problem is not None:
        raise SettingsUnusable("port_address", port=port, problem=problem)
    return port


def _problem(port: str) -> Words | None:
    if not port.strip():
        return state_words("url_empty")
    if "://" not in port:
        return None
    parts = urlsplit(port)
    if parts.scheme != "socket":
        return state_words("url_scheme", scheme=parts.scheme)
    try:
        complete = bool(parts.hostname and parts.port)
    except ValueError:  # a port that is no number, or none of a network's
        complete = False
    if not complete or parts.query or parts.path not in ("", "/"):
        return state_words("url_host_port")
    return None
