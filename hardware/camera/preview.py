"""A camera in a browser: its pictures as an MJPEG stream on a local address, for whoever mounts it.

Keeps no picture. One reader takes frames for all who look.
"""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import structlog

from hardware.errors import DeviceError, DeviceMissing
from hardware.os_trouble import reason
from hardware.ports import Camera

_log = structlog.get_logger()
_BOUNDARY = "frame"
_READ_S = 2.0
_PAUSE_S = 0.5  # after trouble
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]


class Preview:
    """`start`, then `stop`; afterwards no thread, port or camera is left."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.pictures = 0
        self.changed = threading.Condition()
        self.newest = b""
        self.stopping = threading.Event()
        self._server: _Server | None = None
        self._threads: list[threading.Thread] = []

    def start(self, host: str, port: int) -> str:
        """Returns the address; port 0 picks a free one. Raises DeviceMissing when it is taken."""
        try:
            self._server = _Server((host, port), self)
        except OSError as error:
            raise DeviceMissing(
                "preview_place_taken", place=f"{host}:{port}", reason=reason(error)
            ) from error
        for target in (self._server.serve_forever, self._take):
            thread = threading.Thread(target=target, name="preview", daemon=True)
            thread.start()
            self._threads.append(thread)
        return f"http://{host}:{self._server.server_address[1]}/"

    def stop(self) -> None:
        self.stopping.set()
        self._camera.close()
        with self.changed:
            self.changed.notify_all()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=2)

    def after(self, count: int) -> tuple[int, bytes]:
        """The newest picture as JPEG once there are more than `count`; b"" when it is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.stopping.is_set() or self.pictures > count)
            return self.pictures, b"" if self.stopping.is_set() else self.newest

    def _take(self) -> None:
        shown_s = before_s = 0.0  # of the picture before: when, and where it stood in a film
        while not self.stopping.is_set():
            try:
                frame = self._camera.read(_READ_S)
            except DeviceError as error:
                if not self.stopping.is_set():
                    _log.warning("no_picture", code=error.code)
                self.stopping.wait(_PAUSE_S)
                continue
            if frame.position_s is not None:  # a film is shown at its own pace
                due_s = shown_s + max(0.0, frame.position_s - before_s)
                self.stopping.wait(max(0.0, due_s - time.monotonic()))
                shown_s, before_s = time.monotonic(), frame.position_s
            good, data = cv2.imencode(".jpg", frame.picture, _QUALITY)
            if good:
                with self.changed:
                    self.newest, self.pictures = data.tobytes(), self.pictures + 1
                    self.changed.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a browser that reads no more must not hold up the end
    block_on_close = False

    def __init__(self, address: tuple[str, int], preview: Preview) -> None:
        super().__init__(address, _Handler)
        self.preview = preview


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path != "/":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            self._pictures()
        except OSError as error:
            _log.debug("preview_left", reason=error.strerror)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("preview_request", line=format % args)

    def _pictures(self) -> None:
        count = 0
        while True:
            count, jpeg = self.server.preview.after(count)
            if not jpeg:
                return
            head = (
                f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + jpeg + b"\r\n")
