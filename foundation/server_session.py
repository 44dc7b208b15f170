"""A device's HTTP connections to the hall's server: one a thread, with the device's token."""

from __future__ import annotations

import threading

import requests


class ServerSessions:
    """May be used from several threads."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._local = threading.local()

    def mine(self) -> requests.Session:
        """The calling thread's own, made at its first call."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False  # the server stands in the hall: no proxy lies between
            session.headers["Authorization"] = f"Bearer {self._token}"
            self._local.session = session
        return session
