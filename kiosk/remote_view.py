"""The kiosk's picture in a browser, and touches back: a small HTTP server on this machine only.

For a demonstration without a screen. Frames are encoded in the asking thread, and grabbed only
while somebody asks. Requests under another Host, or from another page's Origin, are refused.
"""

from __future__ import annotations

import io
import ipaddress
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import structlog
from PIL import Image

_log = structlog.get_logger()

Inject = Callable[[str, float, float, int | None], None]

LONG_POLL_S = 10.0
# Somebody who has not asked for so long has gone.
WATCHED_FOR_S = 3.0
LARGEST_TOUCH_BYTES = 1024
JPEG_QUALITY = 82
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src blob: 'self'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
}


class RemoteView:
    """address: host and port; a loopback host only, port 0 takes any. Raises ValueError."""

    def __init__(self, address: tuple[str, int], page: Path) -> None:
        if not _is_loopback(address[0]):
            raise ValueError(f"the remote view serves this machine only, not {address[0]}")
        self._address, self._page = address, page
        self._changed = threading.Condition()
        self._frame: tuple[int, int, bytes] | None = None
        self._number = 0
        self._encoded: tuple[int, bytes] = (0, b"")
        self._asked_at_s = float("-inf")
        self._waiting = 0
        self._server: ThreadingHTTPServer | None = None
        self._inject: Inject = lambda *_: None
        self._ask: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """Where it is served. Only after `open`."""
        if self._server is None:
            raise AssertionError("the remote view is not open")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/"

    def open(self) -> None:
        """Takes the port and begins to answer. Raises OSError when the port is taken."""
        view = self

        class Handler(_Handler):
            remote = view

        self._server = ThreadingHTTPServer(self._address, Handler)
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, args=(0.1,), daemon=True, name="remote-view"
        ).start()

    def serve(self, inject: Inject, ask: Callable[[], None]) -> None:
        """Joins the window: inject takes a touch, ask wants a frame drawn. Both from any thread."""
        self._inject, self._ask = inject, ask

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        with self._changed:
            self._changed.notify_all()

    # --- the window's side (UI thread) ----------------------------------------------------------

    def wants_frame(self) -> bool:
        return self._waiting > 0 or time.monotonic() - self._asked_at_s < WATCHED_FOR_S

    def offer(self, width: int, height: int, rows: bytes) -> int:
        """A new picture: RGB, lowest row first. Returns its number."""
        with self._changed:
            self._frame = (width, height, rows)
            self._number += 1
            self._changed.notify_all()
            return self._number

    # --- the browser's side (server threads) ----------------------------------------------------

    def frame_after(self, number: int, timeout_s: float) -> tuple[int, bytes] | None:
        """The newest frame if it is newer than `number`, waiting for one; None when none came."""
        self._asked_at_s = time.monotonic()
        with self._changed:
            self._waiting += 1
        try:
            self._ask()
            with self._changed:
                if not self._changed.wait_for(lambda: self._number > number, timeout_s):
                    return None
                newest, frame = self._number, self._frame
        finally:
            with self._changed:
                self._waiting -= 1
            self._asked_at_s = time.monotonic()
        return (newest, self._jpeg(newest, frame)) if frame is not None else None

    def _jpeg(self, number: int, frame: tuple[int, int, bytes]) -> bytes:
        if self._encoded[0] == number:
            return self._encoded[1]
        width, height, rows = frame
        image = Image.frombytes("RGB", (width, height), rows)
        upright = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=JPEG_QUALITY)
        self._encoded = (number, out.getvalue())
        return self._encoded[1]

    def touch(self, body: bytes) -> None:
        """phase, x, y, and the number of the frame that was looked at, if that is known. Raises
        ValueError for anything that is no touch."""
        wish = json.loads(body)
        if not isinstance(wish, dict):
            raise ValueError("a touch is an object")
        phase, x, y = wish.get("phase"), wish.get("x"), wish.get("y")
        if phase not in ("down", "move", "up"):
            raise ValueError("phase must be down, move or up")
        for value in (x, y):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ValueError("x and y must be numbers from 0 to 1")
        frame = wish.get("frame")
        if frame is not None and (isinstance(frame, bool) or not isinstance(frame, int)):
            raise ValueError("frame must be a whole number")
        self._inject(phase, float(x), float(y), frame)  # type: ignore[arg-type]

    def page(self) -> bytes:
        return self._page.read_bytes()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Handler(BaseHTTPRequestHandler):
    remote: RemoteView
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        if not self._from_here():
            return
        parts = urlsplit(self.path)
        if parts.path == "/":
            self._answer(200, "text/html; charset=utf-8", self.remote.page())
        elif parts.path == "/frame":
            self._frame(parse_qs(parts.query).get("after", ["0"])[0])
        else:
            self._refuse(404, "not_found")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not self._from_here():
            return
        if urlsplit(self.path).path != "/touch":
            self._refuse(404, "not_found")
        elif not length.isdigit() or int(length) > LARGEST_TOUCH_BYTES:
            self._refuse(400, "bad_length")
        else:
            self._touch(self.rfile.read(int(length)))

    def _touch(self, body: bytes) -> None:
        try:
            self.remote.touch(body)
        except ValueError as error:
            self._refuse(400, "bad_touch", str(error))
        else:
            self._answer(204, "", b"")

    def _frame(self, after: str) -> None:
        if not after.isdigit():
            self._refuse(400, "bad_number")
            return
        frame = self.remote.frame_after(int(after), LONG_POLL_S)
        if frame is None:
            self._answer(204, "", b"")
        else:
            self._answer(200, "image/jpeg", frame[1], {"X-Frame": str(frame[0])})

    def _from_here(self) -> bool:
        """A page of another site may reach this port, but under its own name or with its Origin."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        origin = self.headers.get("Origin")
        right = _is_loopback(host) and (
            origin is None or origin == f"http://{self.headers.get('Host')}"
        )
        if not right:
            self.close_connection = True
            self._refuse(403, "not_from_here")
        return right

    def _refuse(self, status: int, code: str, message: str = "") -> None:
        error = {"error": {"code": code, "message": message, "detail": {}}}
        self.close_connection = True
        self._answer(status, "application/json", json.dumps(error).encode())

    def _answer(
        self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, **(more or {})}.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("remote_view", request=format % args)
