"""How a kiosk without a token gets one: it asks the server for a code, shows it, and waits until a
manager has typed it. The secret that it was given with the code is its token from then on.

Blocks nobody: a thread asks, the screen looks. The token is kept in a file of the kiosk's own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import structlog

from foundation.durable import settle_folder
from kiosk.settings import ServerSettings

_log = structlog.get_logger()
CLAIM_EVERY_S = 2.0
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Shown:
    """code: six digits, or "" while there is none; reachable: whether the server answered."""

    code: str = ""
    reachable: bool = True


class Pairing(threading.Thread):
    """shown: changes in one piece. secret: the token, once `paired`."""

    def __init__(self, settings: ServerSettings, told: Callable[[str], None]) -> None:
        """told: is called with each new code."""
        super().__init__(name="pairing", daemon=True)
        self.shown = Shown()
        self.secret = ""
        self.paired = threading.Event()
        self._settings, self._told = settings, told
        self._base = _hall(settings) + "/pairings"
        self._ended = threading.Event()
        self._session = _session()

    def stop(self) -> None:
        self._ended.set()

    def run(self) -> None:
        while not (self._ended.is_set() or self.paired.is_set()):
            try:
                self._begin()
                self._claim()
            except (requests.RequestException, ValueError, KeyError) as error:
                _log.warning("pairing_waits", error=type(error).__name__)
                self.shown = Shown(reachable=False)
                self._ended.wait(RETRY_S)

    def _begin(self) -> None:
        told = self._ask("", {"kind": "kiosk", "name": self._settings.kiosk_id[:40]})
        self.secret = told["pairing"]
        self.shown = Shown(told["code"])
        self._told(told["code"])

    def _claim(self) -> None:
        """Until it is paired, or the code has run out."""
        while not self._ended.wait(CLAIM_EVERY_S):
            state = self._ask("/claim", {"pairing": self.secret})["state"]
            if state == "paired":
                self.paired.set()
            if state != "waiting":
                return

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        limits = (self._settings.connect_timeout_s, self._settings.answer_timeout_s)
        answer = self._session.post(self._base + path, json=body, timeout=limits)
        answer.raise_for_status()
        return answer.json()


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # the server stands in the hall: no proxy lies between
    return session


def _hall(settings: ServerSettings) -> str:
    return f"{settings.url.rstrip('/')}/api/v1/halls/{quote(settings.hall, safe='')}"


def kept_token(file: Path, settings: ServerSettings) -> str:
    """The token of an earlier pairing; "" when there is none, or the server does not know it any
    more, which it must say itself: a server that is away takes no token from anybody."""
    token = file.read_text(encoding="ascii").strip() if file.exists() else ""
    if not token:
        return ""
    limits = (settings.connect_timeout_s, settings.answer_timeout_s)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = _session().get(_hall(settings), headers=headers, timeout=limits)
    except requests.RequestException:
        return token
    return "" if answer.status_code == requests.codes.unauthorized else token


def keep_token(file: Path, token: str) -> None:
    """For its owner alone, whole, and on disk when this returns. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(token)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    settle_folder(file.parent)
