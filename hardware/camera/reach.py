"""Why a stream cannot be opened: FFmpeg says yes or no, a technician needs to know which part.

Asked only after a failed opening, so that a camera which serves one at a time is not disturbed.
"""

from __future__ import annotations

import socket
from urllib.parse import SplitResult, urlsplit

import requests

from hardware.camera.source import STREAM_PORTS, CameraSource
from hardware.errors import DeviceError, DeviceMissing, DeviceRefused
from hardware.os_trouble import reason
from hardware.words import state_words

_WITHIN_S = 2.0
_KNOWN_STATUS = frozenset({401, 403, 404})


def stream_trouble(source: CameraSource) -> DeviceError | None:
    """The error in words: nobody there, or what the camera answers; None when neither tells it.
    Takes up to four seconds."""
    parts = urlsplit(source.name)
    port = parts.port or STREAM_PORTS[parts.scheme]
    if not port:  # nothing connects to a stream that is only listened for
        return None
    try:
        socket.create_connection((parts.hostname or "", port), _WITHIN_S).close()
        return _refusal(source, parts)
    except requests.RequestException:  # it listens and speaks no HTTP: the address is in doubt
        return None
    except (OSError, UnicodeError) as error:
        return DeviceMissing("address_silent", port=source.shown, reason=reason(error))


def _refusal(source: CameraSource, parts: SplitResult) -> DeviceError | None:
    if not parts.scheme.startswith("http"):
        return None
    with requests.Session() as session:
        session.trust_env = False  # a proxy would answer in the camera's place
        with session.get(source.name, stream=True, timeout=_WITHIN_S) as answer:
            status = answer.status_code
    if status < 400:
        return None
    key = f"http_{status}" if status in _KNOWN_STATUS else "http_other"
    why = state_words(key, status=status)
    return DeviceRefused("camera_refuses", source=source.shown, reason=why, status=status)
