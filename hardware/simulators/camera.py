"""A virtual camera: the drawn scene as an MJPEG stream over HTTP, as network cameras send it.

A second stream, `/sitter.mjpg`, shows a head that moves as told, for the face check.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import TYPE_CHECKING

import structlog

from hardware.simulators.scene import draw_frames

if TYPE_CHECKING:
    from hardware.simulators.sitter import Sitter

_log = structlog.get_logger()
_BOUNDARY = "frame"
_LOOP_FRAMES = 24
SITTER_FRAMES_PER_S = 8.0


class CameraFault(StrEnum):
    NONE = "none"
    FROZEN = "frozen"  # the connection stands, no picture comes
    GONE = "gone"  # unplugged: connections break, new ones too


class VirtualCamera:
    """Serves `/stream.mjpg` and, for pages, one `/frame.jpg`. `fault` may be set at any time."""

    def __init__(self, width: int = 640, height: int = 480, frames_per_s: float = 10.0) -> None:
        self.frames_per_s = frames_per_s
        self.sitter_frames_per_s = SITTER_FRAMES_PER_S
        self.frames = draw_frames(width, height, _LOOP_FRAMES)
        self.fault = CameraFault.NONE
        self.stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @cached_property
    def sitter(self) -> Sitter:
        """Made at first use: it takes OpenCV along."""
        from hardware.simulators.sitter import Sitter

        return Sitter(round(self.sitter_frames_per_s / SITTER_FRAMES_PER_S))

    def start(self, host: str, port: int) -> str:
        """Returns the address of the stream; port 0 picks a free one."""
        self._server = _Server((host, port), self)
        self._thread = threading.Thread(  # of nobody who forgets `stop` is the end held up
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="camera",
            daemon=True,
        )
        self._thread.start()
        return f"http://{host}:{self._server.server_address[1]}/stream.mjpg"

    def stop(self) -> None:
        self.stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a client that reads no more must not hold up the end
    block_on_close = False

    def __init__(self, address: tuple[str, int], camera: VirtualCamera) -> None:
        super().__init__(address, _Handler)
        self.camera = camera


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        camera = self.server.camera
        if camera.fault is CameraFault.GONE:
            self.close_connection = True  # without an answer, as a cut cable
        elif self.path == "/stream.mjpg":
            self._stream(cycle(camera.frames).__next__, camera.frames_per_s)
        elif self.path == "/sitter.mjpg":
            self._stream(camera.sitter.jpeg, camera.sitter_frames_per_s)
        elif self.path.partition("?")[0] == "/frame.jpg":
            self._picture(camera.frames[0])
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("camera_request", line=format % args)

    def _picture(self, jpeg: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(jpeg)))
        self.end_headers()
        self.wfile.write(jpeg)

    def _stream(self, picture: Callable[[], bytes], frames_per_s: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        camera = self.server.camera
        try:
            while not camera.stopping.wait(1 / frames_per_s):
                if camera.fault is CameraFault.GONE:
                    return
                if camera.fault is CameraFault.NONE:
                    self._part(picture())
        except OSError as error:
            _log.debug("camera_client_left", reason=error.strerror)

    def _part(self, jpeg: bytes) -> None:
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        self.wfile.write(head.encode() + jpeg + b"\r\n")
