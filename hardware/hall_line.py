"""One hall's part of the queue server's HTTP interface: one question, one answer.

Plain HTTP by requests. Blocks; each thread has its own connection. One try each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from foundation.server_session import ServerSessions
from hardware.errors import DeviceError, DeviceProtocolError
from hardware.os_trouble import reason
from hardware.words import state_words


class ServerAway(DeviceError):
    """No answer, or "not now": ask again with the same request_id; it may have been done."""

    code = "server_away"


class ServerRefused(DeviceError):
    """The server understood and said no. `data["refusal"]` is its own code."""

    code = "server_refused"


class HallLine:
    """May be used from several threads. Raises ServerAway, ServerRefused, DeviceProtocolError.

    url: the server's, without a path. connect_s, answer_s: how long each may take."""

    def __init__(self, url: str, hall: str, token: str, connect_s: float, answer_s: float) -> None:
        self.base = f"{url.rstrip('/')}/api/v1/halls/{quote(hall, safe='')}"
        self.sessions = ServerSessions(token)
        self._limits = (connect_s, answer_s)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON."""
        try:
            answer = self.sessions.mine().request(
                method, self.base + path, json=body, timeout=self._limits, allow_redirects=False
            )
            checked(answer)
            return answer.json()
        except requests.exceptions.JSONDecodeError as error:
            raise DeviceProtocolError("server_answer_wrong", reason="JSON") from error
        except requests.RequestException as error:
            raise away(error) from error


def away(error: requests.RequestException) -> ServerAway:
    """requests wraps what the system said: its errno stands in the text alone, if anywhere."""
    said = reason(TimeoutError() if isinstance(error, requests.Timeout) else error)
    told = state_words("broke_off") if said.en == str(error) else said
    return ServerAway("server_silent", reason=told)


def checked(answer: requests.Response) -> None:
    if answer.status_code in (200, 201):
        return
    if answer.status_code == 429 or answer.status_code >= 500:
        raise ServerAway("server_busy", status=answer.status_code)
    code = _refusal(answer)
    raise ServerRefused("server_refused", refusal=code, status=answer.status_code)


def _refusal(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"]["code"])
    except (requests.exceptions.JSONDecodeError, KeyError, TypeError):
        return f"http_{answer.status_code}"
